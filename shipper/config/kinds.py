"""
Kinds of values: what each key may hold, how it is read, how the manual and the JSON schema tell it.

A kind notes every problem with its place and returns ``FAILED`` then; it never raises. It knows no key by name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from shipper.config.document import Listing, Scalar, core, describe
from shipper.config.masking import add_secret, quote
from shipper.config.suggest import did_you_mean

if TYPE_CHECKING:
    from pathlib import Path

    from shipper.config.document import Node, Problems
    from shipper.config.substitute import Substitution

KIB, MIB, GIB = 1024, 1024**2, 1024**3
SUBSTITUTED: Final = {
    "type": "string",
    "pattern": r"\$\{",
}  # what the schema admits instead of a value

_DURATION = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+\Z")
_DURATION_PART = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_UNITS = {"s": "seconds", "d": "days"}
_LONGEST = 36500 * 86400.0
_SIZE = re.compile(
    r"([0-9]+(?:\.[0-9]+)?) ?(B|KiB|MiB|GiB|TiB|KB|MB|GB|TB|K|M|G|T)\Z", re.IGNORECASE
)
_BYTES = {
    "B": 1, "KIB": KIB, "MIB": MIB, "GIB": GIB, "TIB": 1024**4,
    "KB": 1000, "MB": 1000**2, "GB": 1000**3, "TB": 1000**4,
}  # fmt: skip
_MAX_INTEGER = 2**63 - 1


class _Failed:
    def __repr__(self) -> str:
        return "FAILED"


FAILED: Final = _Failed()


class Wrong(Exception):  # noqa: N818 - a finding about the user's text
    """What a check of a text found: found, expected, to do."""


@dataclass(slots=True)
class Context:
    """
    What values are read against.

    Attributes:
        base: folder of the configuration file, which relative paths start from.
        pipelines: folder of pipeline files.
    """

    base: Path
    pipelines: Path
    problems: Problems
    substitution: Substitution

    def wrong(self, node: Node, expected: str, todo: str = "", found: str = "") -> _Failed:
        """Note that ``node`` is not what was expected."""
        parts = [found or f"found {describe(node)}", f"expected {expected}"]
        self.problems.add(node.mark, *parts, *([todo] if todo else []))
        return FAILED


class Kind(Protocol):
    """What a key may hold."""

    @property
    def label(self) -> str:
        """Name of the kind for the manual."""

    def convert(self, node: Node, context: Context) -> Any:
        """Return the typed value, or ``FAILED`` with the problem noted."""

    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of what may be written."""

    def show(self, value: Any) -> str:
        """Return ``value`` as one would write it."""


def _number(node: Node) -> Any:
    """The value of a scalar; one that is wholly a substitution has the type its text has."""
    if not isinstance(node, Scalar):
        return None
    return core(node.text.strip()) if node.substituted else node.value


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    label: str = "true or false"

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        value = _number(node)
        if isinstance(value, bool):
            return value
        todo = ""
        if isinstance(value, str) and value.lower() in {"yes", "no", "on", "off", "y", "n"}:
            meant = "true" if value.lower() in {"yes", "on", "y"} else "false"
            todo = f"write {meant}: in YAML 1.2 this word is a text"
        return context.wrong(node, self.label, todo)

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        return {"anyOf": [{"type": "boolean"}, SUBSTITUTED]}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return "true" if value else "false"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number between two bounds, both included."""

    low: int = 0
    high: int | None = None
    label: str = "number"

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        value = _number(node)
        if isinstance(value, int) and not isinstance(value, bool):
            if self.low <= value <= (_MAX_INTEGER if self.high is None else self.high):
                return value
            return context.wrong(node, self._range())
        todo = ""
        if isinstance(value, str) and re.fullmatch(r"[0-9]{1,20}", value):
            todo = f"write it without quotes or leading zeros: {int(value)}"
        return context.wrong(node, self._range(), todo)

    def _range(self) -> str:
        if self.high is None:
            return f"a whole number of {self.low} or more"
        return f"a whole number from {self.low} to {self.high}"

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        number: dict[str, Any] = {"type": "integer", "minimum": self.low}
        if self.high is not None:
            number["maximum"] = self.high
        return {"anyOf": [number, SUBSTITUTED]}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Duration:
    """
    A duration, in seconds.

    Args:
        low: shortest, in seconds.
        zero: what a bare ``0`` (Filebeat's "off" in some places) stands for; ``FAILED`` where it is refused.
        unit: what a bare number most likely means, ``s`` or ``d``; it is refused all the same.
    """

    low: float = 0.001
    zero: Any = FAILED
    label: str = "duration"
    unit: str = "s"

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        value = _number(node)
        if isinstance(value, int | float) and not isinstance(value, bool):
            if value == 0:
                return self._zero(node, context)
            todo = f"write {value}{self.unit} if {_UNITS[self.unit]} are meant"
            return context.wrong(
                node,
                "a duration with a unit such as 5s, 1m30s or 7d",
                todo if value > 0 else "it cannot be negative",
            )
        if not isinstance(value, str) or len(value) > 100 or not _DURATION.match(value):
            todo = "units are ms, s, m, h and d" if isinstance(value, str) else ""
            return context.wrong(node, "a duration such as 5s, 1m30s, 250ms or 7d", todo)
        seconds = sum(float(n) * _SECONDS[unit] for n, unit in _DURATION_PART.findall(value))
        if seconds == 0:
            return self._zero(node, context)
        if not self.low <= seconds <= _LONGEST:
            return context.wrong(node, f"a duration from {self.show(self.low)} to 36500d")
        return seconds

    def _zero(self, node: Node, context: Context) -> Any:
        if self.zero is FAILED:
            return context.wrong(node, f"a duration of at least {self.show(self.low)}")
        return self.zero

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        text = {
            "type": "string",
            "pattern": _DURATION.pattern.replace(r"\Z", "$").replace("(?:", "^(?:", 1),
        }
        anything = [text, SUBSTITUTED]
        return {"anyOf": anything if self.zero is FAILED else [{"const": 0}, *anything]}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        if value == 0 or (isinstance(value, float) and math.isinf(value)):
            return "0"
        for unit in ("d", "h", "m", "s"):
            if value >= _SECONDS[unit] and value % _SECONDS[unit] == 0:
                return f"{value / _SECONDS[unit]:g}{unit}"
        return f"{value * 1000:g}ms"


@dataclass(frozen=True, slots=True)
class Size:
    """A number of bytes."""

    low: int = 1
    high: int | None = None
    label: str = "size"

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        value = _number(node)
        if isinstance(value, str):
            match = _SIZE.match(value)
            if match is None:
                return context.wrong(
                    node, "a size such as 10MiB, 5MB or 64KiB, or a number of bytes"
                )
            number, unit = match[1], match[2].upper()
            if unit not in _BYTES:
                both = f"{number}{unit}iB (1024) or {number}{unit}B (1000)"
                return context.wrong(node, f"a unit that says how much it is, {both}")
            value = int(min(float(number) * _BYTES[unit], float(_MAX_INTEGER)))
        if not isinstance(value, int) or isinstance(value, bool):
            return context.wrong(node, "a size such as 10MiB, 5MB or 64KiB, or a number of bytes")
        high = _MAX_INTEGER // 2 if self.high is None else self.high
        if not self.low <= value <= high:
            return context.wrong(node, f"a size from {self.show(self.low)} to {self.show(high)}")
        return value

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        text = {
            "type": "string",
            "pattern": r"^[0-9]+(\.[0-9]+)? ?([Bb]|[KkMmGgTt]([Ii])?[Bb])$",
        }
        return {"anyOf": [{"type": "integer", "minimum": self.low}, text, SUBSTITUTED]}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        for unit, factor in (("GiB", GIB), ("MiB", MIB), ("KiB", KIB)):
            if value >= factor and value % factor == 0:
                return f"{value // factor}{unit}"
        return str(value)


Check = Callable[[str, Context], Any]


@dataclass(frozen=True, slots=True)
class Text:
    """
    A text.

    Args:
        label: what it is, for the manual.
        check: turns the text into the value; raises ``Wrong``.
        secret: never to be shown.
        extra: more for the JSON schema.
    """

    label: str = "text"
    check: Check | None = None
    secret: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    empty: bool = False

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        if not isinstance(node, Scalar):
            todo = "write the value without brackets" if isinstance(node, Listing) else ""
            return context.wrong(node, f"one {self.label}", todo)
        node.secret |= self.secret
        text = node.text if node.substituted else node.value
        if not isinstance(text, str):
            todo = "" if node.secret or text is None else f"put it in quotes: {quote(node.text)}"
            return context.wrong(
                node, self.label, todo or ("put it in quotes" if node.secret else "")
            )
        if node.secret:
            add_secret(text)
        if not text and not self.empty:
            return context.wrong(
                node, self.label, "write a value or remove the key", "found an empty text"
            )
        if self.check is None:
            return text
        try:
            return self.check(text, context)
        except Wrong as wrong:
            context.problems.add(node.mark, *wrong.args)
            return FAILED

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        text: dict[str, Any] = {"type": "string", **self.extra}
        if not self.empty:
            text["minLength"] = 1
        return {"anyOf": [text, SUBSTITUTED]} if "pattern" in self.extra else text

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return str(value) if value else '""'


@dataclass(frozen=True, slots=True)
class Choice:
    """
    One of a few words.

    Args:
        words: those allowed.
        hints: what to say to somebody who writes one of these others.
    """

    words: tuple[str, ...]
    hints: dict[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """See ``Kind``."""
        return (
            " or ".join((", ".join(self.words[:-1]), self.words[-1]))
            if self.words[1:]
            else self.words[0]
        )

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        text = node.text if isinstance(node, Scalar) else ""
        if text in self.words:
            return text
        todo = self.hints.get(text.lower()) or did_you_mean(text, self.words)
        return context.wrong(node, self.label, todo)

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        return {"anyOf": [{"enum": list(self.words)}, SUBSTITUTED]}

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return str(value)


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of values of one kind; a tuple in the settings."""

    item: Kind
    plural: str
    at_least: int = 0

    @property
    def label(self) -> str:
        """See ``Kind``."""
        return f"list of {self.plural}"

    def convert(self, node: Node, context: Context) -> Any:
        """See ``Kind``."""
        if not isinstance(node, Listing):
            plain = isinstance(node, Scalar) and isinstance(node.value, str) and not node.secret
            todo = f"write [{quote(node.text)}]" if plain and isinstance(node, Scalar) else ""
            return context.wrong(node, f"a list of {self.plural}", todo)
        values = [self.item.convert(item, context) for item in node.items]
        if any(value is FAILED for value in values):
            return FAILED
        if len(values) < self.at_least:
            return context.wrong(
                node, f"a list of {self.plural}", "name at least one", "found an empty list"
            )
        return tuple(values)

    def schema(self) -> dict[str, Any]:
        """See ``Kind``."""
        schema: dict[str, Any] = {"type": "array", "items": self.item.schema()}
        if self.at_least:
            schema["minItems"] = self.at_least
        return schema

    def show(self, value: Any) -> str:
        """See ``Kind``."""
        return "[" + ", ".join(self.item.show(item) for item in value) + "]"
