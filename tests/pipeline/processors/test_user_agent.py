"""``user_agent`` beyond its parity cases: the shortcuts change no result."""

from __future__ import annotations

import ast
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipper.pipeline.definition import Library
from shipper.pipeline.document import Document
from shipper.pipeline.options import EdgeSettings
from shipper.pipeline.processors import user_agent_lists
from shipper.pipeline.processors.user_agent import device_type
from shipper.pipeline.processors.user_agent_lists import Details, Parser, Pattern, parser_of
from tests.parity.cases.user_agent import AGENTS

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.pipeline.definition import Loaded

_PIECES = sorted({piece for agent in AGENTS for piece in agent.replace(";", " ; ").split(" ")})


def _load(options: dict[str, Any], folder: Path | None = None) -> Loaded:
    known = EdgeSettings(user_agent_directory=str(folder) if folder else None)
    loaded = Library.of({"p": {"processors": [{"user_agent": options}]}}, known).load("p")
    assert loaded
    return loaded


def _run(
    options: dict[str, Any], *documents: dict[str, Any], folder: Path | None = None
) -> list[dict[str, Any]]:
    loaded = _load(options, folder)
    assert loaded.pipeline, loaded.troubles
    for document in documents:
        loaded.pipeline.run(Document(document))
    return list(documents)


def _without_words(parser: Parser) -> Parser:
    lists = tuple(
        [
            Pattern(one.regex, one.replacements, caseless=one.caseless, words=(), expands=True)
            for one in patterns
        ]
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
    texts = [agent for agent in AGENTS if not user_agent_lists._ENDS.search(agent)]
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


def test_all_of_the_package_is_read() -> None:
    """As Python itself reads that file: every call of a matcher's class, with what it is called with."""
    import ua_parser_builtins  # noqa: PLC0415 - its folder is wanted

    (folder,) = ua_parser_builtins.__path__
    with open(f"{folder}/matchers.py", encoding="utf-8") as file:  # noqa: PTH123 - one line
        calls = [node for node in ast.walk(ast.parse(file.read())) if isinstance(node, ast.Call)]
    expected: dict[str, list[list[Any]]] = {}
    for call in calls:
        assert isinstance(call.func, ast.Name)
        assert not call.keywords
        kind = call.func.id.removesuffix("Matcher")
        expected.setdefault(kind, []).append([ast.literal_eval(one) for one in call.args])

    found: dict[str, list[list[Any]]] = {}
    for kind, called in user_agent_lists._default_entries():
        found.setdefault(kind, []).append(called)

    assert found == expected
    assert [len(patterns) for patterns in parser_of(None).lists] == [
        len(expected[kind]) for kind in ("UserAgent", "OS", "Device")
    ]
    assert "ua_parser" not in sys.modules  # its data alone


_OWN = """
user_agent_parsers:
  - regex: '(Shop)/(\\d+)\\.(\\d+)'
    family_replacement: 'My $1'
os_parsers:
  - regex: 'on (acme) ?os'
    regex_flag: 'i'
    os_replacement: 'Acme'
    os_v1_replacement: '7'
device_parsers:
  - regex: '(Box)-(\\d+)'
    brand_replacement: 'Acme'
    device_replacement: '$1 $2'
"""
_AGENT = "Shop/4.2 on ACME OS; Box-9"


def test_the_cluster_s_own_list_takes_the_place_of_the_default_one(tmp_path: Path) -> None:
    (tmp_path / "regexes.yml").write_text(_OWN, encoding="utf-8")
    wanted = {
        "name": "My Shop",
        "version": "4.2",
        "os": {"name": "Acme", "version": "7", "full": "Acme 7"},
        "device": {"name": "Box $2"},  # as clusters do it: they fill in $1 alone
        "original": _AGENT,
    }
    for options in ({}, {"regex_file": "_default_"}, {"regex_file": "regexes.yml"}):
        (document,) = _run({"field": "a", **options}, {"a": _AGENT}, folder=tmp_path)
        assert document["user_agent"] == wanted


def test_a_folder_without_that_file_leaves_the_default_list(tmp_path: Path) -> None:
    (tmp_path / "more.yml").write_text(_OWN, encoding="utf-8")
    (document,) = _run({"field": "a"}, {"a": "curl/7.1"}, folder=tmp_path)
    assert document["user_agent"]["name"] == "curl"
    (document,) = _run({"field": "a", "regex_file": "more.yml"}, {"a": _AGENT}, folder=tmp_path)
    assert document["user_agent"]["name"] == "My Shop"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("user_agent_parsers: [{regex: '(?<=a*)b'}]", "regexes.yml"),
        ("user_agent_parsers: [{regex: 'a{2'}]", "regexes.yml"),
        ("user_agent_parsers: [a]", "something else than entries with a regex"),
        ("user_agent_parsers: [{regex: [a]}]", "something else than entries with a regex"),
        ("user_agent_parsers: []", "not a valid regular expression file"),
        ("user_agent_parsers: &a [{regex: a}]\nos_parsers: *a", "an alias"),
        ("[1, 2", "cannot read"),
        ("", "not a valid regular expression file"),
    ],
)
def test_a_list_that_cannot_be_used_refuses_the_pipeline(
    tmp_path: Path, text: str, reason: str
) -> None:
    (tmp_path / "regexes.yml").write_text(text, encoding="utf-8")
    loaded = _load({"field": "a"}, tmp_path)
    assert loaded.pipeline is None
    assert not loaded.wrong
    assert reason in str(loaded.troubles[0])
    assert "run: cluster" in str(loaded.troubles[0])


def test_a_folder_that_is_not_there_refuses_the_pipeline(tmp_path: Path) -> None:
    loaded = _load({"field": "a"}, tmp_path / "nowhere")
    assert loaded.pipeline is None
    assert "there is no folder" in str(loaded.troubles[0])


def test_the_default_list_fills_in_every_group() -> None:
    pixel = "Mozilla/5.0 (Linux; Android 14; Pixel 8 Pro) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.6668.70 Mobile Safari/537.36"
    (document,) = _run({"field": "a"}, {"a": pixel})
    assert document["user_agent"]["device"] == {"name": "Pixel 8 Pro"}
    made = [
        found.name
        for agent in AGENTS
        for found in parser_of(None).parse(agent)
        if found and "$" in str(tuple(found))
    ]
    assert made == []
