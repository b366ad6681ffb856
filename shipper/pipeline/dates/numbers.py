"""The pieces of a format that read and print numbers: whole ones, years of two digits, weeks, fractions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates.fields import (
    NANO,
    Field,
    Unparsable,
)

if TYPE_CHECKING:
    from shipper.pipeline.dates.instant import Moment
    from shipper.pipeline.dates.texts import Locale

from shipper.pipeline.dates.nodes import Context, Node, moment_value

NORMAL: Final = "NORMAL"
NOT_NEGATIVE: Final = "NOT_NEGATIVE"
NEVER: Final = "NEVER"
EXCEEDS_PAD: Final = "EXCEEDS_PAD"
REDUCED: Final = "REDUCED"
"""Two digits of a year from 2000 on; the sign style of a ``WeekNumber`` alone."""
_DIGITS: Final = frozenset("0123456789")


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
