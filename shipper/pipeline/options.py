"""
The options of one processor, read strictly and with their places.

Reading an option takes it; what nobody has taken is unknown. Problems are collected, so that one load names them all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from shipper.config.document import Listing, Mark, Scalar, Table, describe
from shipper.config.masking import quote
from shipper.config.suggest import did_you_mean
from shipper.pipeline.document import BrokenPath, Path
from shipper.pipeline.failure import Failure, Invalid, Unsupported

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shipper.config.document import Node
    from shipper.pipeline.definition import Pipeline
    from shipper.pipeline.document import Document
    from shipper.pipeline.steps import Step
    from shipper.pipeline.template import Template

ELASTICSEARCH, OPENSEARCH = "elasticsearch", "opensearch"
PRODUCTS = {ELASTICSEARCH: "Elasticsearch", OPENSEARCH: "OpenSearch"}
WAY_OUT = "run it in the cluster (run: cluster)"
_INSTEAD = {
    "set.copy_from": "OpenSearch's is the processor copy",
    "remove.keep": "OpenSearch's is exclude_field",
    "remove.exclude_field": "Elasticsearch's is keep",
    "rename.override": "OpenSearch's is override_target",
    "rename.override_target": "Elasticsearch's is override",
    "fingerprint.method": "OpenSearch's is hash_method",
    "fingerprint.hash_method": "Elasticsearch's is method",
}


class _Required:
    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final[Any] = _Required()


@dataclass(frozen=True, slots=True)
class Trouble:
    """
    One reason why a pipeline does not run at the edge.

    Attributes:
        mark: where it stands.
        text: what was found, and why it cannot be.
        refused: the cluster would take it; False where it is wrong everywhere.
        way: out of it, for what is refused.
    """

    mark: Mark
    text: str
    refused: bool
    way: str = WAY_OUT

    def __str__(self) -> str:
        way = f"; {self.way}" if self.refused else ""
        return f"{self.mark}: {self.text}{way}"


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """
    What the configuration says about pipelines at the edge.

    Attributes:
        flavour: the product whose meaning counts where the two differ.
        geoip_directory: folder of ``.mmdb`` files, None where the user gives none.
        user_agent_directory: folder of the files that ``regex_file`` names, and of ``regexes.yml``; None where the user gives none.
        absent: names of pipelines that are known not to exist.
        candidates: what templated names of pipelines may come to.
        target_steps: ``refuse`` or ``ignore``: what becomes of steps that choose an id or an index.
    """

    flavour: str = ELASTICSEARCH
    geoip_directory: str | None = None
    user_agent_directory: str | None = None
    absent: frozenset[str] = frozenset()
    candidates: tuple[str, ...] = ()
    target_steps: str = "refuse"


@dataclass(slots=True)
class Build:
    """
    What building a processor may ask for.

    Attributes:
        name: of the pipeline that the processor belongs to.
        settings: of the edge.
        inner: finds another pipeline by its name; None where there is none.
        step: builds a nested processor of a table with one entry.
        troubles: everything found wrong so far.
    """

    name: str
    settings: EdgeSettings
    inner: Callable[[str, Mark], Pipeline | None]
    step: Callable[[Node], Step | None]
    troubles: list[Trouble] = field(default_factory=list)

    @property
    def flavour(self) -> str:
        """The product whose meaning counts."""
        return self.settings.flavour


class Options:
    """The options of one processor."""

    def __init__(self, kind: str, table: Table, mark: Mark, build: Build) -> None:
        """
        Begin to read.

        Args:
            kind: the processor's type.
            table: its options.
            mark: where the processor stands.
            build: of the pipeline; problems are noted there.
        """
        self.kind = kind
        self.mark = mark
        self.build = build
        self._nodes: dict[str, Node] = {key.text: node for key, node in table.entries}
        self._marks: dict[str, Mark] = {key.text: key.mark for key, _ in table.entries}
        self._taken: set[str] = set()
        self._only: dict[str, str] = {}

    def __contains__(self, name: str) -> bool:
        node = self._nodes.get(name)
        return node is not None and not (isinstance(node, Scalar) and node.value is None)

    def __repr__(self) -> str:
        return f"<Options of {self.kind} at {self.mark}>"

    # -- problems --------------------------------------------------------------------------------------------------

    def wrong(
        self, name: str | None, reason: str, mend: str = "", offset: int | None = None
    ) -> None:
        """Note that no cluster takes an option (or the processor) as it stands."""
        self._note(name, f"{reason}; {mend}" if mend else reason, refused=False, offset=offset)

    def refuse(
        self, name: str | None, reason: str, offset: int | None = None, way: str = WAY_OUT
    ) -> None:
        """Note that the edge cannot do what an option (or the processor) asks for, and the way out."""
        self._note(name, reason, refused=True, offset=offset, way=way)

    def caught(self, name: str | None, error: Unsupported) -> None:
        """Note what translating an option's text raised."""
        self._note(name, error.reason, refused=not isinstance(error, Invalid), offset=error.offset)

    def caught_script(self, name: str, error: Unsupported) -> None:
        """Note what compiling a Painless script raised: its reasons are the names of things."""
        if isinstance(error, Invalid):
            self.caught(name, error)
            return
        reason = error.reason.replace(" with 1 arguments", " with 1 argument")
        way = f"if the cluster's Painless takes it, {WAY_OUT}"
        self.refuse(name, f"the edge does not take {reason}", error.offset, way=way)

    def _note(
        self, name: str | None, text: str, *, refused: bool, offset: int | None, way: str = WAY_OUT
    ) -> None:
        where = f"{self.kind}.{name}" if name else self.kind
        node = self._nodes.get(name) if name else None
        mark = node.mark if node is not None else self.mark
        if offset is not None and isinstance(node, Scalar):
            before = node.text[:offset]
            line = before.count("\n") + 1
            column = len(before) - (before.rfind("\n") + 1) + 1
            text = f"{text} (line {line}, column {column} of the text)"
        self.build.troubles.append(Trouble(mark, f"{where}: {text}", refused, way))

    def only(self, flavour: str, *names: str) -> None:
        """Say that options belong to one product; with the other they are wrong."""
        for name in names:
            if name in self._nodes and self.build.flavour != flavour:
                self._taken.add(name)
                instead = _INSTEAD.get(f"{self.kind}.{name}")
                self.wrong(
                    name,
                    f"an option of {PRODUCTS[flavour]}; pipeline.flavour is {self.build.flavour}",
                    f"{instead}; or set pipeline.flavour"
                    if instead
                    else "remove it, or set pipeline.flavour",
                )

    def finish(self, known: Iterable[str] = ()) -> None:
        """Note every option that nobody has taken."""
        for name in self._nodes:
            if name not in self._taken:
                names = sorted({*self._taken, *known})
                hint = did_you_mean(name, names, f"{self.kind} has none of that name")
                mark = self._marks[name]
                self.build.troubles.append(
                    Trouble(
                        mark, f"{self.kind}: unknown option {quote(name)}; {hint}", refused=False
                    )
                )

    # -- reading ---------------------------------------------------------------------------------------------------

    def node(self, name: str) -> Node | None:
        """The option as it stands, taken; None where it is missing or null."""
        self._taken.add(name)
        return self._nodes.get(name) if name in self else None

    def _scalar(self, name: str, default: Any, wanted: str) -> Any:
        node = self.node(name)
        if node is None:
            if default is REQUIRED:
                self.wrong(name, "required property is missing", f"add {name}")
                return None
            return default
        if isinstance(node, Scalar):
            return node.value
        self.wrong(name, f"found {describe(node)}, expected {wanted}")
        return None

    def value(self, name: str, default: Any = REQUIRED) -> Any:
        """An option of any JSON type, as plain Python."""
        node = self.node(name)
        if node is None:
            if default is REQUIRED:
                self.wrong(name, "required property is missing", f"add {name}")
                return None
            return default
        return plain(node)

    def text(self, name: str, default: Any = REQUIRED) -> Any:
        """A text option; other scalars are wrong, as in the cluster."""
        value = self._scalar(name, default, "a text")
        if value is default or isinstance(value, str):
            return value
        if value is not None:
            self.wrong(name, f"property isn't a string, but {value!r}", "put it in quotes")
        return "" if default is REQUIRED else default

    def text_or_number(self, name: str, default: Any = REQUIRED) -> Any:
        """A text option that may be written as a number."""
        value = self._scalar(name, default, "a text or a number")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if value is default or isinstance(value, str):
            return value
        if value is not None:
            self.wrong(name, f"property isn't a string or int, but {value!r}")
        return "" if default is REQUIRED else default

    def flag(self, name: str, default: Any = REQUIRED) -> bool:
        """A boolean option; the cluster refuses the texts ``true`` and ``false``."""
        value = self._scalar(name, default, "true or false")
        if isinstance(value, bool):
            return value
        if value is not None:
            self.wrong(
                name, f"property isn't a boolean, but {value!r}", "write true or false, no quotes"
            )
        return bool(default) and default is not REQUIRED

    def integer(self, name: str, default: Any = REQUIRED) -> Any:
        """A whole number; its text will do."""
        value = self._scalar(name, default, "a whole number")
        if value is default:
            return value
        try:
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            if isinstance(value, str):
                return int(value)
        except ValueError:
            pass
        if value is not None:
            self.wrong(name, f"property cannot be converted to an int [{value}]")
        return 0 if default is REQUIRED else default

    def choice(self, name: str, allowed: Iterable[str], default: Any = REQUIRED) -> Any:
        """One of some texts."""
        value = self.text(name, default)
        allowed = list(allowed)
        if value is not default and value not in allowed:
            self.wrong(name, f"found {value!r}, expected one of {', '.join(allowed)}")
        return value

    def texts(self, name: str, default: Any = REQUIRED) -> Any:
        """A text, or a list of texts: always returned as a list."""
        node = self.node(name)
        if isinstance(node, Listing):
            values = [plain(item) for item in node.items]
            for value in values:
                if not isinstance(value, str):
                    self.wrong(name, f"found {value!r} in the list, expected texts")
            return [value for value in values if isinstance(value, str)]
        value = self.text(name, default)
        return [value] if isinstance(value, str) else value

    def items(self, name: str, default: Any = REQUIRED) -> Any:
        """A list of texts; a lone text is wrong, as in the cluster."""
        node = self.node(name)
        if node is not None and not isinstance(node, Listing):
            self.wrong(name, f"property isn't a list, but {describe(node)}", "write it as a list")
            return []
        return self.texts(name, default)

    def table(self, name: str, default: Any = REQUIRED) -> Any:
        """A map, as plain Python."""
        node = self.node(name)
        if node is not None and not isinstance(node, Table):
            self.wrong(name, f"property isn't a map, but {describe(node)}")
            return {}
        return self.value(name, default)

    def path(self, name: str, default: Any = REQUIRED) -> Any:
        """A field's path, perhaps a template: what comes back has ``resolve(document)``."""
        text = self.text(name, default)
        if not isinstance(text, str):
            return text
        return self.path_of(name, text)

    def paths(self, name: str, default: Any = REQUIRED) -> Any:
        """One path or several: always a list."""
        texts = self.texts(name, default)
        return [self.path_of(name, text) for text in texts] if isinstance(texts, list) else texts

    def path_of(self, name: str, text: str) -> PathLike:
        """The path of a text; one with ``{{`` is a template."""
        if "{{" in text:
            return TemplatePath(self.template_of(name, text))
        return self.path_plain(text)

    @staticmethod
    def path_plain(text: str) -> Path:
        """The path of a text that is no template, whatever it looks like; every use of an impossible one fails."""
        try:
            return Path.parse(text)
        except Failure as failure:
            return BrokenPath(text, failure)

    def template(self, name: str, default: Any = REQUIRED) -> Any:
        """A text with ``{{ }}``: what comes back has ``render(document)``."""
        text = self.text(name, default)
        return self.template_of(name, text) if isinstance(text, str) else text

    def template_of(self, name: str, text: str) -> Template:
        """The template of a text."""
        from shipper.pipeline import template  # noqa: PLC0415 - only where one is used

        try:
            return template.compile(text)
        except Unsupported as error:
            self.caught(name, error)
            return template.compile("")

    def step(self, name: str) -> Step | None:
        """A nested processor: a map of one entry."""
        node = self.node(name)
        if node is None:
            self.wrong(name, "required property is missing", f"add {name}")
            return None
        return self.build.step(node)

    def mark_of(self, name: str) -> Mark:
        """Where an option stands; the processor's place where it is missing."""
        node = self._nodes.get(name)
        return self.mark if node is None else node.mark


class TemplatePath:
    """A path that is made for each document."""

    __slots__ = ("template",)

    def __init__(self, template: Template) -> None:
        self.template = template

    def resolve(self, document: Document) -> Path:
        """
        The path for one document.

        Raises:
            Failure: the template comes to an empty text.
        """
        return Path.parse(self.template.render(document))


PathLike = Path | TemplatePath


def plain(node: Node) -> Any:
    """A node as plain Python."""
    if isinstance(node, Table):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value
