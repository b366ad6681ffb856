"""Cases of ``remove``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.cases._assign import DOCUMENT, PATHS, case
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("remove")
_LISTS: tuple[list[str], ...] = (
    [], ["a"], ["a", "s"], ["a", "nope"], ["nope", "a"], ["m.k", "m"], ["m", "m.k"], ["l.0", "l.0"], ["{{s}}", "a"], ["", "a"],
    ["a", "a"], ["l.4.k", "ünï", "em"],
)  # fmt: skip


def _fails(path: str) -> bool:
    """Whether removing it may fail: in other words on Elasticsearch."""
    return path not in {
        "a",
        "s",
        "z",
        "e",
        "m",
        "m.k",
        "m.n.o",
        "m.l.0",
        "l",
        "l.0",
        "ünï",
        "_source.a",
    }


def _manual(option: str, expected: Any, **options: Any) -> Case:
    return case(option, "remove", oracle="manual", expected=expected, page=PAGE, **options)


def _missing() -> list[Case]:
    reasons = {
        "nope": "field [nope] not present as part of path [nope]",
        "m.x": "field [x] not present as part of path [m.x]",
        "x.y": "field [x] not present as part of path [x.y]",
        "l.9": "[9] is out of bounds for array with length [5] as part of path [l.9]",
        "l.x": "[x] is not an integer, cannot be used as an index as part of path [l.x]",
        "s.x": "cannot remove [x] from object of type [java.lang.String] as part of path [s.x]",
        "z.x": "cannot remove [x] from null as part of path [z.x]",
        "s.x.y": "cannot resolve [x] from object of type [java.lang.String] as part of path [s.x.y]",
        "": "path cannot be null nor empty",
    }
    return [
        *(_manual("field", Failed(reason), field=path) for path, reason in reasons.items()),
        *(
            _manual("ignore_missing", DOCUMENT, field=path, ignore_missing=True)
            for path in reasons
            if path
        ),
    ]


def _keep() -> list[Case]:
    deep = {"a": 1, "m": {"k": "v", "n": {"o": 1, "p": 2}}, "l": [{"x": 1}], "d.t": 1}
    wanted: tuple[tuple[list[str] | str, dict[str, Any]], ...] = (
        ("m.k", {"m": {"k": "v"}, "d.t": 1}),
        (["m.n.o"], {"m": {"n": {"o": 1}}, "d.t": 1}),
        (["m.n"], {"m": {"n": {"o": 1, "p": 2}}, "d.t": 1}),
        (["m.n", "a"], {"a": 1, "m": {"n": {"o": 1, "p": 2}}, "d.t": 1}),
        (["nope.x"], {"d.t": 1}),
        (["l.0"], {"l": [{"x": 1}], "d.t": 1}),
    )
    return [
        *(
            case("keep", "remove", keep=names, oracle="rewritten", document={"a": 1, "s": "x", "z": None, "m": {"k": 1}, "l": [1], "é": 1})
            for names in ("a", ["a"], ["a", "s"], ["nope"], ["a", "nope"], ["m"], ["l"], ["é"], ["z"], ["a", "s", "z", "m", "l", "é"], ["m", "z"])
        ),
        *(
            case("keep", "remove", deep, keep=names, oracle="manual", expected=expected, page=PAGE)
            for names, expected in wanted
        ),
        _manual("keep", Invalid(), keep="a", field="s"),
        _manual("keep", Invalid()),
        _manual("keep", Invalid(), keep=1),
        _manual("keep", Invalid(), keep=[]),
        case("keep", "remove", keep="a", only="opensearch"),
        case("keep", "remove", {"k": "a", "a": 1, "b": 2}, keep="{{k}}", oracle="manual", expected={"a": 1}, page=PAGE),
    ]  # fmt: skip


CASES = [
    *(
        case("field", "remove", field=path, **({"only": "opensearch"} if _fails(path) else {}))
        for path in PATHS
        if path != "_routing"
    ),
    *(case("field", "remove", field=paths, only="opensearch") for paths in _LISTS),
    *(case("field", "remove", field=value) for value in (1, True, {"a": 1}, None, ["a", 1])),
    case("field", "remove", field="_ingest.timestamp"),
    *_missing(),
    *(case("ignore_missing", "remove", field=path, ignore_missing=True, only="opensearch") for path in PATHS),
    *(case("ignore_missing", "remove", field=["a", path, "s"], ignore_missing=True, only="opensearch") for path in PATHS[:20]),
    *(case("ignore_missing", "remove", field="a", ignore_missing=flag) for flag in (True, False, "true", 1, None)),
    *(
        case("exclude_field", "remove", exclude_field=names, only="opensearch", document={"a": 1, "s": "x", "z": None, "m": {"k": 1}, "l": [1], "é": 1})
        for names in (
            "a", ["a"], ["a", "s"], ["m.k"], ["m"], ["nope"], [""], [], "", ["{{s}}"], ["{{nope}}"], ["a", "nope"], ["é"], ["z"], ["l.0"], ["l"],
            ["a", "s", "z", "m", "l", "é"], ["_id"], 1, [1], None, ["a", ""],
        )
    ),
    case("exclude_field", "remove", exclude_field="a", field="s", only="opensearch"),
    case("exclude_field", "remove", {"a": 1, "d.t": 2}, exclude_field="a", only="opensearch"),
    case("exclude_field", "remove", exclude_field="a", ignore_missing=True, document={"a": 1, "b": 2}, only="opensearch"),
    _manual("exclude_field", Invalid(), exclude_field="a"),
    *_keep(),
]  # fmt: skip
