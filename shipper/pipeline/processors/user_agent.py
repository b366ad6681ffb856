"""
``user_agent``: takes a browser's user agent apart, as the cluster's module does with the same list of patterns.

Which list that is, ``user_agent_lists`` says; the one that the cluster comes with differs between its releases.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from shipper.pipeline import guard
from shipper.pipeline.document import Path
from shipper.pipeline.failure import Failure, Unsupported
from shipper.pipeline.processors.user_agent_lists import Parser, parser_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run
    from shipper.pipeline.processors.user_agent_lists import Details

CACHED = 1000  # agents remembered, as in the cluster
_LONGEST = 2048  # characters of an agent that is remembered
_DEFAULT = "_default_"  # the cluster's name for the list that it comes with
_OWN_DEFAULT = "regexes.yml"  # that list's file in the cluster's module; in the user's folder, the list to use in its place
_KEY = "pipeline.user_agent.regex_directory"
_PROPERTIES = ("NAME", "OS", "DEVICE", "ORIGINAL", "VERSION")
_OPENSEARCH = (
    "NAME", "MAJOR", "MINOR", "PATCH", "OS", "OS_NAME", "OS_MAJOR", "OS_MINOR", "DEVICE", "BUILD", "ORIGINAL", "VERSION",
)  # fmt: skip

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
    """The list that is named; one with nothing in it where it cannot be had, which is noted."""
    option = "regex_file"
    name = options.text(option, _DEFAULT)
    folder = build.settings.user_agent_directory
    file: File | None = None
    if folder is not None:
        file = File(folder) / (_OWN_DEFAULT if name == _DEFAULT else name)
    try:
        if folder is not None and not File(folder).is_dir():
            raise Failure(f"there is no folder {folder} ({_KEY})")
        if file is not None and File(name).name == name and file.is_file():
            return parser_of((str(file), file.stat().st_mtime_ns))
        if name == _DEFAULT:
            return parser_of(None)
        where = f"there is no {name} in {folder}" if folder else "no folder for such files is set"
        raise Failure(f"{where} ({_KEY})")
    except Unsupported as error:
        options.refuse(option, f"{file}: {error.reason}")
    except (Failure, OSError) as error:
        options.refuse(option, str(error.reason if isinstance(error, Failure) else error))
    return Parser(())


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
