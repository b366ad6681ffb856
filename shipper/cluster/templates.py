"""
Index templates: which one the cluster would take, and the one of ours for each dataset.

Pure. Priorities and patterns are weighed as the cluster does, so that the plan can say what would win and why. What a
cluster can do (:class:`Abilities`) is found out by ``shipper setup``.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from shipper import __version__
from shipper.cluster import templates_fields as fields
from shipper.cluster.ingest import MANAGED_BY, is_ours
from shipper.config.settings import Dataset

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shipper.config.settings import DataStream

PRIORITY = 250  # above the built-in templates of both products (100) and those of Fleet (200)
_OF_REFERENCES = (
    201  # and a little for each letter: a dataset with references gives way to those that are named
)
_OF_ANY = 150  # where nothing of the dataset is known: more specific templates are somebody's
_REFERENCE = re.compile(r"%\{\[[^{}]*\}")


@dataclass(frozen=True, slots=True)
class Template:
    """
    An index template of the cluster, as far as it matters here.

    Attributes:
        ours: it has our mark.
        built_in: it came with the product, and the product keeps it up to date.
        body: as the API gave it.
    """

    name: str
    patterns: tuple[str, ...]
    priority: int
    data_stream: bool
    ours: bool
    hash: str = ""
    built_in: bool = False
    body: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def from_api(cls, entry: dict[str, Any]) -> Template:
        """Read one entry of ``GET /_index_template``."""
        body = entry["index_template"]
        patterns = body.get("index_patterns") or []
        meta = body.get("_meta") or {}
        return cls(
            name=entry["name"],
            patterns=tuple([patterns] if isinstance(patterns, str) else patterns),
            priority=int(body.get("priority") or 0),
            data_stream="data_stream" in body,
            ours=is_ours(body),
            hash=str(meta.get("hash", "")),
            built_in=meta.get("managed") is True and meta.get("managed_by") != "fleet",
            body=body,
        )

    def matches(self, name: str) -> bool:
        """Whether one of the patterns fits; ``*`` stands for any text."""
        return any(
            re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name)
            for pattern in self.patterns
        )

    def overlaps(self, pattern: str) -> bool:
        """Whether there is a name that one of its patterns and the given one fit."""
        return any(overlap(one, pattern) for one in self.patterns)


@dataclass(frozen=True, slots=True)
class Abilities:
    """
    What a cluster has, as far as templates go.

    Attributes:
        product: ``elasticsearch`` or ``opensearch``.
        text: the type for messages: ``match_only_text`` (a third smaller) where the cluster has it, else ``text``.
        components: names of its component templates that a template of ours may be composed of.
        optional_components: it takes components that do not exist (``ignore_missing_component_templates``).
        beyond_limit: it can leave fields beyond the limit unmapped instead of refusing the document.
    """

    product: str = "elasticsearch"
    text: str = "text"
    components: frozenset[str] = frozenset()
    optional_components: bool = False
    beyond_limit: bool = False


def overlap(one: str, other: str) -> bool:
    """Whether two patterns (``*`` stands for any text) have a name in common."""
    reached = {(0, 0)}
    todo = [(0, 0)]

    def visit(a: int, b: int) -> None:
        if (a, b) not in reached:
            reached.add((a, b))
            todo.append((a, b))

    while todo:
        a, b = todo.pop()
        left, right = one[a : a + 1], other[b : b + 1]
        if left == right == "":
            return True
        if left == "*":
            visit(a + 1, b)
            if right:
                visit(a, b + 1)
        if right == "*":
            visit(a, b + 1)
            if left:
                visit(a + 1, b)
        if left and left == right:
            visit(a + 1, b + 1)
    return False


def winner(templates: Iterable[Template], name: str) -> Template | None:
    """The template that the cluster would take for a new index or data stream of this name."""
    matching = [template for template in templates if template.matches(name)]
    return max(matching, key=lambda template: template.priority, default=None)


def template_name(stream: DataStream) -> str:
    """Name of our template: one for a dataset, or for an alias, which is named in its indices' settings."""
    dataset = _REFERENCE.sub("any", stream.dataset)
    name = f"shipper-{stream.prefix}-{dataset}"
    return f"{name}-{stream.namespace}" if stream.mode == "rollover_alias" else name


def template_pattern(stream: DataStream) -> str:
    """Index pattern of our template."""
    return f"{stream.name}-*" if stream.mode == "rollover_alias" else stream.pattern


def sample_name(stream: DataStream) -> str:
    """Name of a data stream or index that our template is for."""
    name = _REFERENCE.sub("any", stream.name)
    ends = {"data_stream": "", "rollover_alias": "-2000.01.01-000001", "daily": "-2000.01.01"}
    return name + ends[stream.mode]


def priority(stream: DataStream) -> int:
    """Priority of our template: the more of a name is known, the higher."""
    if not _REFERENCE.search(stream.dataset):
        return PRIORITY
    known = len(_REFERENCE.sub("", stream.dataset))
    return min(_OF_REFERENCES + known, PRIORITY - 1) if known else _OF_ANY


def template_body(
    stream: DataStream,
    *,
    text: str = "",
    wanted: Dataset | None = None,
    able: Abilities | None = None,
    settings: dict[str, Any] | None = None,
    lifecycle: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """
    Our template for a dataset.

    Args:
        stream: its dataset gives the pattern; every namespace is covered, but that of an alias is its own.
        text: the type for messages, where ``able`` is not given.
        wanted: what the configuration says for the dataset.
        able: what the cluster has.
        settings: of the lifecycle, see :func:`shipper.cluster.lifecycle.index_settings`.
        lifecycle: of a data stream, in the template itself.
    """
    wanted = wanted or Dataset(dataset=stream.dataset)
    able = able or Abilities(text=text or "text", product="opensearch")
    streams = stream.mode == "data_stream"
    parts = _components(stream, able)
    template = wanted.template
    flat = fields.flat_type(able.product) if template.unknown_objects == "flattened" else None
    inner: dict[str, Any] = {
        "settings": {
            **_settings(able),
            **(settings or {}),
            **flat_settings(template.settings),
        },
        "mappings": fields.mappings(
            text=able.text,
            complete="ecs@mappings" not in parts,
            dynamic=template.dynamic,
            custom=template.custom_mappings,
            flat=flat,
        ),
    }
    if lifecycle is not None and streams:
        inner["lifecycle"] = lifecycle
    body: dict[str, Any] = {
        "index_patterns": [template_pattern(stream)],
        "priority": priority(stream),
        "template": inner,
    }
    if streams:
        body["data_stream"] = {}
    if parts:
        body["composed_of"] = parts
        optional = [part for part in parts if part.endswith("@custom")]
        if able.optional_components and optional:
            body["ignore_missing_component_templates"] = optional
    digest = hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()
    body["_meta"] = {"managed_by": MANAGED_BY, "version": __version__, "hash": digest}
    return body


def _components(stream: DataStream, able: Abilities) -> list[str]:
    """Names of the components, in order; those that come later win."""
    if "ecs@mappings" not in able.components:
        return []
    names = ["ecs@mappings"]
    if stream.mode == "data_stream":  # its settings are for data streams alone
        own = ["logs@custom"]
        own += [] if _REFERENCE.search(stream.dataset) else [f"logs-{stream.dataset}@custom"]
        names = ["logs@mappings", "logs@settings", *own, "ecs@mappings"]
    return [
        name
        for name in names
        if name in able.components or (able.optional_components and name.endswith("@custom"))
    ]


def _settings(able: Abilities) -> dict[str, Any]:
    """Index settings for logs."""
    settings: dict[str, Any] = {
        "index.refresh_interval": "30s",
        "index.codec": "best_compression",
        "index.mapping.total_fields.limit": 5000,
    }
    if able.beyond_limit:
        settings["index.mapping.total_fields.ignore_dynamic_beyond_limit"] = True
    return settings


def flat_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Index settings by their full dotted names, from any of the forms that a cluster may be told them in."""
    flat: dict[str, Any] = {}
    todo = list(settings.items())
    while todo:
        name, value = todo.pop(0)
        if isinstance(value, dict):
            todo += [(f"{name}.{key}", inner) for key, inner in value.items()]
        else:
            flat[name if str(name).startswith("index.") else f"index.{name}"] = value
    return flat


def probe(kind: str) -> dict[str, Any]:
    """A template to simulate: it is refused where the cluster has no such field type. Its pattern meets no other's."""
    mappings = {"properties": {"probe": {"type": kind}}}
    return {"index_patterns": ["shipper-probe-of-a-type"], "template": {"mappings": mappings}}


def template_hash(body: dict[str, Any]) -> str:
    """The hash that a body of ours carries."""
    return str(body["_meta"]["hash"])
