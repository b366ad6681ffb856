"""
The pieces of a format: each reads a text at a position, and prints a moment.

A piece answers the position behind what it read, or the complement of where it failed (always negative), as ``java.time`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates.fields import (
    DAY_NANOS,
    NANO,
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

NORMAL: Final = "NORMAL"
NOT_NEGATIVE: Final = "NOT_NEGATIVE"
NEVER: Final = "NEVER"
EXCEEDS_PAD: Final = "EXCEEDS_PAD"
REDUCED: Final = "REDUCED"
"""Two digits of a year from 2000 on; the sign style of a ``WeekNumber`` alone."""
_DIGITS: Final = frozenset("0123456789")


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


class Number(Node):
    """
    A whole number.

    ``follow`` is how many digits the fixed numbers right behind it take: it leaves that many. -1: its own width is fixed.
    """

    __slots__ = ("field", "follow", "high", "low", "sign")

    def __init__(
        self, field: Field, low: int = 1, high: int = 19, sign: str = NORMAL, follow: int = 0
    ) -> None:
        self.field = field
        self.low = low
        self.high = high
        self.sign = sign
        self.follow = follow

    def following(self, follow: int) -> Number:
        """The same, with other digits behind it."""
        return Number(self.field, self.low, self.high, self.sign, follow)

    @property
    def is_fixed(self) -> bool:
        """One width, and no sign: it may follow another number directly."""
        return self.low == self.high and self.sign == NOT_NEGATIVE

    def _accepts(self, sign: str, strict: bool) -> bool:
        if self.sign == NORMAL:
            return sign == "-" or not strict
        if self.sign == EXCEEDS_PAD:
            return True
        return not strict and self.low != self.high

    def _widths(self, context: Context) -> tuple[int, int]:
        if context.strict or self._width_holds(context):
            return self.low, self.high
        return 1, 9

    def _width_holds(self, context: Context) -> bool:  # noqa: ARG002
        return self.follow == -1 or (self.follow > 0 and self.is_fixed)

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        length = len(text)
        if position == length:
            return ~position
        sign = text[position]
        if sign in "+-":
            if not self._accepts(sign, context.strict):
                return ~position
            position += 1
        low, high = self._widths(context)
        if position + low > length:
            return ~position
        limit = min(position + high + max(self.follow, 0), length)
        end = position
        while end < limit and text[end] in _DIGITS:
            end += 1
        if end < position + low:
            return ~position
        if self.follow > 0:
            end = min(end, position + max(low, end - position - self.follow))
        value = int(text[position:end] or "0")
        if sign == "-":
            if not value and context.strict:
                return ~(position - 1)
            value = -value
        elif (
            self.sign == EXCEEDS_PAD
            and context.strict
            and (end - position > self.low) != (sign == "+")
        ):
            return ~(position - 1) if sign == "+" else ~position
        if not -(2**63) <= value < 2**63:
            value, end = int(text[position : end - 1]) * (-1 if sign == "-" else 1), end - 1
        return self._set(context, value, position, end)

    def _set(self, context: Context, value: int, error: int, end: int) -> int:
        return context.set(self.field, value, error, end)

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        return self.shown(moment_value(moment, self.field))

    def shown(self, value: int) -> str:
        """The digits and the sign of a value."""
        digits = str(abs(value))
        if len(digits) > self.high:
            raise Unparsable(
                f"Field {self.field} cannot be printed as the value {value} exceeds the maximum print width of {self.high}",
                "date_time_exception",
                foreign=True,
            )
        if value < 0:
            if self.sign == NOT_NEGATIVE:
                raise Unparsable(
                    f"Field {self.field} cannot be printed", "date_time_exception", foreign=True
                )
            sign = "" if self.sign == NEVER else "-"
        else:
            sign = (
                "+" if self.sign == EXCEEDS_PAD and self.low < 19 and len(digits) > self.low else ""
            )
        return sign + digits.rjust(self.low, "0")


class Reduced(Number):
    """A year of two digits: 2000 to 2099."""

    __slots__ = ()

    def __init__(self, field: Field, follow: int = 0) -> None:
        super().__init__(field, 2, 2, NOT_NEGATIVE, follow)

    def following(self, follow: int) -> Reduced:
        """The same, with other digits behind it."""
        return Reduced(self.field, follow)

    def _width_holds(self, context: Context) -> bool:
        return context.strict and super()._width_holds(context)

    def _set(self, context: Context, value: int, error: int, end: int) -> int:
        if end - error == 2 and value >= 0:
            value += 2000
        return context.set(self.field, value, error, end)

    def shown(self, value: int) -> str:
        """The digits of a value."""
        return super().shown(abs(value) % 100)


class WeekNumber(Node):
    """A number that depends on where the locale's weeks begin; which field it is is known when it is read."""

    __slots__ = ("follow", "high", "low", "name", "sign")

    def __init__(
        self, name: str, low: int, high: int, sign: str = NOT_NEGATIVE, follow: int = 0
    ) -> None:
        self.name = name
        self.low = low
        self.high = high
        self.sign = sign
        self.follow = follow

    def following(self, follow: int) -> WeekNumber:
        """The same, with other digits behind it."""
        return WeekNumber(self.name, self.low, self.high, self.sign, follow)

    @property
    def is_fixed(self) -> bool:
        """Whether it may follow another number directly. Java asks before it knows the sign style."""
        return self.low == self.high

    def _number(self, locale: Locale) -> Number:
        field = (self.name, locale.week)
        if self.sign == REDUCED:
            return Reduced(field, self.follow)
        return Number(field, self.low, self.high, self.sign, self.follow)

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        return self._number(context.locale).parse(context, text, position)

    def print(self, moment: Moment, locale: Locale) -> str:
        """Print."""
        return self._number(locale).print(moment, locale)


class Fraction(Node):
    """The digits behind the point of a second."""

    __slots__ = ("high", "low", "point")

    def __init__(self, low: int, high: int, *, point: bool) -> None:
        self.low = low
        self.high = high
        self.point = point

    def following(self, follow: int) -> Fraction:  # noqa: ARG002 - its width is its own
        """Itself, whatever follows."""
        return self

    @property
    def is_fixed(self) -> bool:
        """Whether it may follow a number directly."""
        return self.low == self.high and not self.point

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        low, high = (self.low, self.high) if context.strict else (0, 9)
        length = len(text)
        if position == length:
            return ~position if low else position
        if self.point:
            if text[position] != ".":
                return ~position if low else position
            position += 1
        if position + low > length:
            return ~position
        limit = min(position + high, length)
        end = position
        while end < limit and text[end] in _DIGITS:
            end += 1
        if end < position + low:
            return ~position
        return context.set(NANO, int(text[position:end].ljust(9, "0")), position, end)

    def print(self, moment: Moment, locale: Locale) -> str:  # noqa: ARG002
        """Print."""
        digits = f"{moment.nano:09}"[: self.high]
        kept = digits.rstrip("0") if moment.nano else ""
        # a value that is too small for the widest form is printed with all of its zeros
        if moment.nano and not kept:
            kept = digits
        digits = kept.ljust(self.low, "0")
        return f".{digits}" if self.point and digits else digits


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


class Text(Node):
    """The name of a month, a day, a half of the day, an era or a quarter."""

    __slots__ = ("_numbers", "field", "style")

    def __init__(self, field: str, style: str) -> None:
        self.field = field
        self.style = style
        self._numbers = Number(field)

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        names = context.locale.parsable(self.field, self.style)
        for name, value in names:
            if context.starts(text, position, name):
                return context.set(self.field, value, position, position + len(name))
        return ~position if names else self._numbers.parse(context, text, position)

    def print(self, moment: Moment, locale: Locale) -> str:
        """Print."""
        value = moment_value(moment, self.field)
        return locale.text(self.field, value, self.style) or self._numbers.shown(value)


class Period(Node):
    """A part of the day: *in the morning*, *noon*."""

    __slots__ = ("style",)

    def __init__(self, style: str) -> None:
        self.style = style

    def parse(self, context: Context, text: str, position: int) -> int:
        """Read."""
        from shipper.pipeline.dates.texts import PERIODS  # noqa: PLC0415 - rarely used

        names = context.locale.periods[self.style]
        for index, name in sorted(names.items(), key=lambda entry: -len(entry[1])):
            if context.starts(text, position, name):
                context.period = PERIODS[index]
                return position + len(name)
        return ~position

    def print(self, moment: Moment, locale: Locale) -> str:
        """Print."""
        # only the root's texts are printed, which know halves alone
        return locale.periods[self.style][moment.nano_of_day * 2 // DAY_NANOS]
