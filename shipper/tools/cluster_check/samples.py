"""
The last lines of each input's newest file, driven the whole way: parsers, pipeline, mappings. Nothing is stored.

Elasticsearch validates against the mappings that would apply (``_ingest/_simulate``); elsewhere the types that the template
names are compared here.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from shipper.agent import pipelines
from shipper.agent.document import constants, for_path
from shipper.encode import event_id
from shipper.errors import ConfigError, ShipperError
from shipper.pipeline import guard
from shipper.pipeline.edge import maker
from shipper.records import SendFailed
from shipper.source.chain import Chain
from shipper.source.discover import Finder
from shipper.tools.bench import Bench
from shipper.tools.cluster_check.finding import Finding, Findings, short
from shipper.tools.cluster_check.targets import part_of, sample_name, simulated
from shipper.tools.lines import events_of
from shipper.tools.simulate import body_of, reason_of, simulate
from shipper.tools.trial import AGENT_ID, KEY, Trial, plain_edge, stamp_now, without

if TYPE_CHECKING:
    from shipper.cluster.client import Client
    from shipper.config.settings import Input, Settings
    from shipper.records import Event

LINES = 3
_TAIL = 64 * 1024  # bytes of a file's end that are read
_NUMBERS = frozenset(
    {
        "long",
        "integer",
        "short",
        "byte",
        "double",
        "float",
        "half_float",
        "scaled_float",
        "unsigned_long",
    }
)
_OPEN = frozenset(
    {"object", "nested", "flattened", "flat_object", "geo_point", "geo_shape", "passthrough"}
)
_TIMEOUT = 30.0


def look(client: Client, settings: Settings, one: Input, findings: Findings) -> None:
    """Try the last events of an input's newest file."""
    part = part_of(one)
    try:
        found = _last_events(one)
        if not found:
            findings.ok(part, "no sample: no file with a whole line matches now")
            return
        path, events = found
        for line, source in _documents(client, settings, one, path, events, findings):
            _validate(client, settings, one, (path, line, source), findings)
    except ConfigError as error:
        findings.error(part, f"sample: {short(error)}")
    except (ShipperError, SendFailed, ValueError) as error:
        findings.unknown(part, f"sample: not tried: {short(error)}")
    finally:
        guard.close()


def _last_events(one: Input) -> tuple[str, list[tuple[int, Event]]] | None:
    """The newest file, and its last events with the number of the line from the end of those that were read."""
    files = Finder(one).scan().files
    for path in sorted(files, key=lambda name: files[name].st_mtime, reverse=True):
        if not files[path].st_size or not os.access(path, os.R_OK):
            continue
        start = _start(Path(path))
        events = list(events_of(Path(path), Chain(one), start))
        if start and len(events) > 1:
            events = events[1:]  # the first may lack lines before it
        if events:
            return path, events[-LINES:]
    return None


def _start(path: Path) -> int:
    """Offset of a line's begin near the end."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size <= _TAIL:
            return 0
        file.seek(size - _TAIL)
        end = file.read(_TAIL).find(b"\n")
    start = size - _TAIL + end + 1
    return (
        start - start % 4 if end >= 0 else 0
    )  # within a character of UTF-16 or UTF-32 nothing begins


def _documents(
    client: Client,
    settings: Settings,
    one: Input,
    path: str,
    events: list[tuple[int, Event]],
    findings: Findings,
) -> list[tuple[int, dict[str, Any]]]:
    """What would be stored of each event, as far as pipelines go; those that are dropped or refused are findings."""
    stamp = stamp_now()
    made = maker(for_path(constants(settings, one, AGENT_ID), path))
    plain = plain_edge(settings, one)
    if one.pipeline is None:
        return [(event.start, plain.fresh(path, event, stamp, made)) for _, event in events]
    if one.pipeline.path is not None and pipelines.choose(settings, one).where == "edge":
        return _at_the_edge(settings, one, path, events, findings)
    documents = [
        {
            "_index": sample_name(one),
            "_id": event_id(KEY, event.start, event.end),
            "_source": plain.fresh(path, event, stamp, made),
        }
        for _, event in events
    ]
    results = simulate(client, body_of(client, one), documents)
    kept = []
    for (_, event), result in zip(events, results, strict=True):
        if result.source is not None:
            kept.append((event.start, result.source))
        else:
            refused = None if result.failure is None else ": ".join(result.failure)
            _lost(one, path, event.start, refused, findings)
    return kept


def _at_the_edge(
    settings: Settings,
    one: Input,
    path: str,
    events: list[tuple[int, Event]],
    findings: Findings,
) -> list[tuple[int, dict[str, Any]]]:
    assert one.pipeline is not None
    assert one.pipeline.path is not None
    trial = Trial(Bench(one.pipeline.path, settings, one, configured=True))
    kept = []
    for line, event in events:
        tried = trial.run(path, line, event)
        if tried.unhandled and tried.refused is None:
            failed = tried.failures[-1] if tried.failures else None
            words = (
                f"{failed.place}: {failed.kind}: {failed.reason}{failed.hint}"
                if failed
                else "it failed"
            )
            findings.warning(
                part_of(one),
                f"sample {path}, offset {event.start}: the pipeline fails: {short(words)}",
                f"`shipper explain {path}` shows what each step does",
            )
        if tried.after is not None:
            kept.append((event.start, tried.after))
        else:
            refused = None if tried.refused is None else tried.refused[1]
            _lost(one, path, event.start, refused, findings)
    return kept


def _lost(one: Input, path: str, start: int, refused: str | None, findings: Findings) -> None:
    where = f"sample {path}, offset {start}"
    if refused is None:
        findings.ok(part_of(one), f"{where}: the pipeline drops this event")
    else:
        todo = "mend the pipeline: such events become dead letters"
        findings.error(part_of(one), f"{where}: the pipeline fails: {short(refused)}", todo)


def _validate(
    client: Client,
    settings: Settings,
    one: Input,
    sample: tuple[str, int, dict[str, Any]],
    findings: Findings,
) -> None:
    """Hold a document against the mappings that would apply, and show it."""
    path, start, source = sample
    where = f"sample {path}, offset {start}"
    stored, problem, ignored = _by_the_cluster(client, one, source)
    if stored is None and not problem:
        problem = _by_the_template(client, one, source)
        stored = source
    document = stored or source
    own = plain_own(settings, one, path)
    shown = without(document, own)
    if problem:
        finding = Finding(
            part_of(one),
            "error",
            f"{where}: the mapping refuses it: {short(problem)}",
            "mend the mapping (setup.template.custom_mappings), or what the pipeline makes of the field",
            document,
            shown,
        )
    elif ignored:
        finding = Finding(
            part_of(one),
            "warning",
            f"{where}: fields that cannot be searched, since their value does not fit: {', '.join(ignored)}",
            "mend the mapping (setup.template.custom_mappings), or what the pipeline makes of the field",
            document,
            shown,
        )
    else:
        finding = Finding(part_of(one), "ok", f"{where}: would be stored as", "", document, shown)
    findings.add(finding)


def plain_own(settings: Settings, one: Input, path: str) -> dict[str, Any]:
    """What the agent adds to every event of a file."""
    from shipper.records import Event  # noqa: PLC0415 - made by hand here alone

    made = maker(for_path(constants(settings, one, AGENT_ID), path))
    own = plain_edge(settings, one).fresh(path, Event(0, 0, ""), stamp_now(), made)
    own.pop("message", None)
    return own


def _by_the_cluster(
    client: Client, one: Input, source: dict[str, Any]
) -> tuple[dict[str, Any] | None, str, list[str]]:
    """What Elasticsearch 8.12 and newer would store, why it would not, and fields it would leave out of the index."""
    flavour = client.info()
    if flavour.product != "elasticsearch":
        return None, "", []
    name = sample_name(one)
    # The input's pipeline has run already; the default one, which ours would go on to, and the final one run here.
    body = {"docs": [{"_index": name, "_id": "sample", "_source": source}]}
    status, answer = client.json(
        "POST",
        f"/_ingest/{quote(name, safe='')}/_simulate",
        body=body,
        timeout=_TIMEOUT,
    )
    if status != 200 or not isinstance(answer, dict):
        return None, "", []
    doc = (answer.get("docs") or [{}])[0].get("doc") or {}
    if isinstance(doc.get("error"), dict):
        return None, f"{doc['error'].get('reason')} ({reason_of(doc)})", []
    ignored = [str(field.get("field", field)) for field in doc.get("ignored_fields") or []]
    stored = doc.get("_source")
    return (stored if isinstance(stored, dict) else None), "", ignored


def _by_the_template(client: Client, one: Input, source: dict[str, Any]) -> str:
    """A value that does not fit the type that the template gives its field; empty where all do."""
    template, _ = simulated(client, sample_name(one))
    properties = ((template or {}).get("mappings") or {}).get("properties") or {}
    return conflict(source, properties)


def conflict(document: dict[str, Any], properties: dict[str, Any], prefix: str = "") -> str:
    """The first value that a mapping would refuse, in words; the cheap cases only: objects, and texts for numbers."""
    for name, value in document.items():
        mapping = properties.get(name)
        if not isinstance(mapping, dict) or value is None:
            continue
        path = f"{prefix}{name}"
        values = value if isinstance(value, list) else [value]
        if "properties" in mapping and mapping.get("type", "object") in {"object", "nested"}:
            if any(not isinstance(each, dict) for each in values):
                return f"{path} is mapped as an object, and the event has {short(repr(value), 60)}"
            for each in values:
                if found := conflict(each, mapping["properties"], f"{path}."):
                    return found
        elif any(isinstance(each, dict) for each in values) and mapping.get("type") not in _OPEN:
            return f"{path} is mapped as {mapping.get('type')}, and the event has an object"
        elif mapping.get("type") in _NUMBERS and not mapping.get("ignore_malformed"):
            wrong = [each for each in values if isinstance(each, str) and not _number(each)]
            if wrong:
                return f"{path} is mapped as {mapping['type']}, and the event has {short(repr(wrong[0]), 60)}"
    return ""


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
