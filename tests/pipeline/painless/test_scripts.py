"""What scripts do to documents; the node is asked the same and far more in tests/parity/cases/script.py."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.pipeline import guard
from shipper.pipeline.failure import Failure, Invalid, Raised, Unsupported
from shipper.pipeline.json_text import dumps
from shipper.pipeline.painless import script as painless
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script import library
from shipper.pipeline.values import ZonedDateTime, copy
from tests.pipeline.painless.random_scripts import changing

if TYPE_CHECKING:
    from tests.cluster.rig.node import Node

NOW = ZonedDateTime(1_700_000_000, 5_000_000)


def run(
    source: str,
    document: dict[str, Any],
    flavour: str = "opensearch",
    params: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """A document as a script leaves it."""
    painless.compile(source, flavour=flavour, params=params or {})(document, NOW)
    return document


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("ctx.a += 1; ctx.b = ctx.a / 2", {"a": 4}, {"a": 5, "b": 2}),
        ("ctx.l.removeIf(x -> x == null)", {"l": [1, None]}, {"l": [1]}),
        (
            "for (e in ctx.m.entrySet()) { ctx[e.key] = e.value } ctx.remove('m')",
            {"m": {"x": 1, "y": [2]}},
            {"x": 1, "y": [2]},
        ),
        (
            "try { ctx.a.b = 1 } catch (NullPointerException e) { ctx.c = 'none' }",
            {},
            {"c": "none"},
        ),
        ("int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2) } ctx.f = f(15)", {}, {"f": 610}),
        (
            "def m = /(\\d+)/.matcher(ctx.s); if (m.find()) { ctx.n = m.group(1) }",
            {"s": "a12"},
            {"s": "a12", "n": "12"},
        ),
        ("ctx.t = System.currentTimeMillis()", {}, {"t": 1_700_000_000_005}),
        ("int x = 7; x <<= 30; ctx.x = x", {}, {"x": -1073741824}),
    ],
)
def test_a_script_changes_the_document(
    source: str, before: dict[str, Any], after: dict[str, Any]
) -> None:
    assert run(source, before) == after


def test_opensearch_undoes_what_a_failing_script_did_and_elasticsearch_does_not() -> None:
    source = "ctx.a.b = 2; ctx.c = 1; throw new Exception('no')"
    for flavour, after in (
        ("opensearch", {"a": {"b": 1}}),
        ("elasticsearch", {"a": {"b": 2}, "c": 1}),
    ):
        document = {"a": {"b": 1}}
        with pytest.raises(ScriptFailure) as failure:
            run(source, document, flavour)
        assert failure.value.root == "no"
        assert document == after


def test_params_do_not_change() -> None:
    params = {"m": {"a": []}}
    document: dict[str, Any] = {}
    script = painless.compile("ctx.m = params.m", flavour="elasticsearch", params=params)
    script(document, NOW)
    document["m"]["a"].append(1)
    script(document, NOW)
    assert document == {"m": {"a": []}}
    with pytest.raises(ScriptFailure):
        run("params.x = 1", {}, params=params)


@pytest.mark.parametrize(
    "source",
    [
        "ctx._id = 'x'", "ctx['_index'] = 'x'", "ctx.remove('_routing')", "ctx._version++", "ctx._id += 'x'", "ctx.put('_index', 'x')",
        "field('a').set(1)", "emit(1)", "ctx.s.chars().count()", "ctx.s =~ /.*foo/", "ctx.x = new Random()", "ctx = [:]",
    ],
)  # fmt: skip
def test_refused_with_a_place(source: str) -> None:
    with pytest.raises(Unsupported) as refused:
        painless.compile(source, flavour="opensearch", params={})
    assert type(refused.value) is Unsupported
    assert refused.value.offset is not None


@pytest.mark.parametrize(
    ("source", "offset"),
    [
        ("ctx.a = x", 8), ("int a = 'b'", 8), ("ctx.a", 3), ("return 1", 0), ("return; ctx.a = 1", 8), ("int f(int x) { if (x > 1) { return 1 } } f(1)", 4),
        ("f(1)", 0), ("def a = 1; def a = 2", 15), ("for (x in ctx.l) { x = 1 }", 19), ("break", 0), ("ctx.l.each(x -> { y = 1 })", 18),
        ("def f() { return ctx.a } f()", 17), ("throw 'x'", 0), ("try { } catch (Exception e) { }", 0),
    ],
)  # fmt: skip
def test_mistakes_name_the_place(source: str, offset: int) -> None:
    with pytest.raises(Invalid) as wrong:
        painless.compile(source, flavour="opensearch", params={})
    assert wrong.value.offset == offset


def test_what_only_elasticsearch_knows_is_refused_and_no_mistake() -> None:
    source = "ctx.x = metadata().now"
    with pytest.raises(Unsupported) as refused:
        painless.compile(source, flavour="elasticsearch", params={})
    assert type(refused.value) is Unsupported
    with pytest.raises(Invalid):
        painless.compile(source, flavour="opensearch", params={})


def test_a_date_is_stored_as_a_time_and_its_text_is_not_known() -> None:
    document: dict[str, Any] = {}
    for flavour in ("opensearch", "elasticsearch"):
        run("ctx.d = new Date(1714558830007L)", document, flavour)
        assert dumps(document) == b'{"d":"2024-05-01T10:20:30.007Z"}'
        for source in (
            "ctx.x = '' + ctx.d",
            "ctx.x = ctx.d.toString()",
            "ctx.x = [ctx.d].join(',')",
        ):
            with pytest.raises(Failure) as failure:
                run(source, document, flavour)
            assert failure.value.type == "shipper_unsupported"


@pytest.mark.parametrize("name", ["_id", "_index", "_version"])
def test_metadata_written_by_a_name_known_late_fails(name: str) -> None:
    document = {"_index": "i", "_id": "1", "k": name}
    for flavour in ("opensearch", "elasticsearch"):
        with pytest.raises(Failure) as failure:
            run("ctx[ctx.k] = 'other'", document, flavour)
        assert failure.value.type == "shipper_unsupported"
        assert document == {"_index": "i", "_id": "1", "k": name}


def test_loops_end_and_recursion_too() -> None:
    with pytest.raises(ScriptFailure, match="runtime error") as endless:
        run("while (true) { ctx.n = 1 }", {})
    assert endless.value.cause == "painless_error"
    with pytest.raises(Failure) as deep:
        run("def f(def x) { return f(x) } f(1)", {})
    assert deep.value.type == "shipper_size_limit"


def test_a_document_within_itself_or_with_what_json_does_not_know_is_none() -> None:
    with pytest.raises(Failure, match="self-referencing"):
        run("ctx.a.b = ctx.a", {"a": {}})
    for source in (
        "ctx.c = ctx.s.charAt(0)",
        "ctx.b = new StringBuilder()",
        "ctx.m = [1: 2]",
        "ctx.l = []; ctx.l.add(ctx.entrySet())",
    ):
        with pytest.raises(Raised) as raised:
            run(source, {"s": "x"})
        assert raised.value.escaped


@pytest.mark.parametrize(
    "source",
    [
        "String s = 'xxxxxxxx'; while (true) { s += s }",
        "List l = [1]; while (true) { l.addAll(l) }",
        "int[] a = new int[2000000000]",
    ],
)
def test_nothing_grows_without_end(source: str) -> None:
    guard.GUARD.begin(100)
    try:
        with pytest.raises(Failure) as failure:
            run(source, {})
    finally:
        guard.GUARD.end()
    assert failure.value.type == "shipper_size_limit"


@given(st.integers(0, 10**9))
def test_random_scripts_leave_documents_or_failures(seed: int) -> None:
    source, document = changing(random.Random(seed))
    for flavour in ("opensearch", "elasticsearch"):
        given_ = copy(document)
        try:
            run(source, given_, flavour)
        except (Failure, Raised, Unsupported):
            continue
        json.dumps(given_)


def test_pipelines_with_conditions_only_do_not_load_what_scripts_need() -> None:
    code = "import sys; from shipper.pipeline import painless; painless.compile('ctx.a == 1', flavour='opensearch'); print([m for m in sys.modules if 'painless.script' in m])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.strip() == "[]"


def test_signatures_are_the_clusters(opensearch: Node) -> None:
    url = f"{opensearch.url}/_scripts/painless/_context?context=ingest"
    with urllib.request.urlopen(url, timeout=20) as answer:
        listed = {kind["name"]: kind for kind in json.load(answer)["classes"]}
    short = {
        name.split(".")[-1].replace("$", "."): kind
        for name, kind in listed.items()
        if name.startswith("java.") or "Processors" in name
    }
    wrong = []
    for tables, part in ((library.METHODS, "methods"), (library.STATICS, "static_methods")):
        for owner, table in tables.items():
            if owner not in short:
                if table and not owner.endswith("[]") and owner != "Collector":
                    wrong.append(owner)
                continue
            theirs = {
                (one["name"], tuple(map(_short, one["parameters"])), _short(one["return"]))
                for one in short[owner][part]
            }
            ours = {
                (name, method.parameters, method.returns) for (name, _), method in table.items()
            }
            wrong += [(owner, one) for one in ours - theirs]
    assert not wrong


def test_methods_of_other_classes_are_refused_and_not_missed(opensearch: Node) -> None:
    url = f"{opensearch.url}/_scripts/painless/_context?context=ingest"
    with urllib.request.urlopen(url, timeout=20) as answer:
        listed = {
            kind["name"].split(".")[-1].replace("$", "."): kind
            for kind in json.load(answer)["classes"]
        }
    known = {key for name in library.RECEIVERS.values() for key in library.METHODS[name]}
    missed = {
        key
        for name in set(library.RECEIVERS.values())
        if name in listed
        for one in listed[name]["methods"]
        if (key := (one["name"], len(one["parameters"]))) in known
        and key not in library.METHODS[name]
        and key not in library.UNTRANSLATED
    }
    assert not missed


def _short(name: str) -> str:
    if name.startswith("[L"):
        return _short(name[2:-1]) + "[]"
    if name == "[C":
        return "char[]"
    return name.rsplit(".", maxsplit=1)[-1].replace("$", ".")
