"""``user_agent`` beyond its parity cases: the shortcuts change no result."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.pipeline.definition import Library
from shipper.pipeline.document import Document
from shipper.pipeline.processors import user_agent
from shipper.pipeline.processors.user_agent import Details, Parser, Pattern, device_type, parser_of
from tests.parity.cases.user_agent import AGENTS

_PIECES = sorted({piece for agent in AGENTS for piece in agent.replace(";", " ; ").split(" ")})


def _run(options: dict[str, Any], *documents: dict[str, Any]) -> list[dict[str, Any]]:
    loaded = Library.of({"p": {"processors": [{"user_agent": options}]}}).load("p")
    assert loaded
    assert loaded.pipeline, loaded.troubles
    for document in documents:
        loaded.pipeline.run(Document(document))
    return list(documents)


def _without_words(parser: Parser) -> Parser:
    lists = tuple(
        [Pattern((), one.regex, one.replacements, caseless=one.caseless) for one in patterns]
        for patterns in parser.lists
    )
    return Parser(lists)


_ALL = _without_words(parser_of(None))


@settings(deadline=None)  # the first texts compile patterns
@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=12).map(" ".join))
def test_words_hide_no_match(text: str) -> None:
    assert parser_of(None).parse(text) == _ALL.parse(text)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_pattern_means_in_python_what_it_means_in_java(number: int) -> None:
    """On texts without the ends of lines that only Java knows; there the exact form is taken."""
    texts = [agent for agent in AGENTS if not user_agent._ENDS.search(agent)]
    for pattern in parser_of(None).lists[number]:
        for text in texts[::7]:
            plain, exact = (pattern.find(text, odd=odd) for odd in (False, True))
            assert plain == exact, (pattern.regex, text)


def test_what_one_document_does_to_its_fields_stays_there() -> None:
    first, second = _run({"field": "a"}, {"a": AGENTS[0]}, {"a": AGENTS[0]})
    first["user_agent"]["os"]["name"] = "changed"
    first["user_agent"]["more"] = 1
    (third,) = _run({"field": "a"}, {"a": AGENTS[0]})
    assert second == third
    assert second["user_agent"]["os"]["name"] == "Mac OS X"


def test_long_agents_are_not_remembered_but_taken_apart() -> None:
    text = "x" * 5000 + " curl/7.1"
    (document,) = _run({"field": "a"}, {"a": text})
    assert document["user_agent"]["name"] == "curl"


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36", "Desktop"),
        ("Mozilla/5.0 (iPad; CPU OS 9_3_2 like Mac OS X) AppleWebKit/601.1.46 Version/9.0 Mobile/13F69 Safari/601.1", "Tablet"),
        ("Mozilla/5.0 (Linux; Android 5.0.2; SM-T530 Build/LRX22G) Chrome/38.0.2125.102 Safari/537.36", "Tablet"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1", "Phone"),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "Robot"),
        ("PagePeeker.com", "Robot"),
        ("curl/7.1", "Other"),
        ("", "Other"),
    ],
)  # fmt: skip
def test_device_types(agent: str, kind: str) -> None:
    assert device_type(agent, parser_of(None).parse(agent)) == kind


def test_nothing_known_of_an_agent_is_still_a_device_type() -> None:
    assert device_type("?", Details(None, None, None)) == "Other"
