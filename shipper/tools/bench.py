"""What is tried: a pipeline's file, and the input that it is tried with, with a configuration or without one."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from shipper.config import load
from shipper.config.kinds import Wrong
from shipper.config.settings import Input, Local, Pipeline, Settings
from shipper.config.texts import pipeline_file
from shipper.errors import UsageError

SAMPLES = "samples"
_ENDINGS = (".yml", ".yaml", ".json")
_CONFIG = (
    "inputs:\n  - id: test\n    paths: [/unused.log]\n{more}\noutput.local: {{path: unused}}\n"
)


@dataclass(frozen=True, slots=True)
class Bench:
    """
    A pipeline's file, and the input that it is tried with.

    Attributes:
        path: of the file.
        settings: of the configuration, or what counts without one.
        one: the input.
        configured: the input is one of the configuration.
    """

    path: Path
    settings: Settings
    one: Input
    configured: bool

    @property
    def name(self) -> str:
        """Of the pipeline."""
        return self.path.stem

    @property
    def samples(self) -> Path:
        """Folder of its samples, which need not be there; a ready pipeline may have the user's own."""
        own = self.settings.pipelines_path / SAMPLES / self.name
        beside = self.path.parent / SAMPLES / self.name
        return beside if beside.is_dir() and not own.is_dir() else own


def without_file(folder: Path) -> Settings:
    """The settings that count without a configuration; pipelines are in a folder."""
    return Settings(
        inputs=(),
        output=Local(path=folder / "unused"),
        path_data=folder / "unused",
        pipelines_path=folder,
        name="localhost",
    )


def find(name: str, settings: Settings | None, chosen: str | None = None) -> Bench:
    """
    Find a pipeline and the input it belongs to.

    Args:
        name: of a file of ``path.pipelines``, with or without its ending, or a path.
        settings: of the configuration, if there is one.
        chosen: id of the input; by default the first enabled one that names the pipeline.

    Raises:
        UsageError: there is no such pipeline or input.
    """
    path = Path(name)
    if "/" in name or (path.suffix in _ENDINGS and path.is_file()):
        if not path.is_file():
            raise UsageError(f"{name}: there is no such file")
        path = path.absolute()
        base = settings or without_file(path.parent)
        if path.parent != base.pipelines_path:
            base = msgspec.structs.replace(base, pipelines_path=path.parent)
    else:
        base = settings or without_file(Path("pipelines").absolute())
        try:
            path = pipeline_file(name, base.pipelines_path)
        except Wrong as wrong:
            hint = "; or name a file by its path, such as ./my.yml" if settings is None else ""
            raise UsageError("; ".join(map(str, wrong.args)) + hint) from None
    one = _input(base, path, chosen)
    named = Pipeline(file=path.name, path=path, run="edge")
    if one is None:
        return Bench(path, base, Input(id="test", paths=(), pipeline=named), configured=False)
    own = one.pipeline if one.pipeline is not None and one.pipeline.path == path else named
    pipeline = msgspec.structs.replace(own, path=path)
    return Bench(path, base, msgspec.structs.replace(one, pipeline=pipeline), configured=True)


def _input(settings: Settings, path: Path, chosen: str | None) -> Input | None:
    if chosen is not None:
        for one in settings.inputs:
            if one.id == chosen:
                return one
        known = ", ".join(one.id for one in settings.inputs) or "none"
        raise UsageError(f"--input {chosen}: no such input; there are: {known}")
    for one in settings.inputs:
        if one.enabled and one.pipeline is not None and one.pipeline.path == path:
            return one
    return None


def for_samples(bench: Bench) -> Bench:
    """
    The same with the input that the samples were made for: that of ``input.yml`` beside them, or a plain one.

    Raises:
        ConfigError: ``input.yml`` is wrong.
    """
    one = _more_of(bench.samples / "input.yml")
    assert bench.one.pipeline is not None
    one = msgspec.structs.replace(one, pipeline=bench.one.pipeline)
    plain = msgspec.structs.replace(bench.settings, tags=(), fields={}, name="localhost")
    return Bench(bench.path, plain, one, configured=False)


def with_parsers(bench: Bench) -> Bench:
    """The same; where no configuration has an input for it, with what ``input.yml`` of its samples says."""
    return bench if bench.configured else for_samples(bench)


def _more_of(file: Path) -> Input:
    """An input with the keys of a file, which need not be there."""
    if not file.is_file():
        return Input(id="test", paths=())
    lines = file.read_text("utf-8").splitlines()
    more = "\n".join(f"    {line}" for line in lines)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / file.name
        made.write_text(_CONFIG.format(more=more), encoding="utf-8")
        return load(made).inputs[0]
