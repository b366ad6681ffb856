"""Cases of ``fail``."""

from __future__ import annotations

from typing import Any

from tests.parity.cases._assign import VALUES, case

_TEXTS = ("it broke", "", " ", "{{a}} is wrong", "{{{q}}}", "{{q}}", "line\nline", "é😀", "%s {} \\", "x" * 300, "{{_ingest.pipeline}}", "{{nope}}")  # fmt: skip
_TYPES: tuple[Any, ...] = (1, True, ["a"], {"a": 1}, None)

CASES = [
    *(case("message", "fail", message=text) for text in _TEXTS),
    *(case("message", "fail", message=value) for value in _TYPES),
    *(case("message", "fail", message=text) for text in VALUES if isinstance(text, str)),
    *(case("message", "fail", message=text, tag="why", ignore_failure=True) for text in _TEXTS[:4]),
    case("message", "fail"),
    case("message", "fail", message="m", reason="x"),
]
