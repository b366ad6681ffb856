"""Which index template wins, and what ours is made of. No cluster."""

from __future__ import annotations

import pytest

from shipper.cluster.templates import PRIORITY, Template, template_body, template_hash, winner
from shipper.config.settings import DataStream


def _template(name: str, *patterns: str, priority: int = 0, data_stream: bool = True) -> Template:
    return Template(name, patterns, priority, data_stream, ours=False)


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [("logs-app-default", True), ("logs-*-*", True), ("*", True), ("logs-app-*", True), ("logs-*", True),
     ("*-default", True), ("logs-app", False), ("metrics-*", False), ("logs-ap?-default", False), ("logs.app*", False)],
)  # fmt: skip
def test_patterns_know_stars_alone(pattern, fits):
    assert _template("a", pattern).matches("logs-app-default") is fits


def test_highest_priority_wins_among_those_that_match():
    low, high = (
        _template("low", "logs-*", priority=100),
        _template("high", "logs-app-*", priority=200),
    )
    other = _template("other", "metrics-*", priority=900)

    assert winner([low, high, other], "logs-app-default") is high
    assert winner([other], "logs-app-default") is None


def test_template_of_the_api_is_read():
    """Priority and mark may be missing, and data_stream may be an empty object."""
    entry = {"name": "a", "index_template": {"index_patterns": ["logs-*"], "data_stream": {}}}
    marked = {"name": "b", "index_template": template_body(DataStream(dataset="app"), text="text")}

    assert Template.from_api(entry) == Template("a", ("logs-*",), 0, data_stream=True, ours=False)
    read = Template.from_api(marked)
    assert (read.priority, read.ours, read.data_stream) == (PRIORITY, True, True)
    assert read.hash == template_hash(marked["index_template"])


def test_hash_follows_the_body():
    """Another body is another hash, so that a new version replaces the template of an older one."""
    app = template_body(DataStream(dataset="app"), text="text")

    assert template_hash(app) == template_hash(
        template_body(DataStream(dataset="app"), text="text")
    )
    assert template_hash(app) != template_hash(
        template_body(DataStream(dataset="app"), text="match_only_text")
    )
    assert template_hash(app) != template_hash(template_body(DataStream(dataset="b"), text="text"))


def test_only_the_dataset_is_covered():
    body = template_body(DataStream(dataset="app", namespace="prod"), text="text")

    assert body["index_patterns"] == ["logs-app-*"]
