"""
Definitions of pipelines: from a file's bytes to steps that run, or to the reasons why not.

JSON (tabs are fine, and what ``GET _ingest/pipeline/NAME`` answers too) or YAML of the 1.2 core schema. Loading is strict and names everything it finds, with
its place: what is wrong everywhere, and what only the cluster can do.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.config import target_steps
from shipper.config.document import Mark, Scalar, Table, describe
from shipper.config.masking import quote
from shipper.config.suggest import did_you_mean
from shipper.pipeline.document import java_int
from shipper.pipeline.execution import run_pipeline
from shipper.pipeline.nodes import KEYS, read_nodes
from shipper.pipeline.options import (
    ELASTICSEARCH,
    Build,
    EdgeSettings,
    Trouble,
    plain,
)
from shipper.pipeline.steps import Step, build_step, build_steps, no_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.config.document import Node
    from shipper.pipeline.document import Document


@dataclass(slots=True, eq=False)
class Pipeline:
    """
    A pipeline that runs at the edge.

    Attributes:
        name: of its file, without ending.
        source: what messages call the file.
        body: the definition as plain Python, as the cluster's API takes it.
        steps: its processors.
        on_failure: handlers of what no step handles.
        calls: names of the pipelines that it may call.
        flavour: the product whose meaning counts.
    """

    name: str
    source: str
    body: dict[str, Any]
    steps: list[Step] = field(default_factory=list)
    on_failure: list[Step] = field(default_factory=list)
    calls: set[str] = field(default_factory=set)
    flavour: str = ELASTICSEARCH

    def run(self, document: Document, start: int = 0) -> None:
        """
        Run it over a document.

        Raises:
            Raised: a processor failed and nothing handled it.
        """
        run_pipeline(self, document, start)

    def all_steps(self) -> Iterator[Step]:
        """Every step, handlers included, in the order of the file."""
        stack = [*reversed(self.on_failure), *reversed(self.steps)]
        while stack:
            step = stack.pop()
            yield step
            stack += reversed(step.on_failure)


@dataclass(slots=True)
class Loaded:
    """
    What loading a pipeline came to.

    Attributes:
        pipeline: to run; None where there are troubles.
        troubles: in the order found.
        body: the definition as plain Python, where it could be read at all.
    """

    pipeline: Pipeline | None
    troubles: list[Trouble]
    body: dict[str, Any] | None = None

    @property
    def wrong(self) -> list[Trouble]:
        """Troubles that no cluster would take either."""
        return [trouble for trouble in self.troubles if not trouble.refused]


class Library:
    """
    Pipelines by name, loaded when they are asked for, each once.

    Args:
        read: from a name to a file's content and what messages call it; None where there is no such file.
        settings: of the edge.
    """

    def __init__(
        self, read: Callable[[str], tuple[bytes, str] | None], settings: EdgeSettings | None = None
    ) -> None:
        self._read = read
        self.settings = settings or EdgeSettings()
        self._loaded: dict[str, Loaded] = {}
        self._loading: list[str] = []

    @classmethod
    def of(cls, bodies: dict[str, dict[str, Any]], settings: EdgeSettings | None = None) -> Library:
        """A library of definitions that are plain Python already."""

        def read(name: str) -> tuple[bytes, str] | None:
            body = bodies.get(name)
            return None if body is None else (json.dumps(body, ensure_ascii=False).encode(), name)

        return cls(read, settings)

    def load(self, name: str) -> Loaded | None:
        """
        Load a pipeline and what it calls.

        Returns:
            None where there is no pipeline of that name.
        """
        found = self._loaded.get(name)
        if found is None:
            content = self._read(name)
            if content is None:
                return None
            self._loading.append(name)
            try:
                found = self._load(name, *content)
            finally:
                self._loading.pop()
            self._loaded[name] = found
        return found

    def _load(self, name: str, content: bytes, source: str) -> Loaded:
        troubles: list[Trouble] = []
        root = read_nodes(content, source, troubles)
        if root is None:
            return Loaded(None, troubles)
        if self.settings.target_steps == "ignore":
            root = target_steps.left_out(root)
        body = plain(root)
        pipeline = Pipeline(name, source, body, flavour=self.settings.flavour)
        build = Build(name, self.settings, lambda _name, _mark: None, lambda _node: None, troubles)
        build.inner = lambda called, mark: self._inner(pipeline, called, mark, troubles)
        build.step = lambda node: build_step(node, build)
        _check_keys(root, troubles)
        for key, node in root.entries:
            if key.text == "processors":
                pipeline.steps = build_steps(node, "processors", build)
            elif key.text == "on_failure" and not (isinstance(node, Scalar) and node.value is None):
                pipeline.on_failure = build_steps(node, "on_failure", build)
                if no_steps(node):
                    text = (
                        "on_failure: processors list cannot be empty; remove it, or add a processor"
                    )
                    troubles.append(Trouble(key.mark, text, refused=False))
        return Loaded(None if troubles else pipeline, troubles, body)

    def _inner(
        self, caller: Pipeline, name: str, mark: Mark, troubles: list[Trouble]
    ) -> Pipeline | None:
        if name in self._loading:
            way = " → ".join([*self._loading[self._loading.index(name) :], name])
            troubles.append(
                Trouble(mark, f"pipelines call each other in a circle: {way}", refused=False)
            )
            return None
        found = self.load(name)
        if found is None:
            return None
        caller.calls.add(name)
        for trouble in found.troubles:
            if trouble not in troubles:
                troubles.append(trouble)
        return found.pipeline


def _check_keys(root: Table, troubles: list[Trouble]) -> None:
    seen = {key.text for key, _ in root.entries}
    if "processors" not in seen:
        text = "'processors' is missing; expected a pipeline: a mapping with a list 'processors'"
        troubles.append(Trouble(root.mark, text, refused=False))
    for key, node in root.entries:
        if key.text not in KEYS:
            troubles.append(Trouble(key.mark, _unknown("key", key.text, KEYS), refused=False))
        elif isinstance(node, Scalar) and node.value is None:
            if key.text == "processors":
                text = (
                    "processors: required property is missing; write a list, [] if there are none"
                )
                troubles.append(Trouble(node.mark, text, refused=False))
        elif wrong := _wrong_value(key.text, node):
            troubles.append(
                Trouble(node.mark, f"{key.text}: found {describe(node)}, {wrong}", refused=False)
            )


def _wrong_value(key: str, node: Node) -> str | None:
    value = node.value if isinstance(node, Scalar) else node
    if key == "description" and not isinstance(value, str):
        return "expected a text"
    if key == "_meta" and not isinstance(value, Table):
        return "expected a mapping"
    if key == "deprecated" and not isinstance(value, bool):
        return "expected true or false"
    if key == "field_access_pattern" and value != "classic":
        return "expected classic; the edge reads a name with a dot as a path only"
    if key == "version" and (isinstance(value, bool) or java_int(str(value)) is None):
        return "expected a whole number"
    return None


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    hint = did_you_mean(name, known, f"expected one of {', '.join(known)}")
    return f"unknown {what} {quote(name)}; {hint}"
