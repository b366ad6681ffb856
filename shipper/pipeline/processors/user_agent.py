"""
``user_agent``: takes a browser's user agent apart with uap-core's patterns, as the cluster's module has them.

Three lists (agents, systems, devices), of each the first pattern that matches. A pattern is compiled when a text first holds one of its words: of 1,103, a desk
full of browsers needs fifty.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any, NamedTuple

from shipper.pipeline import guard
from shipper.pipeline.document import Path
from shipper.pipeline.failure import Failure, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

    Source = (
        tuple[str, int] | None
    )  # a file and when it was changed; None: what the cluster comes with

CACHED = 1000  # agents remembered, as in the cluster
_LONGEST = 2048  # characters of an agent that is remembered
_DATA = File(__file__).with_name("user_agents.tsv")
_DEFAULT = "_default_"  # the cluster's name for the list that it comes with
_PROPERTIES = ("NAME", "OS", "DEVICE", "ORIGINAL", "VERSION")
_OPENSEARCH = (
    "NAME", "MAJOR", "MINOR", "PATCH", "OS", "OS_NAME", "OS_MAJOR", "OS_MINOR", "DEVICE", "BUILD", "ORIGINAL", "VERSION",
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
        words: texts of which one is in everything that matches, in small letters if case does not count; none where
            there is no telling.
        regex: in Java's dialect.
        caseless: case does not count.
        replacements: name and four numbers; None takes the group of the same place.
    """

    __slots__ = ("_compiled", "_exact", "caseless", "regex", "replacements", "words")

    def __init__(
        self,
        words: tuple[str, ...],
        regex: str,
        replacements: tuple[str | None, ...],
        *,
        caseless: bool,
    ) -> None:
        self.words = words
        self.regex = regex
        self.caseless = caseless
        self.replacements = replacements
        self._compiled: re.Pattern[str] | None = None
        self._exact: Any = None

    def find(self, text: str, *, odd: bool) -> Named | None:
        """What it finds in a text; ``odd`` if the text holds ends of lines that Python's ``re`` does not know."""
        found = guard.search(self.exact() if odd else self._plain(), text)
        if found is None:
            return None
        groups = found.groups()
        name, *numbers = self.replacements
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
        """By Python's own rules, which are Java's for these patterns on a text with no odd ends of lines."""
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
            from shipper.pipeline.regex import java  # noqa: PLC0415

            text = f"(?i){self.regex}" if self.caseless else self.regex
            self._exact = regex.compile(java.translate(text))
        return self._exact


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
        words = pattern.words
        if words:
            looked = low if pattern.caseless else text
            for word in words:
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
        Failure: a file of the user's cannot be read, or holds no lists.
        Unsupported: the edge cannot run one of its patterns.
    """
    return _default_parser() if source is None else _read_parser(File(source[0]))


def _default_parser() -> Parser:
    """The list that the cluster comes with."""
    lists: dict[str, list[Pattern]] = {"a": [], "o": [], "d": []}
    for line in _DATA.read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        which, flag, words, regex, *replacements = line.split("\t")
        needed = tuple(words.split("\1")) if words else ()
        given = tuple(cell or None for cell in replacements)
        lists[which].append(Pattern(needed, regex, given, caseless=flag == "i"))
    return Parser(tuple(lists.values()))


def _read_parser(file: File) -> Parser:
    """The lists of a ``regexes.yml``."""
    import yaml  # noqa: PLC0415 - only for a file of the user's own

    try:
        with file.open("rb") as opened:
            root = yaml.load(opened, Loader=yaml.CBaseLoader)  # noqa: S506 - makes nothing but texts, lists and dicts
    except (OSError, yaml.YAMLError) as error:
        raise Failure(f"cannot read {file}: {error}") from None
    keys = {"user_agent_parsers": ("family_", ""), "os_parsers": ("os_", "os_"), "device_parsers": ("device_", None)}  # fmt: skip
    lists: list[list[Pattern]] = []
    for name, (first, others) in keys.items():
        entries = root.get(name) if isinstance(root, dict) else None
        fields = [f"{first}replacement"]
        if others is not None:
            fields += [f"{others}v{number}_replacement" for number in (1, 2, 3, 4)]
        patterns = []
        for entry in entries or []:
            if not isinstance(entry, dict) or "regex" not in entry:
                raise Failure(f"{file}: {name} holds something else than entries with a regex")
            given = tuple(entry.get(field) for field in fields)
            pattern = Pattern((), entry["regex"], given, caseless=entry.get("regex_flag") == "i")
            pattern.exact()
            patterns.append(pattern)
        lists.append(patterns)
    if not any(lists):
        raise Failure(f"{file} is not a valid regular expression file")
    return Parser(tuple(lists), exact=True)


# Elasticsearch's device types: by words in the agent, else by names of system, agent and device, the strongest wins.
_ROBOTS = (
    "Synthetic|Scanner|Crawler|Site24x7|PagePeeker|SpeedCurve|Google Web Preview|SiteChecker|Parser"
)
_ROBOT_NAMES = "[Bb]ot|[Ss]pider|[Cc]rawler|AppEngine-Google"
_TABLETS = "Tablet|iPad|FireOS|Crosswalk"
_TYPES: dict[str, tuple[tuple[str, str], ...]] = {
    "text": ((_ROBOTS, "Robot"), ("Tablet", "Tablet")),
    "system": (
        (_ROBOT_NAMES, "Robot"),
        (r"^(?:Mac OS X|Chrome OS|(?:Windows|Windows NT|Linux|Fedora|Ubuntu)$)", "Desktop"),
        (r"^(?:iOS|Windows Phone|Firefox OS|BlackBerry OS|KaiOS|Maemo|(?:Android|Sailfish)$)", "Phone"),
        (r"^(?:Windows (?:XP|7|10)|(?:Free|Open|Net)BSD|Arch Linux|Solaris|SUSE|SunOS|BeOS/Haiku)", "Desktop"),
        (_TABLETS, "Tablet"),
    ),
    "agent": (
        (_ROBOT_NAMES, "Robot"),
        (r"^(?:Chrom(?:e|ium)|Edge|Firefox|IE|Maxthon|Opera|Safari|SeaMonkey|Vivaldi|Yandex Browser)$", "Desktop"),
        (r"^(?:Chrome Mobile$|Chrome Mobile iOS|(?:Firefox|Edge|IE) Mobile|Firefox iOS|Android|Facebook|Instagram)", "Phone"),
        (r"^(?:BlackBerry WebKit|OktaMobile|Sailfish Browser|Amazon Silk|Pinterest|Flipboard)", "Phone"),
        (_TABLETS, "Tablet"),
    ),
    "device": ((rf"{_TABLETS}|Kindle|(?:SM-[TP]|GT-P|Asus Nexus )\d+|Lenovo TB", "Tablet"),),
}  # fmt: skip


@cache
def _types() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    return {
        name: [(re.compile(pattern, re.ASCII), kind) for pattern, kind in rows]
        for name, rows in _TYPES.items()
    }


def device_type(text: str, details: Details) -> str:
    """``Robot``, ``Tablet``, ``Phone``, ``Desktop`` or ``Other``, as Elasticsearch decides it."""
    named = {"system": details.system, "agent": details.agent, "device": details.device}
    found = _kind("text", text)
    if found:
        return found
    kinds = {_kind(name, one.name) for name, one in named.items() if one is not None}
    return next(
        (kind for kind in ("Robot", "Tablet", "Phone", "Desktop") if kind in kinds), "Other"
    )


def _kind(table: str, text: str) -> str | None:
    return next((kind for pattern, kind in _types()[table] if pattern.search(text)), None)


def user_agent(options: Options, build: Build) -> Run:
    """Build the processor."""
    field = options.text("field")
    target = options.text("target_field", "user_agent")
    ignore_missing = options.flag("ignore_missing", default=False)
    elastic = build.flavour == "elasticsearch"
    options.only("opensearch", "ecs")
    options.only("elasticsearch", "extract_device_type")
    typed = elastic and options.flag("extract_device_type", default=False)
    plain = not elastic and not options.flag("ecs", default=True)
    properties = _properties(options, _PROPERTIES if elastic else _OPENSEARCH)
    parser = _parser(options, build)
    make = _flat if plain else _nested
    original = "ORIGINAL" in properties and not plain

    def shape(text: str) -> dict[str, Any]:
        try:
            details = parser.parse(text)
        except guard.TimedOut:
            reason = f"the user agent in [{field}] takes too long to match"
            raise Failure(reason, foreign=True) from None
        return make(details, properties, device_type(text, details) if typed else None)

    remembered: Callable[[str], dict[str, Any]] = lru_cache(CACHED)(shape)

    def run(document: Document) -> None:
        text = Path.parse(field).get_text(document, ignore_missing=ignore_missing)
        if text is None:
            if ignore_missing:
                return
            raise Failure(f"field [{field}] is null, cannot parse user-agent.")
        made = remembered(text) if len(text) <= _LONGEST else shape(text)
        value = {
            key: dict(item) if type(item) is dict else item for key, item in made.items()
        }  # the document may change it
        if original:
            value["original"] = text
        Path.parse(target).set(document, value)

    return run


def _properties(options: Options, known: tuple[str, ...]) -> frozenset[str]:
    given = options.items("properties", None)
    if given is None:
        return frozenset(known)
    for name in given:
        if name.upper() not in known:
            text = f"illegal property value [{name}]. valid values are [{', '.join(known)}]"
            options.wrong("properties", text)
    return frozenset(name.upper() for name in given)


def _parser(options: Options, build: Build) -> Parser:
    name = options.text("regex_file", _DEFAULT)
    if name == _DEFAULT:
        return parser_of(None)
    folder = build.settings.user_agent_directory
    if folder is None or File(name).name != name or not (File(folder) / name).is_file():
        where = f"there is no {name} in {folder}" if folder else "no folder for such files is set"
        options.refuse("regex_file", f"{where} (pipeline.user_agent.regex_directory)")
        return parser_of(None)
    file = File(folder) / name
    try:
        return parser_of((str(file), file.stat().st_mtime_ns))
    except Unsupported as error:
        options.caught("regex_file", error)
    except Failure as error:
        options.refuse("regex_file", str(error.reason))
    return parser_of(None)


def _nested(details: Details, properties: frozenset[str], kind: str | None) -> dict[str, Any]:
    """As the Elastic Common Schema has it; in the cluster's order, which shows where a map is printed."""
    agent, system, device = details
    made: dict[str, Any] = {}
    if "NAME" in properties:
        made["name"] = agent.name if agent else "Other"
    if "OS" in properties and system:
        made["os"] = {"name": system.name}
        if system.version is not None:
            made["os"] |= {"version": system.version, "full": f"{system.name} {system.version}"}
    if "DEVICE" in properties:
        made["device"] = {"name": device.name if device else "Other"}
        if kind is not None:
            made["device"]["type"] = kind
    if "ORIGINAL" in properties:
        made["original"] = None  # its place
    if "VERSION" in properties and agent and agent.major is not None:
        made["version"] = agent.version
    return made


def _flat(details: Details, properties: frozenset[str], _: str | None) -> dict[str, Any]:
    """As before the Elastic Common Schema: OpenSearch's ``ecs: false``."""
    agent, system, device = details
    full = None
    if system:
        full = f"{system.name} {system.version}" if system.version is not None else system.name
    found = {
        "name": agent.name if agent else "Other",
        "major": agent.major if agent else None,
        "minor": agent.minor if agent else None,
        "patch": agent.patch if agent else None,
        "build": agent.build if agent else None,
        "os": full or "Other",
        "os_name": system.name if system else "Other",
        "os_major": system.major if system else None,
        "os_minor": system.minor if system else None,
        "device": device.name if device else "Other",
    }
    return {
        name: value
        for name, value in found.items()
        if value is not None and name.upper() in properties
    }
