"""
From text to text for the common shapes of dates, by slicing and remembering.

What is remembered was made by the plain way (``parser`` and ``formatter``): the start and the end of the result for an hour of a date (or a
minute, where an offset has odd minutes). Only minutes, seconds and fractions are put in between, after they were looked at. Whatever
is not surely right gives None, and the caller takes the plain way. A property test holds the two equal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from shipper.pipeline.dates.calendar import date_of
from shipper.pipeline.dates.formats import formatter, parser
from shipper.pipeline.dates.texts import ROOT
from shipper.pipeline.dates.zones import UTC
from shipper.pipeline.failure import Failure, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.dates.instant import Moment
    from shipper.pipeline.dates.texts import Locale
    from shipper.pipeline.dates.zones import Zone

    Quick = Callable[[str], str | None]
    Ends = tuple[str, str] | None
    """The start and the end of a result; None where only the plain way knows."""

DEFAULT_OUTPUT: Final = "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"
_LIMIT: Final = 4096  # entries that a cache may have; then it begins anew
_SIXTY: Final = frozenset(f"{number:02}" for number in range(60))
_TWO: Final = tuple(f"{number:02}" for number in range(60))
_THREE: Final = tuple(f"{number:03}" for number in range(1000))
_OUTPUT = re.compile(r"(?P<head>.*)mm:ss(?P<fraction>\.S{1,9})?(?P<tail>[^msSnNA]*)\Z")
_DATE_LETTERS = re.compile(r"(?:[yuMdEHp]|'[^']*'|[^A-Za-z\[\]{}#'])*\Z")
_INPUT = re.compile(
    r"(?P<head>.*HH)(?P<one>[^A-Za-z\[\]{}#'])mm(?P<two>[^A-Za-z\[\]{}#'])ss(?:(?P<point>[.,])(?P<fraction>S{1,9}))?"
    r"(?P<tail>(?:[^A-Za-z\[\]{}#']*(?:yyyy|uuuu|XXX|Z|X|XX|z)?)|'Z')\Z"
)


class Fast:
    """
    The quick way of one format.

    Attributes:
        parse, print: the plain way.
        needs_year: the result depends on the year.
    """

    def __init__(
        self,
        format: str,  # noqa: A002 - the option's name
        zone: Zone = UTC,
        locale: Locale = ROOT,
        output: str = DEFAULT_OUTPUT,
        flavour: str = "elasticsearch",
    ) -> None:
        """
        Find the quick way.

        Raises:
            Unsupported: the edge cannot do the format at all.
        """
        self.parse = parser(format, zone, locale, flavour)
        self._format = format
        self.print = formatter(output, flavour)
        found = _OUTPUT.match(output) if _is_simple(output) else None
        self._output = found
        widths = _widths(found["head"]) if found else None
        self._width = widths[0] if widths else 0
        body = format.replace("'T'", "T").replace("'Z'", "Z")
        self.needs_year = format not in _MAKERS and not re.search("[yuY]", body)
        self._years: dict[int, Quick] = {}

    def at(self, year: int) -> Quick:
        """The function from a text to what ``target_field`` gets, or None where it does not surely know."""
        quick = self._years.get(year)
        if quick is None:
            self._years.clear()
            quick = self._years[year] = self._make(year)
        return quick

    def _make(self, year: int) -> Quick:
        if self._output is None:
            return _nothing
        fraction = self._output["fraction"]
        digits = len(fraction) - 1 if fraction else 0
        maker = _MAKERS.get(self._format)
        if maker is not None:
            return maker(self, year, digits)
        found = _INPUT.match(self._format)
        if found is None or not _DATE_LETTERS.match(found["head"]):
            return _nothing
        return _sliced(self, year, found, digits)

    def moment(self, text: str, year: int) -> Moment | None:
        """The plain way, not printed; None for a failure."""
        try:
            return self.parse(text, year)
        except (Failure, Unsupported):
            return None

    def ends(self, first: str, last: str, year: int, span: int, digits: int) -> Ends:
        """
        What comes before the seconds (span 60) or the minutes (span 3600) of a result, and what comes behind.

        Args:
            first: text of the first second of the span, with a fraction of zeros.
            last: text of its last, with a fraction of nines.
            year: the current one.
            span: seconds.
            digits: of the result's fraction.
        """
        begin, end = self.moment(first, year), self.moment(last, year)
        if begin is None or end is None or end.second - begin.second != span - 1:
            return None
        try:
            one, other = self.print(begin), self.print(end)
        except (Failure, Unsupported):
            return None
        zeros = ("00" if span == 60 else "00:00") + (f".{'0' * digits}" if digits else "")
        start = self._width + (3 if span == 60 else 0)
        behind = start + len(zeros)
        head, tail = one[:start], one[behind:]
        last_second = other[start : start + len(zeros) - (digits + 1 if digits else 0)]
        if (
            not 1 <= date_of(begin.day)[0] <= 9999  # else the year is wider
            or one[start:behind] != zeros
            or last_second != ("59" if span == 60 else "59:59")
            or (other[:start], other[behind:]) != (head, tail)
        ):
            return None
        return head, tail


_FIXED = re.compile(r"(?:yyyy|uuuu|MMM?|dd|EEE|HH|'[^']+'|[^A-Za-z'\[\]{}#])*\Z")


def _is_simple(output: str) -> bool:
    found = _OUTPUT.match(output)
    return found is not None and _FIXED.match(found["head"]) is not None and "HH" in found["head"]


def _nothing(text: str) -> str | None:  # noqa: ARG001 - it knows nothing
    return None


def _cut(fraction: str, digits: int) -> str:
    """A fraction of so many digits."""
    return fraction[:digits].ljust(digits, "0")


class _Seconds:
    """
    What stands around the fraction of a result, by the second that a text names.

    A text is a head up to the hour, minutes, seconds, a fraction and a tail.
    """

    def __init__(
        self, fast: Fast, year: int, marks: tuple[str, str], fraction: tuple[str, int], digits: int
    ) -> None:
        """
        Begin with nothing remembered.

        Args:
            fast: what is made quick.
            year: the current one.
            marks: what stands before the minutes and before the seconds.
            fraction: what stands before it, and how many digits it has; 0 for none.
            digits: of the result's fraction.
        """
        self._fast = fast
        self._year = year
        self._marks = marks
        self._zeros = fraction[0] + "0" * fraction[1]
        self._nines = fraction[0] + "9" * fraction[1]
        self._digits = digits
        self._hours: dict[str, Ends] = {}

    def ends(self, head: str, rest: str, tail: str) -> Ends:
        """
        What comes before the fraction of a result, and what comes behind it.

        Args:
            head: of the text, up to the hour.
            rest: six characters behind it.
            tail: of the text, behind the fraction.
        """
        minute, second = rest[1:3], rest[4:]
        one, two = self._marks
        if second not in _SIXTY or minute not in _SIXTY or rest[0] != one or rest[3] != two:
            return None
        ends = self._of(head, f"{one}00{two}00", f"{one}59{two}59", tail, 3600)
        if ends is not None:
            return f"{ends[0]}{minute}:{second}", ends[1]
        ends = self._of(head + rest[:3], f"{two}00", f"{two}59", tail, 60)
        return None if ends is None else (f"{ends[0]}{second}", ends[1])

    def _of(self, head: str, first: str, last: str, tail: str, span: int) -> Ends:
        key = f"{head}\n{tail}"
        try:
            return self._hours[key]
        except KeyError:
            if len(self._hours) >= _LIMIT:
                self._hours.clear()
            ends = self._hours[key] = self._fast.ends(
                head + first + self._zeros + tail,
                head + last + self._nines + tail,
                self._year,
                span,
                self._digits,
            )
            return ends


def _sliced(fast: Fast, year: int, found: re.Match[str], digits: int) -> Quick:
    """The way of a format with an hour, minutes and seconds one after another."""
    point, read = found["point"] or "", len(found["fraction"] or "")
    wide = len(point) + read
    widths, tails = _widths(found["head"]), _tail_widths(found["tail"])
    if widths is None:
        return _nothing
    heads = range(widths[0], widths[1] + 1)
    starts = {head + 6 + wide + tail: head + 6 for head in heads for tail in tails}
    if len(starts) < len(heads) * len(tails):  # a length must tell where the seconds end
        return _nothing
    seconds = _Seconds(fast, year, (found["one"], found["two"]), (point, read), digits)
    if not read:
        return _whole(seconds, starts, f".{'0' * digits}" if digits else "")
    return _fractional(seconds, starts, (point, wide), digits)


def _whole(seconds: _Seconds, starts: dict[int, int], fraction: str) -> Quick:
    seen: dict[str, str] = {}

    def quick(text: str) -> str | None:
        known = seen.get(text)
        if known is not None:
            return known
        start = starts.get(len(text))
        if start is None:
            return None
        ends = seconds.ends(text[: start - 6], text[start - 6 : start], text[start:])
        if ends is None:
            return None
        if len(seen) >= _LIMIT:
            seen.clear()
        known = seen[text] = f"{ends[0]}{fraction}{ends[1]}"
        return known

    return quick


def _fractional(
    seconds: _Seconds, starts: dict[int, int], mark: tuple[str, int], digits: int
) -> Quick:
    seen: dict[str, Ends] = {}
    point, wide = mark
    dot = "." if digits else ""
    more = "0" * max(0, digits - wide + 1)

    def quick(text: str) -> str | None:
        start = starts.get(len(text))
        if start is None:
            return None
        fraction, tail = text[start : start + wide], text[start + wide :]
        if fraction[0] != point or not fraction.isascii() or not fraction[1:].isdigit():
            return None
        key = text[:start] + tail
        ends = seen.get(key)
        if ends is None:
            ends = seconds.ends(text[: start - 6], text[start - 6 : start], tail)
            if ends is None:
                return None
            if len(seen) >= _LIMIT:
                seen.clear()
            seen[key] = ends
        return f"{ends[0]}{dot}{fraction[1 : digits + 1]}{more}{ends[1]}"

    return quick


_WIDTHS = {"yyyy": 4, "uuuu": 4, "MM": 2, "MMM": 3, "dd": 2, "EEE": 3, "EE": 3, "E": 3, "HH": 2}


def _widths(head: str) -> tuple[int, int] | None:
    """The shortest and the longest text of a head; None if only the plain way can tell."""
    shortest = longest = 0
    head = head.replace("ppd", "dd")  # padded by a space: as wide
    for run in re.findall(r"'([^']+)'|([A-Za-z])(\2*)|(.)", head):
        quoted, letter, more, other = run
        if letter:
            piece = letter + more
            if piece in {"d", "M"}:
                shortest, longest = shortest + 1, longest + 2
                continue
            if piece not in _WIDTHS:
                return None
            width = _WIDTHS[piece]
        else:
            width = len(quoted or other)
        shortest, longest = shortest + width, longest + width
    return shortest, longest


def _tail_widths(tail: str) -> tuple[int, ...]:
    if tail == "'Z'":
        return (1,)
    name = re.search("[A-Za-z]+", tail)
    rest = len(tail) - (len(name[0]) if name else 0)
    widths = {
        "": (0,),
        "yyyy": (4,),
        "uuuu": (4,),
        "Z": (5,),
        "XXX": (1, 6),
        "XX": (1, 5),
        "X": (1, 3, 5),
        "z": (3, 4),  # others take the plain way
    }
    return tuple(rest + width for width in widths[name[0] if name else ""])


def _iso8601(fast: Fast, year: int, digits: int) -> Quick:
    seconds = _Seconds(fast, year, (":", ":"), (".", 9), digits)
    seen: dict[str, Ends] = {}
    dot, zeros = "." if digits else "", "0" * digits

    def quick(text: str) -> str | None:
        length = len(text)
        if length < 19:
            return None
        end = length - 1 if text[-1] == "Z" else length - 6 if text[-6] in "+-" else length
        if end == 19:
            fraction = zeros
        else:
            fraction = text[20:end]
            if not fraction.isdigit() or not fraction.isascii() or text[19] not in ".," or end > 29:
                return None
            if end - 20 != digits:
                fraction = (fraction + zeros)[:digits]
        key = text[:19] + text[end:]
        ends = seen.get(key)
        if ends is None:
            ends = seconds.ends(text[:13], text[13:19], text[end:])
            if ends is None:
                return None
            if len(seen) >= _LIMIT:
                seen.clear()
            seen[key] = ends
        return f"{ends[0]}{dot}{fraction}{ends[1]}"

    return quick


def _of_millis(fast: Fast, year: int, digits: int, *, seconds: bool) -> Quick:
    minutes: dict[int, Ends] = {}
    pattern = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,9})?\Z" if seconds else r"[0-9]{1,14}\Z").match
    unit = 1 if seconds else 1000
    last_text, last_result = "", None

    def quick(text: str) -> str | None:
        nonlocal last_text, last_result
        if text == last_text:
            return last_result
        if pattern(text) is None:
            return None
        millis = int(float(text) * 1000.0) if seconds else int(text)
        second, milli = millis // 1000, millis % 1000
        key = second // 60
        try:
            ends = minutes[key]
        except KeyError:
            if len(minutes) >= _LIMIT:
                minutes.clear()
            ends = minutes[key] = fast.ends(
                str(key * 60 * unit),
                str((key * 60 + 59) * unit + (0 if seconds else 999)),
                year,
                60,
                digits,
            )
        if ends is None:
            return None
        if digits == 3:
            last_result = f"{ends[0]}{_TWO[second % 60]}.{_THREE[milli]}{ends[1]}"
        else:
            fraction = f".{_cut(_THREE[milli], digits)}" if digits else ""
            last_result = f"{ends[0]}{_TWO[second % 60]}{fraction}{ends[1]}"
        last_text = text
        return last_result

    return quick


def _unix(fast: Fast, year: int, digits: int) -> Quick:
    return _of_millis(fast, year, digits, seconds=True)


def _unix_ms(fast: Fast, year: int, digits: int) -> Quick:
    return _of_millis(fast, year, digits, seconds=False)


_MAKERS: Final[dict[str, Callable[[Fast, int, int], Quick]]] = {
    "ISO8601": _iso8601,
    "UNIX": _unix,
    "UNIX_MS": _unix_ms,
}
