"""
Samples of the ready pipelines: lines as programs write them, and the documents that are to come of them.

``pipelines/samples/<name>/`` holds

* ``lines.log``: the file that an agent would read;
* ``input.yml``, where needed: more of the input's configuration, such as ``parsers:``;
* ``expected.ndjson``: one document an event, without what the agent itself adds. ``{year}`` stands for the current year
  (UTC), and ``{any}`` for what the JVM words.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shipper.agent.document import constants
from shipper.cluster import ingest
from shipper.config.loading import load
from shipper.source.chain import Chain

if TYPE_CHECKING:
    from shipper.config.settings import Input, Settings
    from shipper.encode import Constants
    from shipper.records import Event

PIPELINES = Path(__file__).parents[2] / "pipelines"
SAMPLES = PIPELINES / "samples"
NAMES = sorted(path.name for path in SAMPLES.iterdir() if path.is_dir())
TARGET = "logs-ready-default"
_CONFIG = """
inputs:
  - id: ready
    paths: [/var/log/ready.log]
    data_stream: {{dataset: ready}}
    tags: [sample]
    fields: {{shop: 17}}
{extra}
output.local: {{path: {folder}/shipped.db}}
path.data: {folder}
path.pipelines: {pipelines}
name: web-1
"""


@dataclass(frozen=True)
class Sample:
    """
    The samples of one pipeline.

    Attributes:
        name: of the pipeline.
        data: of ``lines.log``.
        events: that the input makes of it.
        settings, one: the configuration with that input.
        expected: documents, placeholders and all.
    """

    name: str
    data: bytes
    events: list[Event]
    settings: Settings
    one: Input
    expected: list[dict[str, Any]]

    @property
    def body(self) -> dict[str, Any]:
        """The pipeline as it is registered, with the handlers of failures that every pipeline gets."""
        definition = ingest.load(PIPELINES / f"{self.name}.yml")
        wrapped = definition.wrapped(TARGET, default=None, meta=False)
        return {key: wrapped[key] for key in ("processors", "on_failure")}

    @property
    def sources(self) -> list[dict[str, Any]]:
        """The events with nothing but what their input's parsers found."""
        return [{"message": event.message, **(event.fields or {})} for event in self.events]

    @property
    def constants(self) -> Constants:
        """What the agent adds to each document of the input."""
        return constants(self.settings, self.one, "8d8a9d5e-6c1f-4b0e-9d5e-3f3f3f3f3f3f")


def configured(name: str, folder: Path, pipeline: str = "") -> Settings:
    """
    The configuration of an input for a pipeline's samples.

    Args:
        name: of the pipeline.
        folder: for what the agent keeps.
        pipeline: line of the input that names the pipeline, if it is to be in it.
    """
    extra = SAMPLES / name / "input.yml"
    lines = extra.read_text(encoding="utf-8").splitlines() if extra.exists() else []
    text = "\n".join(f"    {line}" for line in (*lines, pipeline))
    file = folder / "config.yml"
    file.write_text(
        _CONFIG.format(extra=text, folder=folder, pipelines=PIPELINES), encoding="utf-8"
    )
    return load(file)


def sample(name: str, folder: Path) -> Sample:
    """Reads the samples of a pipeline; the folder is for what the agent keeps."""
    here = SAMPLES / name
    settings = configured(name, folder)
    data = (here / "lines.log").read_bytes()
    events = Chain(settings.inputs[0]).parse(data, 0, final=True).events
    expected = [json.loads(line) for line in (here / "expected.ndjson").read_bytes().splitlines()]
    return Sample(name, data, events, settings, settings.inputs[0], expected)


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where a document is not as expected: types count, as does every field."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return [
            difference
            for key in sorted({*expected, *found})
            for difference in (
                [f"{path}.{key} is missing"]
                if key not in found
                else [f"{path}.{key} is unexpected: {found[key]!r}"]
                if key not in expected
                else differences(expected[key], found[key], f"{path}.{key}")
            )
        ]
    if isinstance(expected, str) and isinstance(found, str) and "{" in expected:
        year = f"{dt.datetime.now(dt.UTC).year}"
        parts = [re.escape(part) for part in expected.replace("{year}", year).split("{any}")]
        return (
            []
            if re.fullmatch(".*".join(parts), found, re.DOTALL)
            else [f"{path}: {expected!r} ≠ {found!r}"]
        )
    if type(expected) is type(found) and expected == found:
        return []
    return [f"{path}: {expected!r} ≠ {found!r}"]
