"""What the edge does not take: with a place, and as the manual lists it."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING

import pytest

from shipper.pipeline import painless
from shipper.pipeline.failure import Invalid, Unsupported
from shipper.pipeline.painless.library import METHODS, STATICS
from tests.pipeline.painless import manual

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node


@pytest.mark.parametrize("script", manual.REFUSED)
def test_refused_not_wrong(script: str) -> None:
    with pytest.raises(Unsupported) as refused:
        painless.compile(script, flavour="opensearch")

    assert not isinstance(refused.value, Invalid)
    assert refused.value.offset is not None


def test_the_manual_lists_what_is_translated_and_what_is_refused() -> None:
    text = manual.PAGE.read_text("utf-8")

    assert manual.page(text) == text, "run `python -m tests.pipeline.painless.manual`"


@pytest.mark.parametrize(
    ("script", "offset"),
    [
        ("ctx.a = ", 8),
        ("ctx. a == 1", 4),
        ("ctx.a == 'x", 9),
        (r"ctx.a == 'x\n'", 11),
        ("ctx.a == 1 )", 11),
        ("x == 1", 0),
        ("ctx.a == 1; ctx.b == 1", 6),
        ("return true; return false", 13),
        ("ctx.a && 1", 9),
        ("int x = 'a'; return true", 8),
        ("if (ctx.a) { } return true", 0),
        ("1 / 0 == 1", 2),
        ("ctx.a == 2147483648", 9),
        ("ctx.s =~ /a(/", 11),
        ("", 0),
        ("null", 0),
    ],
)
def test_wrong_scripts_name_the_place(script: str, offset: int) -> None:
    with pytest.raises(Invalid) as wrong:
        painless.compile(script, flavour="opensearch")

    assert offset == wrong.value.offset


def test_signatures_are_the_clusters(opensearch: Node) -> None:
    url = f"{opensearch.url}/_scripts/painless/_context?context=processor_conditional"
    with urllib.request.urlopen(url, timeout=20) as answer:
        listed = {kind["name"]: kind for kind in json.load(answer)["classes"]}
    short = {
        name.split(".")[-1].replace("$", "."): kind
        for name, kind in listed.items()
        if name.startswith("java.")
    }

    for tables, part in ((METHODS, "methods"), (STATICS, "static_methods")):
        for owner, table in tables.items():
            if owner not in short:
                assert owner in {"String[]", "Collector"}
                continue
            theirs = {
                (method["name"], tuple(map(_short, method["parameters"])), _short(method["return"]))
                for method in short[owner][part]
            }
            ours = {
                (name, method.parameters, method.returns) for (name, _), method in table.items()
            }
            assert not ours - theirs


def _short(name: str) -> str:
    if name.startswith("[L"):
        return _short(name[2:-1]) + "[]"
    return name.rsplit(".", maxsplit=1)[-1].replace("$", ".")
