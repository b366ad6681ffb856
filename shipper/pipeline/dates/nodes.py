"""
The pieces of a format: each reads a text at a position, and prints a moment.

A piece answers the position behind what it read, or the complement of where it failed (always negative), as ``java.time`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.dates.fields import (
    OFFSET,
    Field,
    Unparsable,
    date_value,
    time_value,
)

if TYPE_CHECKING:
    from shipper.pipeline.dates.instant import Moment
    from shipper.pipeline.dates.texts import Locale
    from shipper.pipeline.dates.zones import Zone


class Broken(Unparsable):
    """Reading broke off with an exception: further formats of the same name are not tried."""


class Context:
    """
    What reading has found so far.

    Attributes:
        fields, zone, period: found values.
        sensitive: capitals count.
        strict: widths and signs count.
        locale: whose names are read.
    """

    __slots__ = ("fields", "locale", "period", "sensitive", "strict", "zone")

    def __init__(self, locale: Locale) -> None:
        self.fields: dict[Field, int] = {}
        self.zone: Zone | None = None
        self.period: tuple[int, int] | None = None
        self.sensitive = True
        self.strict = True
        self.locale = locale

    def set(self, field: Field, value: int, error: int, success: int) -> int:
        """Take a value; an earlier, other one of the same field makes it a failure."""
        old = self.fields.get(field)
        self.fields[field] = value
        return ~error if old is not None and old != value else success

    def starts(self, text: str, position: int, wanted: str) -> bool:
        """Whether a text goes on with another."""
        if self.sensitive:
            return text.startswith(wanted, position)
        found = text[position : position + len(wanted)]
        return len(found) == len(wanted) and all(map(_alike, found, wanted))


def _alike(one: str, other: str) -> bool:
    return one == other or one.upper() == other.upper() or one.lower() == other.lower()


class Node:
    """One piece of a format."""

    __slots__ = ()

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        raise NotImplementedError

    def print(self, moment: Moment, locale: Locale) -> str:
        """Print; an exception of Java's is an ``Unparsable``."""
        raise NotImplementedError

    def __repr__(self) -> str:
        shown = (
            getattr(self, name)
            for cls in type(self).__mro__
            for name in getattr(cls, "__slots__", ())
        )
        return f"{type(self).__name__}({', '.join(map(repr, shown))})"


def moment_value(moment: Moment, field: Field) -> int:
    """The value of a field of a moment."""
    if field == OFFSET:
        return moment.offset
    try:
        return date_value(moment.day, field)
    except KeyError:
        return time_value(moment.nano_of_day, field)


class Sequence(Node):
    """Pieces one after another."""

    __slots__ = ("nodes",)

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.nodes = nodes

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        for node in self.nodes:
            position = node.parse(context, text, position)
            if position < 0:
                break
        return position

    def print(self, moment: Moment, locale: Locale) -> str:
        """Print."""
        return "".join([node.print(moment, locale) for node in self.nodes])


class Optional(Sequence):
    """Pieces that may be missing as a whole."""

    __slots__ = ()

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        fields, zone, period = dict(context.fields), context.zone, context.period
        end = super().parse(context, text, position)
        if end >= 0:
            return end
        context.fields, context.zone, context.period = fields, zone, period
        return position


class Literal(Node):
    """A text as it stands."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        return position + len(self.text) if context.starts(text, position, self.text) else ~position

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        return self.text


class Setting(Node):
    """Changes how the rest is read."""

    __slots__ = ("sensitive", "strict")

    def __init__(self, *, sensitive: bool | None = None, strict: bool | None = None) -> None:
        self.sensitive = sensitive
        self.strict = strict

    def parse(self, context: Context, text: str, position: int) -> int:  # noqa: ARG002
        """Read."""
        if self.sensitive is not None:
            context.sensitive = self.sensitive
        if self.strict is not None:
            context.strict = self.strict
        return position

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        return ""


class Pad(Node):
    """Another piece, made up to a width with spaces in front."""

    __slots__ = ("node", "width")

    def __init__(self, node: Node, width: int) -> None:
        self.node = node
        self.width = width

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        length = len(text)
        if position == length:
            return ~position
        end = position + self.width
        if end > length:
            if context.strict:
                return ~position
            end = length
        start = position
        while start < end and text[start] == " ":
            start += 1
        result = self.node.parse(context, text[:end], start)
        if result != end and context.strict:
            return ~(position + start)
        return result

    def print(self, moment: Moment, locale: Locale) -> str:
        """Print."""
        printed = self.node.print(moment, locale)
        if len(printed) > self.width:
            raise Unparsable(
                "Cannot print as output exceeds pad width", "date_time_exception", foreign=True
            )
        return printed.rjust(self.width)
