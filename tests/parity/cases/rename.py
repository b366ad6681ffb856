"""Cases of ``rename``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.cases._assign import DOCUMENT, PATHS, case
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("rename")
_FLAGS: tuple[Any, ...] = ("true", 1, None, True, False)
_EMPTY = {"", "{{nope}}"}  # in other words on Elasticsearch


def _either(*paths: str) -> dict[str, Any]:
    return {"only": "opensearch"} if _EMPTY & set(paths) else {}


def _manual(
    option: str, expected: Any, document: dict[str, Any] | None = None, **options: Any
) -> Case:
    return case(
        option, "rename", document, oracle="manual", expected=expected, page=PAGE, **options
    )


_SOURCES = tuple(path for path in PATHS if path != "_routing")
CASES = [
    *(case("field", "rename", field=path, target_field="new", **_either(path)) for path in _SOURCES),
    *(case("field", "rename", field=value, target_field="new") for value in (1, True, ["a"], None)),
    _manual("field", Failed("path cannot be null nor empty"), field="", target_field="new"),
    *(case("target_field", "rename", field=source, target_field=path) for path in _SOURCES for source in ("a", "m")),
    *(case("target_field", "rename", field="l.0", target_field=path) for path in ("a", "l.1", "l.4.x", "s.x", "l", "new")),
    *(case("target_field", "rename", field="a", target_field=value) for value in (1, True, ["a"], None)),
    *(case("ignore_missing", "rename", field=path, target_field="new", ignore_missing=True, **_either(path)) for path in _SOURCES),
    *(case("ignore_missing", "rename", field="nope", target_field="s", ignore_missing=flag) for flag in _FLAGS),
    _manual("ignore_missing", Failed("path cannot be null nor empty"), field="", target_field="new", ignore_missing=True),
    *(
        case("override_target", "rename", field=source, target_field=target, override_target=flag, only="opensearch")
        for source in ("a", "m", "nope", "m.k")
        for target in ("s", "new", "a", "m", "m.k", "l.0", "l.9", "s.x", "z")
        for flag in (True, False)
    ),
    *(case("override_target", "rename", field="a", target_field="s", override_target=flag, only="opensearch") for flag in _FLAGS),
    _manual("override_target", Invalid(), field="a", target_field="s", override_target=True),
    *(
        case("override", "rename", field=source, target_field=target, override=True, oracle="rewritten")
        for source in ("a", "m.k", "l", "z", "ünï", "f")
        for target in ("s", "new", "e", "big", "q")
    ),
    _manual("override", Failed("field [s] already exists"), field="a", target_field="s", override=False),
    _manual("override", Failed("field [nope] doesn't exist"), field="nope", target_field="s", override=True),
    _manual("override", DOCUMENT, field="a", target_field="a", override=True),
    _manual("override", Invalid(), field="a", target_field="s", override="true"),
    case("override", "rename", field="a", target_field="s", override=True, only="opensearch"),
]  # fmt: skip
