"""What the ``date`` processor says when it is loaded and when it fails; what it makes of dates is in the parity cases."""

from __future__ import annotations

from typing import Any

import pytest

from tests.parity.edge import edge


def _run(value: Any, flavour: str = "elasticsearch", **options: Any) -> Any:
    processor = {"date": {"field": "a", "formats": ["ISO8601"]} | options}
    return edge({"processors": [processor]}, [{"_source": {"a": value}}], flavour)[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"locale": "de"}, "the locale de"),
        ({"locale": "{{l}}"}, "a template"),
        ({"formats": ["yyyy-MM-dd zzzz"]}, "the pattern letters zzzz"),
        ({"formats": ["ISO8601", "v"]}, "the pattern letters v"),
        ({"output_format": "yyyy z", "timezone": "Europe/Berlin"}, "names of zones"),
        ({"output_format": "yyyy z", "timezone": "{{tz}}"}, "names of zones"),
        ({"formats": ["yyyy z"], "locale": "en-AU"}, "abbreviations of zones in the locale en_AU"),
    ],
)
def test_what_the_edge_cannot_do_is_refused_when_it_is_loaded(
    options: dict[str, Any], said: str
) -> None:
    outcome = _run("2024-05-01", **options)
    assert outcome.kind == "refused"
    assert said in outcome.reason


@pytest.mark.parametrize("output", ["qqqqqq", "", "yyyy'", "yyyy||"])
def test_an_output_format_that_is_none_is_wrong_when_it_is_loaded(output: str) -> None:
    assert _run("2024-05-01", output_format=output).kind == "invalid"


def test_a_format_that_is_none_fails_for_each_document() -> None:
    outcome = _run("2024-05-01", formats=["qqqqqq"])
    assert (outcome.kind, outcome.reason) == ("failed", "unable to parse date [2024-05-01]")
    assert (
        _run("2024", formats=["qqqqqq", "yyyy"]).source["@timestamp"] == "2024-01-01T00:00:00.000Z"
    )


def test_the_first_format_that_fits_counts_and_in_opensearch_the_last() -> None:
    formats = ["yyyy", "UNIX"]
    assert _run("2024", formats=formats).source["@timestamp"] == "2024-01-01T00:00:00.000Z"
    assert (
        _run("2024", "opensearch", formats=formats).source["@timestamp"]
        == "1970-01-01T00:33:44.000Z"
    )


def test_handlers_see_why_the_first_format_did_not_fit() -> None:
    why = {"set": {"field": "why", "value": "{{{_ingest.on_failure_message}}}"}}
    step = {"date": {"field": "a", "formats": ["yyyy-MM-dd", "UNIX"], "on_failure": [why]}}
    (outcome,) = edge({"processors": [step]}, [{"_source": {"a": "2024-13-01"}}], "elasticsearch")
    assert outcome.source["why"] == "Invalid value for MonthOfYear (valid values 1 - 12): 13"


def test_a_zone_may_come_from_the_document() -> None:
    step = {"date": {"field": "a", "formats": ["yyyy-MM-dd HH:mm"], "timezone": "{{{tz}}}"}}
    zones = ("Europe/Berlin", "+05:30", "nowhere")
    documents = [{"_source": {"a": "2024-07-01 10:00", "tz": zone}} for zone in zones]
    berlin, offset, nowhere = edge({"processors": [step]}, documents, "elasticsearch")
    assert berlin.source["@timestamp"] == "2024-07-01T10:00:00.000+02:00"
    assert offset.source["@timestamp"] == "2024-07-01T10:00:00.000+05:30"
    assert nowhere.reason == "unable to parse date [2024-07-01 10:00]"
