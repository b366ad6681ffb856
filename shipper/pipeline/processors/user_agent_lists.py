"""
Lists of patterns that take a browser's user agent apart: of agents, systems and devices, of each the first that matches counts.

The default one is read out of the package ``ua-parser-builtins`` as text: importing it would take its parser, too. A user's own, such as the cluster's, is a
``regexes.yml`` of uap-core's form. A pattern is compiled when a text first holds one of its words: of more than a thousand, a desk full of browsers needs fifty.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NamedTuple

from shipper.pipeline import guard
from shipper.pipeline.failure import Failure
from shipper.pipeline.regex.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Source = tuple[str, int] | None  # a file and when it was changed; None: the default list

PACKAGE = "ua_parser_builtins"
_MODULE = "matchers.py"  # of the package
_ENTRY = re.compile(r" *(UserAgent|OS|Device)Matcher\((.*)\),?")
_CALL = re.compile(rb"(?m)^ *\w+\(")
_REFERENCE = re.compile(r"\$([1-9])")
_KEYS = {
    "user_agent_parsers": ("family_", ""),
    "os_parsers": ("os_", "os_"),
    "device_parsers": ("device_", None),
}
_COMMON = frozenset(
    {"Android", "AppleWebKit", "Build", "Chrome", "Linux", "Mobile", "Mozilla", "Safari", "Version", "Windows"}
)  # fmt: skip
_ENDS = re.compile("[\r\x85\u2028\u2029]")  # ends of lines in Java, not in Python


class Named(NamedTuple):
    """What a pattern found."""

    name: str
    major: str | None = None
    minor: str | None = None
    patch: str | None = None
    build: str | None = None

    @property
    def version(self) -> str | None:
        """The numbers up to the first that is missing; None where there is no major one."""
        numbers: list[str] = []
        for number in self[1:]:
            if number is None:
                break
            numbers.append(number)
        return ".".join(numbers) if numbers else None


class Details(NamedTuple):
    """What the three lists found."""

    agent: Named | None
    system: Named | None
    device: Named | None


class Pattern:
    """
    One entry of a list.

    Args:
        regex: in Java's dialect.
        replacements: name and up to four numbers; None takes the group of the same place.
        caseless: case does not count.
        words: texts of which one is in everything that matches, in small letters if case does not count; none where
            there is no telling.
        expands: references to any group count, in any replacement, as uap-core has it; clusters know ``$1`` in names.
    """

    __slots__ = ("_compiled", "_exact", "_expands", "caseless", "regex", "replacements", "words")

    def __init__(
        self,
        regex: str,
        replacements: tuple[str | None, ...],
        *,
        caseless: bool,
        words: tuple[str, ...],
        expands: bool = False,
    ) -> None:
        self.words = words
        self._expands = expands and any(
            given is not None and _REFERENCE.search(given) for given in replacements
        )
        self.regex = regex
        self.caseless = caseless
        self.replacements = replacements
        self._compiled: re.Pattern[str] | None = None
        self._exact: Any = None

    @classmethod
    def of(
        cls,
        regex: str,
        replacements: Sequence[str | None],
        *,
        caseless: bool = False,
        expands: bool = False,
    ) -> Pattern:
        """The entry with its words."""
        needed = words(regex, _COMMON)
        if caseless:
            needed = tuple(word.lower() for word in needed)
        return cls(regex, tuple(replacements), caseless=caseless, words=needed, expands=expands)

    def find(self, text: str, *, odd: bool) -> Named | None:
        """What it finds in a text; ``odd`` if the text holds ends of lines that Python's ``re`` does not know."""
        found = guard.search(self.exact() if odd else self._plain(), text)
        if found is None:
            return None
        groups = found.groups()
        name, *numbers = self.replacements
        if self._expands:
            name, *numbers = (_expanded(given, groups) for given in self.replacements)
        if name is None:
            name = groups[0] if groups else None
        elif "$1" in name and groups and groups[0] is not None:
            name = name.replace("$1", groups[0], 1)
        if name is None:
            return None
        chosen = [
            groups[place] if given is None and place < len(groups) else given
            for place, given in enumerate(numbers, 1)
        ]
        return Named(name, *chosen)

    def _plain(self) -> re.Pattern[str]:
        """By Python's own rules, which are Java's for the default list on a text with no odd ends of lines."""
        if self._compiled is None:
            flags = re.ASCII | re.IGNORECASE if self.caseless else re.ASCII
            self._compiled = re.compile(self.regex, flags)
        return self._compiled

    def exact(self) -> Any:
        """
        By Java's rules.

        Raises:
            Unsupported: the edge cannot.
        """
        if self._exact is None:
            from shipper.pipeline import regex  # noqa: PLC0415 - rarely needed

            self._exact = regex.compile(self._translated())
        return self._exact

    def _translated(self) -> Any:
        from shipper.pipeline.regex import java  # noqa: PLC0415 - rarely needed

        return java.translate(self.regex, "i" if self.caseless else "")

    def check(self) -> None:
        """
        See that it can be matched by Java's rules.

        Raises:
            Unsupported: it cannot.
        """
        if self.words:
            self._translated()  # of nothing but what Python compiles, and soon enough when it is needed
        else:
            self.exact()


def _expanded(given: str | None, groups: tuple[str | None, ...]) -> str | None:
    """A replacement with groups in place of the references to them; None if nothing is left."""
    if given is None:
        return None

    def group(reference: re.Match[str]) -> str:
        number = int(reference[1])
        return (groups[number - 1] if number <= len(groups) else None) or ""

    return _REFERENCE.sub(group, given).strip() or None


class Parser:
    """
    A list of patterns for each of agents, systems and devices.

    Args:
        lists: the three.
        exact: every pattern is matched by Java's rules: they are the user's own.
    """

    def __init__(self, lists: tuple[list[Pattern], ...], *, exact: bool = False) -> None:
        self.lists = lists
        self._exact = exact

    def parse(self, text: str) -> Details:
        """
        Take an agent apart.

        Raises:
            TimedOut: a pattern takes too long.
        """
        odd = self._exact or _ENDS.search(text) is not None
        low = text.lower()
        return Details(*(_first(patterns, text, low, odd=odd) for patterns in self.lists))


def _first(patterns: list[Pattern], text: str, low: str, *, odd: bool) -> Named | None:
    for pattern in patterns:
        needed = pattern.words
        if needed:
            looked = low if pattern.caseless else text
            for word in needed:
                if word in looked:
                    break
            else:
                continue
        found = pattern.find(text, odd=odd)
        if found is not None:
            return found
    return None


@lru_cache(8)
def parser_of(source: Source) -> Parser:
    """
    The lists of a source, read when they are first asked for.

    Raises:
        Failure: a file cannot be read, or holds no lists.
        Unsupported: the edge cannot run one of its patterns.
    """
    return _default_parser() if source is None else _read_parser(File(source[0]))


def _default_parser() -> Parser:
    """The list of the package."""
    lists: dict[str, list[Pattern]] = {"UserAgent": [], "OS": [], "Device": []}
    for kind, (regex, *given) in _default_entries():
        if kind == "Device":
            flag, name, *_ = *given, None, None
            pattern = Pattern.of(regex, (name,), caseless=flag == "i", expands=True)
        else:
            numbers = (*given, None, None, None, None, None)[:5]
            pattern = Pattern.of(regex, numbers, expands=True)
        lists[kind].append(pattern)
    return Parser(tuple(lists.values()))


def _default_entries() -> Iterator[tuple[str, list[Any]]]:
    """
    Which list, and what the package's class of that name is called with.

    Raises:
        Failure: the package is not there, or written in another way.
    """
    import ast  # noqa: PLC0415 - for pipelines with this processor
    import pkgutil  # noqa: PLC0415

    try:
        data = pkgutil.get_data(PACKAGE, _MODULE) or b""
    except (ImportError, OSError) as error:
        raise Failure(f"the package ua-parser-builtins cannot be read: {error}") from None
    count = 0
    for line in data.decode().splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry is None:
            continue
        try:
            called = ast.literal_eval(f"[{entry[2]}]")
        except (SyntaxError, ValueError):
            break
        count += 1
        yield entry[1], called
    if not count or count != len(_CALL.findall(data)):
        raise Failure("this release of the package ua-parser-builtins is written in another way")


def _read_parser(file: File) -> Parser:
    """The lists of a ``regexes.yml``."""
    root = _read_yaml(file)
    lists: list[list[Pattern]] = []
    for name, (first, others) in _KEYS.items():
        entries = root.get(name) if isinstance(root, dict) else None
        fields = [f"{first}replacement"]
        if others is not None:
            fields += [f"{others}v{number}_replacement" for number in (1, 2, 3, 4)]
        patterns = []
        for entry in entries or []:
            if not isinstance(entry, dict) or not isinstance(entry.get("regex"), str):
                raise Failure(f"{file}: {name} holds something else than entries with a regex")
            given = [entry.get(field) for field in fields]
            pattern = Pattern.of(entry["regex"], given, caseless=entry.get("regex_flag") == "i")
            pattern.check()
            patterns.append(pattern)
        lists.append(patterns)
    if not any(lists):
        raise Failure(f"{file} is not a valid regular expression file")
    return Parser(tuple(lists), exact=True)


def _read_yaml(file: File) -> Any:
    """Texts, lists and dicts of a file; from its events, as a tree of nodes would take megabytes."""
    import yaml  # noqa: PLC0415 - only for a file of the user's own

    def value(event: Any) -> Any:
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return list(until(yaml.SequenceEndEvent))
        if isinstance(event, yaml.MappingStartEvent):
            keys = until(yaml.MappingEndEvent)
            return {str(key): next(keys) for key in keys}
        raise Failure(f"{file}: an alias, which is not read here")

    def until(end: type) -> Iterator[Any]:
        while not isinstance(event := next(events), end):
            yield value(event)

    try:
        with file.open("rb") as opened:
            events = yaml.parse(opened, Loader=yaml.CBaseLoader)
            for event in events:
                if isinstance(event, yaml.NodeEvent):
                    return value(event)
    except (OSError, yaml.YAMLError, RecursionError) as error:
        raise Failure(f"cannot read {file}: {error}") from None
    return None
