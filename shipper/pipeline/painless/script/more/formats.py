"""``String.format``: ``%s %d %x %o %c %b %f %e %n %%`` with flags, width and precision."""

from __future__ import annotations

import re
from typing import Any, Final

from shipper.pipeline import guard
from shipper.pipeline.painless.failures import ScriptFailure
from shipper.pipeline.painless.script import as_text, live
from shipper.pipeline.painless.strings import given
from shipper.pipeline.values import Char, class_name

_SPEC: Final = re.compile(r"%(\d+\$)?([-#+ 0,(<]*)?(\d+)?(\.\d+)?([tT])?([a-zA-Z%])")
_BITS: Final = {
    "java.lang.Integer": 32,
    "java.lang.Long": 64,
    "java.lang.Short": 16,
    "java.lang.Byte": 8,
}
_MOST: Final = 10_000


def formatted(pattern: str | None, values: Any) -> str:
    """``String.format(pattern, …)`` with the root locale's signs."""
    text = given(pattern)
    parts, last, at = [], 0, 0
    for found in _SPEC.finditer(text):
        plain = text[last : found.start()]
        if "%" in plain:
            raise _unknown(plain)
        parts.append(plain)
        last = found.end()
        kind = found[6]
        if kind == "n":
            parts.append("\n")
            continue
        if kind == "%":
            parts.append(_wide("%", found))
            continue
        if found[1]:
            place = int(found[1][:-1]) - 1
        else:
            place, at = at, at + 1
        if place >= len(values):
            raise ScriptFailure(
                f"Format specifier '{found[0]}'", "missing_format_argument_exception"
            )
        parts.append(_one(values[place], found))
    if "%" in text[last:]:
        raise _unknown(text[last:])
    parts.append(text[last:])
    return "".join(parts)


def _unknown(text: str) -> ScriptFailure:
    return ScriptFailure(
        f"Conversion = '{text[text.index('%') :][:1]}'",
        "unknown_format_conversion_exception",
        foreign=True,
    )


def _wide(text: str, found: re.Match[str], *, zeros: bool = False) -> str:
    width = int(found[3] or 0)
    if width > _MOST:
        raise live.beyond("a format wider than 10000")
    guard.make(width if width > guard.SMALL else 0)
    flags = found[2] or ""
    if "-" in flags:
        return text.ljust(width)
    if zeros and "0" in flags and len(text) < width:
        sign = text[:1] if text[:1] in {"-", "+", " "} else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


def _one(value: Any, found: re.Match[str]) -> str:
    kind, flags, precision = found[6], found[2] or "", found[4]
    low = kind.lower()
    if (
        found[5]
        or low in {"a", "h", "g"}
        or any(flag in flags for flag in "#(<")
        or (low == "o" and value is None)
    ):
        raise live.beyond(f"the format {found[0]}")
    if low == "s":
        text = as_text.text(value)
        text = text[: int(precision[1:])] if precision else text
        return _wide(text.upper() if kind == "S" else text, found)
    if low == "b":
        text = "false" if value is None or value is False else "true"
        text = text[: int(precision[1:])] if precision else text
        return _wide(text.upper() if kind == "B" else text, found)
    if value is None:
        return _wide("NULL" if kind.isupper() else "null", found)
    if low == "c":
        if type(value) is not Char and class_name(value) != "java.lang.Integer":
            raise _mismatch(kind, value)
        text = chr(value) if isinstance(value, int) else str.__str__(value)
        return _wide(text.upper() if kind == "C" else text, found)
    if low in {"d", "x", "o"}:
        return _whole(value, found, flags)
    if low in {"f", "e"}:
        return _decimal(value, found, flags)
    raise ScriptFailure(f"Conversion = '{kind}'", "unknown_format_conversion_exception")


def _mismatch(kind: str, value: Any) -> ScriptFailure:
    return ScriptFailure(
        f"{kind} != {live.class_name(value)}", "illegal_format_conversion_exception"
    )


def _signed(text: str, flags: str) -> str:
    if text[:1] == "-":
        return text
    return ("+" if "+" in flags else " " if " " in flags else "") + text


def _whole(value: Any, found: re.Match[str], flags: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _mismatch(found[6], value)
    if found[4]:
        raise ScriptFailure(found[4][1:], "illegal_format_precision_exception")
    if found[6] == "d":
        text = f"{int(value):,}" if "," in flags else str(int(value))
        return _wide(_signed(text, flags), found, zeros=True)
    bits = _BITS.get(class_name(value))
    if bits is None or flags.strip("0-"):
        raise live.beyond(f"the format {found[0]}")
    text = f"{int(value) & ((1 << bits) - 1):{found[6].lower()}}"
    return _wide(text.upper() if found[6] == "X" else text, found, zeros=True)


def _decimal(value: Any, found: re.Match[str], flags: str) -> str:
    if not isinstance(value, float):
        raise _mismatch(found[6], value)
    if value - value != 0 or found[6].lower() == "e":
        raise live.beyond(f"the format {found[0]} of {value}")
    places = int(found[4][1:]) if found[4] else 6
    if places > 300:
        raise live.beyond("a format of more than 300 digits")
    import decimal  # noqa: PLC0415 - few scripts print decimals

    exact = decimal.Decimal(as_text.text(value).replace("E", "e"))
    with decimal.localcontext(decimal.Context(prec=700, rounding=decimal.ROUND_HALF_UP)):
        rounded = exact.quantize(decimal.Decimal(1).scaleb(-places))
    text = f"{rounded:,f}" if "," in flags else f"{rounded:f}"
    return _wide(_signed(text, flags), found, zeros=True)
