"""
The real engines to compare with: ``java.util.regex`` and joni, which is what grok runs, in one Java process.

It answers tens of thousands of questions a second. ``SHIPPER_RIG_CACHE`` says where it is kept compiled.
"""

from __future__ import annotations

import hashlib
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from tests.cluster.rig import homes, java

if TYPE_CHECKING:
    from collections.abc import Iterable

JONI = "org.jruby.joni:joni:2.2.6"  # OpenSearch 3.4.0 has it
_SOURCE = Path(__file__).with_name("Oracle.java")

Span = tuple[int, int] | None
Spans = tuple[Span, ...]  # of the whole match, then of each group; None where it took no part


@dataclass(frozen=True)
class Refused:
    """The engine does not take the pattern."""

    reason: str


@dataclass(frozen=True)
class Answer:
    """
    What an engine makes of some texts.

    Attributes:
        names: number of group to its name.
        matches: for each text all matches found one after another (joni: the first at most), or None where the engine gave
            up (too many steps, or its stack ran over).
        halves: whether some offset lies inside a surrogate pair.
    """

    names: dict[int, str]
    matches: list[list[Spans] | None]
    halves: bool


class Oracle:
    """A running Java process; a context manager."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [
                java.find_java().command,
                "-Xss8m",
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                _path(),
                "Oracle",
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="ascii",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def oniguruma(self, pattern: str, texts: Iterable[str]) -> Answer | Refused:
        """What grok's engine finds first in each text."""
        return self._search("onig", pattern, texts)

    def java(self, pattern: str, texts: Iterable[str]) -> Answer | Refused:
        """What Java finds in each text, match after match."""
        return self._search("java", pattern, texts)

    def _search(self, kind: str, pattern: str, texts: Iterable[str]) -> Answer | Refused:
        answer = self._ask(kind, pattern, *texts)
        if answer[0] == "E":
            return Refused(bytes.fromhex(answer[2:]).decode())
        if answer[0] == "O":
            return Refused("StackOverflowError")
        _, names, *fields = answer.split(" ")
        pairs = [entry.split("=") for entry in names.split(",") if entry]
        return Answer(
            {int(number): bytes.fromhex(name).decode() for number, name in pairs},
            [None if field in {"T", "O"} else _matches(field) for field in fields],
            "h" in "".join(fields),
        )

    def set_of(self, dialect: str, pattern: str) -> list[tuple[int, int]]:
        """The ranges of single characters that the pattern matches whole; dialect is ``onig`` or ``java``."""
        answer = self._ask(f"{dialect}set", pattern)
        if answer[0] == "E":
            raise ValueError(bytes.fromhex(answer[2:]).decode())
        return [(int(a, 16), int(b, 16)) for a, b in (r.split("-") for r in answer.split(" ")[1:])]

    def split(self, pattern: str, limit: int, text: str) -> list[str] | Refused:
        """``String.split``."""
        answer = self._ask("split", pattern, str(limit), text)
        if answer[0] != ".":
            return Refused(bytes.fromhex(answer[2:]).decode())
        return [bytes.fromhex(part[1:]).decode() for part in answer.split(" ")[1:]]

    def replace(self, pattern: str, replacement: str, text: str) -> str | Refused:
        """``Matcher.replaceAll``."""
        answer = self._ask("replace", pattern, replacement, text)
        if answer[0] != ".":
            return Refused(bytes.fromhex(answer[2:]).decode())
        return bytes.fromhex(answer[2:]).decode()

    def _ask(self, kind: str, *texts: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        fields = " ".join("." + text.encode().hex() for text in texts)
        self._process.stdin.write(f"{kind} {fields}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().rstrip("\n")


def _matches(field: str) -> list[Spans]:
    if field == "-":
        return []
    return [tuple(map(_span, match.split(","))) for match in field.split("|")]


def _span(text: str) -> Span:
    if text == "-":
        return None
    start, end = text.replace("h", "").split(":")
    return int(start), int(end)


def _path() -> str:
    """The class path of the compiled program with joni; made once for all processes of this machine."""
    folder = homes.cache_folder()
    libraries = folder / JONI.replace(":", "-")
    digest = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:10]
    jar = folder / f"regex-oracle-{digest}.jar"
    with homes.locked("regex-oracle"):
        if not libraries.exists():
            java.fetch([JONI], libraries)
        jars = sorted(libraries.glob("*.jar"))
        if not jar.exists():
            building = jar.with_suffix(".building.jar")
            java.compile_jar(_SOURCE, jars, building, folder)
            building.rename(jar)
    return ":".join(map(str, [jar, *jars]))
