"""The pieces of a format that read and print offsets and zones."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from shipper.pipeline.dates.fields import OFFSET, Unparsable
from shipper.pipeline.dates.nodes import Broken, Context, Node
from shipper.pipeline.dates.zones import UTC, Zone, names, offset_zone, prefixed
from shipper.pipeline.dates.zones import zone as zone_of
from shipper.pipeline.failure import Unsupported

if TYPE_CHECKING:
    from shipper.pipeline.dates.instant import Moment
    from shipper.pipeline.dates.texts import Locale

# what follows the hours, by the number that Java gives the pattern: (colon, minutes, seconds), each of the latter two
# "no", "may" (read if there, printed if not zero) or "must"
_SHAPES = {
    0: (False, "no", "no"),
    1: (False, "may", "no"),
    2: (True, "may", "no"),
    3: (False, "must", "no"),
    4: (True, "must", "no"),
    5: (False, "must", "may"),
    6: (True, "must", "may"),
    7: (False, "must", "must"),
    8: (True, "must", "must"),
    9: (False, "may", "may"),
    10: (True, "may", "may"),
}


class OffsetId(Node):
    """An offset such as ``+0200``, ``+02:00`` or ``Z``; ``kind`` is the number of Java's pattern."""

    __slots__ = ("kind", "zero")

    def __init__(self, kind: int, zero: str) -> None:
        self.kind = kind
        self.zero = zero

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        if position == len(text):
            return ~position
        if context.starts(text, position, self.zero):
            return context.set(OFFSET, 0, position, position + len(self.zero))
        sign = text[position]
        if sign not in "+-":
            return ~position
        found = self._read(context.strict, text, position + 1)
        if found is None:
            return ~position
        hour, minute, second, end = found
        if hour > 23:
            raise Broken("Value out of range: Hour[0-23]", "date_time_exception", foreign=True)
        total = hour * 3600 + minute * 60 + second
        return context.set(OFFSET, -total if sign == "-" else total, position, end)

    def _read(self, strict: bool, text: str, position: int) -> tuple[int, int, int, int] | None:
        colon, minutes, seconds = _SHAPES[self.kind]
        if not strict:
            colon = colon or (self.kind == 0 and text[position + 2 : position + 3] == ":")
            minutes = seconds = "may"
        hour = _two(text, position)
        if hour is None:
            return None
        position += 2
        values = [0, 0]
        for index, wanted in enumerate((minutes, seconds)):
            if wanted == "no":
                break
            start = position + 1 if colon else position
            value = _two(text, start) if not colon or text[position : position + 1] == ":" else None
            if value is None:
                if wanted == "must":
                    return None
                if not index and minutes == seconds:  # optional seconds need their minutes
                    break
                continue
            values[index] = value
            position = start + 2
        return hour, values[0], values[1], position

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        total = moment.offset
        if not total:
            return self.zero
        colon, minutes, seconds = _SHAPES[self.kind]
        size = abs(total)
        hour, minute, second = size // 3600, size // 60 % 60, size % 60
        between = ":" if colon else ""
        text = f"{hour:02}"
        known = hour
        if minutes == "must" or (minutes == "may" and (minute or (seconds == "may" and second))):
            text += f"{between}{minute:02}"
            known += minute
            if seconds == "must" or (seconds == "may" and second):
                text += f"{between}{second:02}"
                known += second
        return ("-" if total < 0 else "+") + text if known else self.zero


def _two(text: str, position: int) -> int | None:
    digits = text[position : position + 2]
    if len(digits) != 2 or not digits.isascii() or not digits.isdigit():
        return None
    value = int(digits)
    return value if value <= 59 else None


_ID = OffsetId(6, "Z")
_ID_AFTER_PREFIX = OffsetId(6, "0")


class LocalizedOffset(Node):
    """``GMT+2`` or ``GMT+02:00``."""

    __slots__ = ("full",)

    def __init__(self, *, full: bool) -> None:
        self.full = full

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        if not context.starts(text, position, "GMT"):
            return ~position
        start, position = position, position + 3
        sign = text[position : position + 1]
        if sign not in ("+", "-"):
            return context.set(OFFSET, 0, start, position)
        try:
            found = self._full(text, position + 1) if self.full else self._short(text, position + 1)
        except IndexError:
            return ~start
        if found is None:
            return ~start
        total, end = found
        return context.set(OFFSET, -total if sign == "-" else total, start, end)

    @staticmethod
    def _full(text: str, position: int) -> tuple[int, int] | None:
        hour = _digit(text[position]) * 10 + _digit(text[position + 1])
        if hour < 0 or text[position + 2] != ":":
            return None
        minute = _digit(text[position + 3]) * 10 + _digit(text[position + 4])
        if minute < 0:
            return None
        position += 5
        second = _after_colon(text, position)
        if second is None:
            return hour * 3600 + minute * 60, position
        return hour * 3600 + minute * 60 + second, position + 3

    @staticmethod
    def _short(text: str, position: int) -> tuple[int, int] | None:
        hour = _digit(text[position])
        if hour < 0:
            return None
        position += 1
        if position < len(text) and _digit(text[position]) >= 0:
            hour = hour * 10 + _digit(text[position])
            position += 1
        total = hour * 3600
        for unit in (60, 1):
            value = _after_colon(text, position)
            if value is None:
                break
            total += value * unit
            position += 3
        return total, position

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        total = moment.offset
        if not total:
            return "GMT"
        size = abs(total)
        hour, minute, second = size // 3600, size // 60 % 60, size % 60
        text = f"{hour:02}" if self.full else str(hour)
        if self.full or minute or second:
            text += f":{minute:02}"
            if second:
                text += f":{second:02}"
        return f"GMT{'-' if total < 0 else '+'}{text}"


def _digit(character: str) -> int:
    return ord(character) - 48 if "0" <= character <= "9" else -1000


def _after_colon(text: str, position: int) -> int | None:
    part = text[position : position + 3]
    if len(part) < 3 or part[0] != ":" or not (part[1:].isascii() and part[1:].isdigit()):
        return None
    return int(part[1:])


class ZoneId(Node):
    """A zone's name or an offset; ``texts`` adds abbreviations such as ``PST``."""

    __slots__ = ("texts",)

    def __init__(self, *, texts: bool = False) -> None:
        self.texts = texts

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        if position == len(text):
            return ~position
        if text[position] in "+-":
            return self._offset(context, text, position, position, _ID)
        folded = text if context.sensitive else text.upper()
        for prefix in ("UTC", "UT", "GMT"):
            if folded.startswith(prefix, position):
                end = position + len(prefix)
                if prefix == "GMT" and text[end : end + 1] == "0":
                    context.zone = zone_of("GMT0")
                    return end + 1
                if prefix == "UTC" and text[end : end + 1] == "\u2212":
                    text = f"{text[:end]}-{text[end + 1 :]}"
                return self._offset(context, text, position, end, _ID_AFTER_PREFIX)
        return self._name(context, text, position)

    @staticmethod
    def _offset(context: Context, text: str, start: int, position: int, offset: OffsetId) -> int:
        prefix = text[start:position].upper()
        following = text[position : position + 1]
        if not following or following in {"0", "Z"} or (following == "z" and not context.sensitive):
            context.zone = zone_of(prefix)
            return position
        inner = Context(context.locale)
        inner.sensitive, inner.strict = context.sensitive, context.strict
        end = offset.parse(inner, text, position)
        try:
            if end < 0:
                if offset is _ID:
                    return ~start
                context.zone = zone_of(prefix)
                return position
            context.zone = prefixed(prefix, offset_zone(inner.fields[OFFSET]))
        except Unparsable:
            return ~start
        return end

    def _name(self, context: Context, text: str, position: int) -> int:
        country = context.locale.name if self.texts else None
        tree = _tree(country, context.sensitive)
        node: dict[str, Any] = tree
        found, end = tree.get(""), position
        for index in range(position, len(text)):
            character = text[index] if context.sensitive else text[index].lower()
            if character not in node:
                break
            node = node[character]
            if "" in node or len(node) > 1:  # a name ends here, or several go on: Java has a node
                found, end = node.get(""), index + 1
        if found is None:
            if text[position] == "Z" or (text[position] == "z" and not context.sensitive):
                context.zone = UTC
                return position + 1
            return ~position
        context.zone = zone_of(found)
        return end

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        if self.texts and not is_printable(moment.zone):
            raise Unsupported(f"the name that the virtual machine gives {moment.zone.id}")
        return moment.zone.id


@lru_cache(4)
def _tree(country: str | None, sensitive: bool) -> dict[str, Any]:
    entries = {name: name for name in names()}
    if country:
        from shipper.pipeline.dates.abbreviations import abbreviations  # noqa: PLC0415 - rarely used

        entries |= abbreviations(country)
    root: dict[str, Any] = {}
    for name, value in sorted(entries.items()):
        node = root
        for character in name if sensitive else name.lower():
            node = node.setdefault(character, {})
        node[""] = value
    return root


def is_printable(zone: Zone) -> bool:
    """Whether the edge knows what Java prints for a zone's name."""
    return zone.is_offset or zone.id in {"UTC", "GMT"}
