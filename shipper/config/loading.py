"""
From a file to ``Settings``, or to all that is wrong with it.

Reads the file, gives each section to its reader, builds the settings and has ``rules`` check what concerns several keys.
Asks the machine only for its name and for files that are named; creates and connects nothing.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from shipper.config import access, keys, references, rules, texts
from shipper.config.document import (
    Listing,
    Mark,
    Problems,
    Scalar,
    Table,
    describe,
    parse,
)
from shipper.config.hints import PARSER
from shipper.config.kinds import FAILED, Context, Wrong
from shipper.config.masking import quote
from shipper.config.sections import Reader, expect_table, listing
from shipper.config.settings import (
    Dataset,
    DataStream,
    Elasticsearch,
    Input,
    Local,
    Pipeline,
    Settings,
    Setup,
)
from shipper.config.substitute import Substitution
from shipper.config.suggest import did_you_mean
from shipper.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from shipper.config.document import Node
    from shipper.config.settings import Base, Parser

MAX_FILE_BYTES = 4 * 1024 * 1024
_MACHINE_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id")


def load(
    path: Path, overrides: Sequence[str] = (), environ: Mapping[str, str] | None = None
) -> Settings:
    """
    Read and check a configuration file.

    Args:
        path: the file; relative paths in it start at its folder.
        overrides: ``key=value`` with dotted keys, which win over the file.
        environ: variables for ``${NAME}``; those of the process by default.

    Raises:
        ConfigError: with every problem found.
    """
    problems = Problems()
    base = path.absolute().parent
    substitution = Substitution(os.environ if environ is None else environ, base, problems)
    context = Context(base, base / "pipelines", problems, substitution)
    problems.expect(str(path))
    text = _read(path, problems)
    root = None if text is None else parse(text, str(path), problems)
    given = _overrides(overrides, problems)
    settings = None
    if root is not None:
        table = expect_table(root, context, "a mapping of keys to values")
        if table is not None:
            settings = _settings(table, given, context)
    elif not problems:
        problems.add(
            Mark(str(path), 1, 1),
            "an empty file",
            "expected inputs and an output",
            "begin with config.example.yml",
        )
    if problems or settings is None:
        raise ConfigError(problems.lines())
    return settings


def _read(path: Path, problems: Problems) -> str | None:
    mark = Mark(str(path), 1, 1)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        todo = "name another with -c, or let the agent's user read it"
        problems.add(mark, f"cannot be read: {reason}", "expected a configuration file", todo)
        return None
    if len(data) > MAX_FILE_BYTES:
        problems.add(
            mark,
            f"larger than {MAX_FILE_BYTES} bytes",
            "expected a configuration file",
            "name the right file with -c",
        )
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(errors="replace")
        place = Mark(str(path), before.count("\n") + 1, len(before) - before.rfind("\n"))
        found = f"the byte 0x{data[error.start]:02x}, which is not UTF-8"
        problems.add(place, found, "expected UTF-8", "save the file in UTF-8")
        return None


def _overrides(overrides: Sequence[str], problems: Problems) -> list[Table]:
    tables = []
    for override in overrides:
        name, equals, text = override.partition("=")
        source = f"--set {quote(name)[1:-1]}"
        problems.expect(source)
        mark = Mark(source, 1, 1)
        if not equals or not name.strip():
            problems.add(
                mark, "no '='", "expected key=value", "write for example --set http.port=0"
            )
            continue
        value: Node | None = None
        before = len(problems)
        try:
            text.encode()
        except UnicodeEncodeError:
            problems.add(mark, "bytes that are not UTF-8", "expected text", "write it in UTF-8")
        else:
            value = parse(text, source, problems, column=len(name) + 1)
        if len(problems) == before:
            key = Scalar(mark, name.strip(), plain=True, value=name.strip())
            empty = Scalar(Mark(source, 1, len(name) + 2), "", plain=True, value=None)
            tables.append(Table(mark, [(key, value or empty)]))
    return tables


def _settings(table: Table, overrides: list[Table], context: Context) -> Settings:
    reader = Reader(keys.TOP, table.mark, context)
    for override in overrides:
        reader.override(override)
    reader.take(table)
    origins = access.complete(reader, context.substitution.environ)
    values = {
        "path_data": context.base / "data",
        "pipelines_path": context.pipelines,
        "name": os.uname().nodename,
        **reader.build(),
    }
    if "host_id" not in values:
        values["host_id"] = _machine_id()
    context.pipelines = values["pipelines_path"]
    for name in ("http", "logging", "dead_letter", "telemetry", "pipeline"):
        to, section = keys.TOP.nested[name]
        values[to] = reader.struct(section, f"{name}.", {})
    values["setup"] = _setup(reader, context)
    values["origins"] = origins
    output = values["output"] = _output(reader, context)
    inputs, readers = _inputs(reader, context)
    if isinstance(output, Elasticsearch):
        prefix, mode = output.target_prefix, output.target_mode
        inputs = tuple(
            replace(one, data_stream=replace(one.data_stream, prefix=prefix, mode=mode))
            for one in inputs
        )
    settings = Settings(inputs=inputs, **values)
    settings = replace(settings, inputs=tuple(references.settled(settings, one) for one in inputs))
    rules.check(settings, reader, readers)
    return settings


def _machine_id() -> str | None:
    for name in _MACHINE_IDS:
        try:
            with open(name, encoding="ascii") as file:  # noqa: PTH123 - read once, at start
                text = file.read(100).strip()
        except (OSError, ValueError):
            continue
        if text and text.isprintable():
            return text
    return None


def _output(reader: Reader, context: Context) -> Elasticsearch | Local:
    given = [name for name in ("output.elasticsearch", "output.local") if reader.has(name)]
    if len(given) != 1:
        mark = reader.opened[given[1]] if given else reader.opened.get("output", reader.mark)
        context.problems.add(
            mark,
            f"{len(given) or 'no'} outputs" if given else "no output",
            "expected exactly one of output.elasticsearch and output.local",
            "remove one of them"
            if given
            else "add output.elasticsearch: {hosts: [...]}, or set ELASTICSEARCH_HOST",
        )
    output: Elasticsearch | Local = Local(path=context.base)
    for name in given:
        section = keys.TOP.nested[name][1]
        placeholder = {"path": context.base} if name == "output.local" else {"hosts": ()}
        output = cast("Elasticsearch | Local", reader.struct(section, f"{name}.", placeholder))
    return _cluster(output, reader) if isinstance(output, Elasticsearch) else output


def _cluster(output: Elasticsearch, reader: Reader) -> Elasticsearch:
    """The output with what follows from several keys."""
    if not reader.given(access.HOSTS):
        todo = "add hosts: [https://name:9200] or cloud.id, or set ELASTICSEARCH_HOST"
        reader.missing(access.HOSTS, access.OUTPUT, todo)
    given = reader.found.get(f"{access.OUTPUT}.target.prefix")
    text = given.value.text if given and isinstance(given.value, Scalar) else ""
    # For what is wrong there is the default of data streams: the rules are not to complain of that.
    if given is None or (output.target_prefix == "logs" and text != "logs"):
        prefix = "logs" if output.target_mode == "data_stream" else "shipper"
        output = replace(output, target_prefix=prefix)
    ssl = output.ssl
    named = (*ssl.certificate_authorities, ssl.certificate, ssl.key)
    read = (*reader.context.substitution.files, *(file for file in named if file is not None))
    return replace(output, files=tuple(dict.fromkeys(read)))


def _setup(reader: Reader, context: Context) -> Setup:
    """``setup``: each entry of ``datasets`` is completed by what is said for all of them."""
    setup = cast("Setup", _over(reader, keys.SETUP, "setup.", Setup()))
    datasets: dict[str, Dataset] = {}
    found = reader.found.get("setup.datasets")
    for item in [] if found is None else listing(found.value, context, "datasets"):
        table = expect_table(item, context, "a mapping with dataset and what is different for it")
        if table is None:
            continue
        inner = Reader(keys.DATASET, table.mark, context)
        inner.take(table)
        one = cast("Dataset", _over(inner, keys.DATASET, "", setup.of("")))
        if one.dataset in datasets:
            found_text = f"the dataset {quote(one.dataset)} for the second time"
            context.problems.add(
                inner.at("dataset"), found_text, "expected every dataset once", "put both into one"
            )
        datasets[one.dataset] = one
    return replace(setup, datasets=tuple(datasets.values()))


def _over(reader: Reader, section: keys.Section, prefix: str, base: Base) -> Base:
    """A section's struct with the keys that are given, and else those of ``base``."""
    values = reader.build(section, prefix)
    for name, (to, inner) in section.nested.items():
        if reader.has(f"{prefix}{name}"):
            below = getattr(base, to) or inner.struct()
            values[to] = _over(reader, inner, f"{prefix}{name}.", below)
    return replace(base, **values)


def _inputs(reader: Reader, context: Context) -> tuple[tuple[Input, ...], list[Reader]]:
    found = reader.found.get("inputs")
    if found is None:
        reader.missing("inputs", todo="add inputs: [{id: app, paths: [/var/log/app/*.log]}]")
        return (), []
    inputs: list[Input] = []
    readers: list[Reader] = []
    items = listing(found.value, context, "inputs")
    if isinstance(found.value, Listing) and not items:
        context.wrong(found.value, "at least one input", "add one", "found an empty list")
    for item in items:
        table = expect_table(item, context, "an input: a mapping with id and paths")
        if table is not None:
            inner = Reader(keys.INPUT, table.mark, context)
            inner.take(table)
            inputs.append(_input(inner, context))
            readers.append(inner)
    return tuple(inputs), readers


def _input(reader: Reader, context: Context) -> Input:
    values: dict[str, Any] = {"id": "", "paths": (), **reader.build()}
    values["data_stream"] = cast("DataStream", reader.struct(keys.DATA_STREAM, "data_stream.", {}))
    values["pipeline"] = _pipeline(reader, context)
    values["parsers"] = _parsers(reader, context)
    return Input(**values)


def _pipeline(reader: Reader, context: Context) -> Pipeline | None:
    key = next(key for key in keys.INPUT.keys if key.name == "pipeline")
    plain = reader.value("pipeline", key)
    below = {name for name in reader.found if name.startswith("pipeline.")}
    if plain is not None and plain is not FAILED and below:
        context.problems.add(
            reader.at("pipeline"),
            "both the id of a pipeline and keys below 'pipeline'",
            "expected one of them",
            "write pipeline: id for a pipeline that the cluster has, or pipeline: {file: name}",
        )
    if plain is not None:
        return None if plain is FAILED else Pipeline(id=plain[0])
    if not reader.has("pipeline"):
        return None
    values = reader.build(keys.PIPELINE, "pipeline.")
    name = values.get("file")
    if name is None:
        if "pipeline.file" not in reader.found:
            context.problems.add(
                reader.opened["pipeline"],
                "'pipeline.file' is missing",
                "expected the name of a pipeline file",
                "add file: name, or write pipeline: id for a pipeline that the cluster has",
            )
        return None
    try:
        return Pipeline(**values, path=texts.pipeline_file(name, context.pipelines))
    except Wrong as wrong:
        context.problems.add(reader.at("pipeline.file"), *wrong.args)
        return None


def _parsers(reader: Reader, context: Context) -> tuple[Parser, ...]:
    found = reader.found.get("parsers")
    if found is None or (isinstance(found.value, Scalar) and found.value.value is None):
        return ()
    parsers: list[Parser] = []
    for item in listing(found.value, context, "parsers"):
        example = "a parser: one of multiline, ndjson, container and syslog, with its keys below"
        entries = item.entries if isinstance(item, Table) else []
        if isinstance(item, Scalar) and item.value in keys.PARSERS:
            context.wrong(item, example, f"write '- {item.text}:'")
        elif len(entries) != 1:
            todo = "begin each parser with a '- ' of its own" if entries else ""
            what = f"found {len(entries)} keys" if entries else f"found {describe(item)}"
            context.wrong(item, example, todo, what)
        else:
            parser = _parser(*entries[0], context)
            if parser is not None:
                parsers.append(parser)
                rules.check_parser(entries[0][0].mark, parsers, context)
    return tuple(parsers)


def _parser(key: Scalar, value: Node, context: Context) -> Parser | None:
    name, _, rest = key.text.partition(".")
    section = keys.PARSERS.get(name)
    if section is None:
        context.problems.add(
            key.mark,
            f"unknown parser {quote(name)}",
            "expected multiline, ndjson, container or syslog",
            PARSER.get(name) or did_you_mean(name, keys.PARSERS, "remove it"),
        )
        return None
    if rest:  # - multiline.pattern: …
        inner = Scalar(key.mark, rest, plain=True, value=rest)
        value = Table(key.mark, [(inner, value)])
    elif isinstance(value, Scalar) and value.value is None:
        value = Table(key.mark)
    table = expect_table(value, context, f"the keys of the parser {name}")
    if table is None:
        return None
    reader = Reader(section, key.mark, context)
    reader.take(table)
    parser = cast("Parser", reader.struct(section, "", {}))
    if name == "multiline":
        rules.check_multiline(parser, reader)
    return parser
