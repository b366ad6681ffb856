"""The formats with names (``strict_date_optional_time``, …): finds them, and reads the notation they are written in."""

from __future__ import annotations

import re
from functools import lru_cache

from shipper.pipeline.dates import fields as f
from shipper.pipeline.dates.calendar import ISO_WEEK
from shipper.pipeline.dates.clock import Style
from shipper.pipeline.dates.iso8601 import IsoReader
from shipper.pipeline.dates.nodes import Literal, Node, Optional, Sequence, Setting
from shipper.pipeline.dates.numbers import (
    EXCEEDS_PAD,
    NEVER,
    NORMAL,
    NOT_NEGATIVE,
    Fraction,
    Number,
)
from shipper.pipeline.dates.offsets import OffsetId, ZoneId

_FIELDS: dict[str, f.Field] = {
    "Y": f.YEAR,
    "y": f.YEAR_OF_ERA,
    "M": f.MONTH,
    "d": f.DAY,
    "D": f.DAY_OF_YEAR,
    "E": f.DAY_OF_WEEK,
    "H": f.HOUR,
    "m": f.MINUTE,
    "s": f.SECOND,
    "W": f.ISO_YEAR,
    "w": f.ISO_WEEK_OF_YEAR,
    "V": (f.LOCAL_YEAR, ISO_WEEK),
    "v": (f.LOCAL_WEEK, ISO_WEEK),
    "e": (f.LOCAL_DAY, ISO_WEEK),
}
_SIGNS = {"": NOT_NEGATIVE, "-": NORMAL, "+": EXCEEDS_PAD, "!": NEVER}
_SETTINGS = {"ignorecase": Setting(sensitive=False), "strict": Setting(strict=True)}
_PIECE = re.compile(
    r"(?P<open>\[)|(?P<close>\])|'(?P<text>[^']*)'|(?P<setting>ignorecase|strict)|o(?P<offset>\d+)|(?P<zone>z)"
    r"|(?P<fraction>[Ff])(?P<flow>\d)(?:-(?P<fhigh>\d))?"
    r"|(?P<field>[A-Za-z])(?P<low>\d+)(?:-(?P<high>\d+))?(?P<sign>[-+!]?)(?P<follow><|>\d+)?"
)


class Form:
    """
    One way to read or print a date.

    Attributes:
        nodes: its pieces; None for a reader of ISO 8601.
        style: how what it read becomes a date.
        in_utc: it stands for UTC whatever else is said, as Java's ``withZone``.
        iso: Elasticsearch's own reader.
    """

    __slots__ = ("in_utc", "iso", "nodes", "style")

    def __init__(
        self,
        nodes: Sequence | None,
        style: Style = Style.STRICT,
        *,
        in_utc: bool = False,
        iso: IsoReader | None = None,
    ) -> None:
        self.nodes = nodes
        self.style = style
        self.in_utc = in_utc
        self.iso = iso


@lru_cache(2)
def _table(flavour: str) -> dict[str, list[str]]:
    from shipper.pipeline.dates import named_table  # noqa: PLC0415 - only where a name is used

    text = named_table.OPENSEARCH if flavour == "opensearch" else named_table.ELASTICSEARCH
    table: dict[str, list[str]] = {}
    for line in text.strip().splitlines():
        name, *forms = line.split(" | ")
        table[name] = [forms[0] if form == "=" else form for form in forms]
        if (
            flavour == "opensearch" and name != "week_year"
        ):  # the one name without an older spelling
            first, *rest = name.split("_")
            table[first + "".join(map(str.capitalize, rest))] = table[name]
    return table


def format_names(flavour: str) -> list[str]:
    """The names of a product, OpenSearch's older spellings included; those of epochs are elsewhere."""
    return list(_table(flavour))


@lru_cache(64)
def forms(name: str, flavour: str) -> tuple[Form, tuple[Form, ...]] | None:
    """What prints and what reads a format with a name; None where a product has none of that name."""
    if not name.isidentifier() or name not in _table(flavour):
        return None
    printer, *readers = _table(flavour)[name]
    return _form(printer), tuple(map(_form, readers))


def _form(text: str) -> Form:
    if text.startswith("iso "):
        needed, last, points, zones, *more = text.split()[1:]
        return Form(None, iso=IsoReader(needed, last, points, zones, optional_time=bool(more)))
    in_utc, style = False, Style.STRICT
    while (found := re.match(r"(utc|smart|lenient): ", text)) is not None:
        if found[1] == "utc":
            in_utc = True
        else:
            style = Style(found[1].upper())
        text = text[found.end() :]
    return Form(_nodes(text), style, in_utc=in_utc)


def _nodes(text: str) -> Sequence:
    stack: list[list[Node]] = [[]]
    for found in _PIECE.finditer(text):
        if found["open"]:
            stack.append([])
        elif found["close"]:
            inner = stack.pop()
            stack[-1].append(Optional(tuple(inner)))
        else:
            stack[-1].append(_node(found))
    return Sequence(tuple(stack[0]))


def _node(found: re.Match[str]) -> Node:
    if found["text"] is not None:
        return Literal(found["text"])
    if found["setting"]:
        return _SETTINGS[found["setting"]]
    if found["offset"]:
        return OffsetId(int(found["offset"]), "Z")
    if found["zone"]:
        return ZoneId()
    if found["fraction"]:
        low = int(found["flow"])
        return Fraction(low, int(found["fhigh"] or low), point=found["fraction"] == "F")
    low = int(found["low"])
    follow = found["follow"]
    return Number(
        _FIELDS[found["field"]],
        low,
        int(found["high"] or low),
        _SIGNS[found["sign"]],
        0 if not follow else -1 if follow == "<" else int(follow[1:]),
    )
