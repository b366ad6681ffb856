"""
From grok to a regular expression: every ``%{NAME:field:type}`` becomes the group that the cluster makes of it.

A reference with a field is a group whose name is all that stands between the braces; one without is a group that captures
nothing. ``%{NAME:field=regex}`` is taken and the part after ``=`` ignored, as in both products. What does not look like a
reference stays as it is. Wording of errors is the cluster's.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shipper.pipeline.failure import Invalid
from shipper.pipeline.grok.banks import names

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST = 500_000  # characters of one pattern written out: far beyond what a cluster could compile in its stack
REFERENCE = re.compile(r"%\{(?P<name>(?P<pattern>[A-z0-9]+)(?::[\w@\[\]:.-]+)?)(?:=[^{}]+)?\}")


@dataclass(frozen=True, slots=True)
class Expanded:
    """
    A pattern written out.

    Attributes:
        text: in Oniguruma's dialect.
        starts: indexes into the text, in order, at which a piece of the pattern begins.
        origins: where each of these pieces begins in the pattern; negative (less one) for a reference, all of which stands there.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def origin(self, offset: int) -> int:
        """Where in the pattern something stands that was found in the text."""
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return 0
        origin = self.origins[index]
        return -origin - 1 if origin < 0 else origin + offset - self.starts[index]


class Bank:
    """The names that one grok may use: a standard bank and the user's definitions, which come first."""

    def __init__(self, bank: str, flavour: str, definitions: Mapping[str, str]) -> None:
        """
        Put a bank together.

        Args:
            bank: ``legacy`` or ``ecs-v1``.
            flavour: ``elasticsearch`` or ``opensearch``.
            definitions: the user's names and texts.

        Raises:
            Invalid: definitions refer to each other in a circle, or to a name that is not there.
        """
        self._standard = names(bank, flavour)
        self._own = dict(definitions)
        self._written: dict[str, str] = {}
        if self._own:
            check = self._check_all if flavour == "elasticsearch" else self._check_first
            for name in sorted(self._own):
                check(name)

    def get(self, name: str) -> str | None:
        """The text of a name, None where there is none."""
        text = self._own.get(name)
        return self._standard.get(name) if text is None else text

    def all(self) -> dict[str, str]:
        """All names and their texts, sorted."""
        return dict(sorted({**self._standard, **self._own}.items()))

    def expand(self, pattern: str) -> Expanded:
        """
        Write a pattern out.

        Raises:
            Invalid: it refers to a name that is not there, or that leads back to itself.
        """
        pieces: list[str] = []
        starts: list[int] = []
        origins: list[int] = []
        at = length = 0
        for found in REFERENCE.finditer(pattern):
            if found.start() > at:
                starts.append(length)
                origins.append(at)
                pieces.append(pattern[at : found.start()])
                length += len(pieces[-1])
            starts.append(length)
            origins.append(-found.start() - 1)
            try:
                pieces.append(self._group(found, ()))
            except Invalid as error:
                raise Invalid(error.reason, found.start()) from None
            length += len(pieces[-1])
            at = found.end()
        starts.append(length)
        origins.append(at)
        pieces.append(pattern[at:])
        return Expanded("".join(pieces), tuple(starts), tuple(origins))

    def _group(self, found: re.Match[str], via: tuple[str, ...]) -> str:
        name = found["name"]
        start = "(?:" if name == found["pattern"] else f"(?<{name}>"
        return f"{start}{self._write(found['pattern'], via)})"

    def _write(self, name: str, via: tuple[str, ...]) -> str:
        written = self._written.get(name)
        if written is not None:
            return written
        text = self.get(name)
        if text is None:
            raise Invalid(f"Unable to find pattern [{name}] in Grok's pattern dictionary")
        if name in via:
            raise Invalid(f"circular reference in pattern back to [{name}]")
        below = (*via, name)
        written = REFERENCE.sub(lambda found: self._group(found, below), text)
        if len(written) > _MOST:
            raise Invalid("Can not convert grok patterns to regular expression")
        self._written[name] = written
        return written

    # -- what the products look for before they use a name ---------------------------------------------------------

    def _check_all(self, name: str) -> None:
        """Elasticsearch follows every reference."""
        done: set[str] = set()
        path = [name]
        waiting = [iter(_references(self._own[name]))]
        while path:
            below = next(waiting[-1], None)
            if below is None:
                waiting.pop()
                done.add(path.pop())
                continue
            if below in path:
                circle = [*path[path.index(below) :], below]
                raise Invalid(f"circular reference detected: {'->'.join(circle)}")
            text = self.get(below)
            if text is None:
                raise Invalid(
                    f"pattern [{path[-1]}] is referencing a non-existent pattern [{below}]"
                )
            if below not in done:
                path.append(below)
                waiting.append(iter(_references(text)))

    def _check_first(self, name: str) -> None:
        """OpenSearch follows the first reference of each text, and no other."""
        path = [name]
        while references := _references(self.get(path[-1]) or "", most=1):
            below, text = references[0], self.get(path[-1])
            if below == path[-1]:
                raise Invalid(f"circular reference in pattern [{below}][{text}]")
            if below in path:
                via = [part for part in path[:-1] if part != below]
                tail = f" via patterns [{'=>'.join([below, *via])}]" if via else ""
                raise Invalid(
                    f"circular reference in pattern [{path[-1]}][{text}] back to pattern [{below}]{tail}"
                )
            if self.get(below) is None:
                raise Invalid(
                    f"pattern [{path[-1]}] is referencing a non-existent pattern [{below}]"
                )
            path.append(below)


def _references(text: str, most: int | None = None) -> list[str]:
    """The names between ``%{`` and the colon or brace after it, as the products' checks cut them out; Elasticsearch does with a colon alone."""
    found: list[str] = []
    at = text.find("%{")
    while at >= 0 and (most is None or len(found) < most):
        ends = [end for end in (text.find("}", at + 2), text.find(":", at + 2)) if end >= 0]
        if not ends or (most is not None and text.find("}", at) < 0):
            raise Invalid(f"pattern [{text}] has an invalid syntax")
        found.append(text[at + 2 : min(ends)])
        at = text.find("%{", at + 1)
    return found
