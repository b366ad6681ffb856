"""Cases of ``append``."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Invalid
from tests.parity.cases._assign import PATHS, VALUES, case
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("append")
_ADDED: tuple[Any, ...] = (1, "two", 1.0, "1", [1, 1], [1, "two", 5], [], ["{{s}}", "text"], "{{a}}", [None, 1], True, {"k": 4}, [{"k": 4}, [3]], 12345678901)  # fmt: skip


def _media_types() -> list[Case]:
    cases = []
    for text, plain, form in (
        ('"', '"', "%22"), ("a b", "a b", "a+b"), ("é", "é", "%C3%A9"), ("\\", "\\", "%5C"), ("\n", "\n", "%0A"), ("x", "x", "x"), ("~*", "~*", "%7E*"),
    ):  # fmt: skip
        document = {"t": text, "l": ["x"]}
        for media_type, escaped in (
            ("text/plain", plain),
            ("application/x-www-form-urlencoded", form),
        ):
            wanted = ["x", f"<{escaped}>", "y"]
            cases.append(
                case("media_type", "append", document, field="l", value=["<{{t}}>", "y"], media_type=media_type, oracle="manual",
                     expected={"t": text, "l": wanted}, page=PAGE)
            )  # fmt: skip
    cases += [
        case("media_type", "append", field="l", value="x", media_type=media_type, oracle="manual", expected=Invalid(), page=PAGE)
        for media_type in ("text/html", "", "json", 1, True, "application/json; charset=UTF-8")
    ]  # fmt: skip
    cases.append(
        case(
            "media_type", "append", field="l", value="x", media_type="text/plain", only="opensearch"
        )
    )
    return cases


CASES = [
    *(case("field", "append", field=path, value="V") for path in PATHS if path != "_routing"),
    *(case("field", "append", field=value, value="V") for value in (1, True, ["a"], None)),
    *(case("value", "append", field=field, value=value) for value in VALUES for field in ("new", "l")),
    *(case("value", "append", field="s", value=value) for value in VALUES[:10]),
    *(
        case("allow_duplicates", "append", field=field, value=value, allow_duplicates=flag)
        for field in ("l", "a", "new", "z", "m.l", "s", "el")
        for value in _ADDED
        for flag in (False, True)
    ),
    *(case("allow_duplicates", "append", field="l", value=1, allow_duplicates=flag) for flag in ("false", 0, None)),
    *_media_types(),
]  # fmt: skip
