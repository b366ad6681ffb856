"""The pieces of a format that read and print names: months, days, halves and parts of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shipper.pipeline.dates.fields import (
    DAY_NANOS,
)

if TYPE_CHECKING:
    from shipper.pipeline.dates.instant import Moment
    from shipper.pipeline.dates.texts import Locale


from shipper.pipeline.dates.nodes import Context, Node, moment_value
from shipper.pipeline.dates.numbers import Number


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
