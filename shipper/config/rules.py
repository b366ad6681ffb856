"""
What concerns several keys at once. Each rule notes its problem at the key that is to be changed.

Runs on settings in which wrong values were replaced by defaults, so a rule is silent where one of its keys is wrong already.
"""

from __future__ import annotations

import base64
import math
from typing import TYPE_CHECKING

from shipper.config import keys, settings
from shipper.config.kinds import Size
from shipper.config.masking import add_secret, quote

if TYPE_CHECKING:
    from shipper.config.document import Mark
    from shipper.config.kinds import Context
    from shipper.config.sections import Reader

_MAX_STREAM_NAME = 255  # bytes
_SUFFIXES = {"data_stream": "", "rollover_alias": "-2026.11.22-000001", "daily": "-2026.11.22"}
_OF_DATA_STREAMS = ("logs", "metrics", "traces", "synthetics")  # patterns of built-in templates
_LONGEST_PAUSE = 7 * 86400.0  # seconds
_SHORTEST_KEY = 8  # characters: less is a made-up one, and would mask ordinary words
_size = Size().show


def check(config: settings.Settings, reader: Reader, inputs: list[Reader]) -> None:
    """Check the whole settings; ``inputs`` are the readers of ``config.inputs``."""
    _ids(config, inputs)
    for one, inner in zip(config.inputs, inputs, strict=True):
        _input(one, inner)
        _sizes(one, inner, config, reader)
    if config.inputs and not any(one.enabled for one in config.inputs):
        reader.context.problems.add(
            reader.at("inputs"),
            "no input is enabled",
            "expected one at least",
            "remove 'enabled: false' from one of them",
        )
    kind = "elasticsearch" if isinstance(config.output, settings.Elasticsearch) else "local"
    if config.max_pending_bytes < config.output.bulk_max_bytes:
        reader.context.problems.add(
            reader.at(
                "queue.mem.bytes"
                if "queue.mem.bytes" in reader.found
                else f"output.{kind}.bulk_max_bytes"
            ),
            f"queue.mem.bytes ({_size(config.max_pending_bytes)}) is less than one batch",
            f"expected at least output.{kind}.bulk_max_bytes ({_size(config.output.bulk_max_bytes)})",
            "raise queue.mem.bytes or lower bulk_max_bytes",
        )
    if isinstance(config.output, settings.Elasticsearch):
        _elasticsearch(config.output, reader)
        _target(config.output, reader)


def _ids(config: settings.Settings, readers: list[Reader]) -> None:
    first: dict[str, Mark] = {}
    for one, reader in zip(config.inputs, readers, strict=True):
        mark = reader.at("id")
        if one.id and one.id in first:
            reader.context.problems.add(
                mark,
                f"the id {quote(one.id)} for the second time (first at line {first[one.id].line})",
                "expected an id of its own for every input: state belongs to it",
                "give this input another id",
            )
        first.setdefault(one.id, mark)


def _input(one: settings.Input, reader: Reader) -> None:
    problems = reader.context.problems
    inactive = one.close_inactive
    if one.ignore_older is not None and one.ignore_older <= inactive and not math.isinf(inactive):
        problems.add(
            reader.at("ignore_older"),
            "ignore_older is not longer than close.on_state_change.inactive",
            "expected a longer time: an open file would be ignored",
            "raise ignore_older or lower close.on_state_change.inactive",
        )
    if one.max_unsettled_bytes < one.message_max_bytes:
        problems.add(
            reader.at(
                "max_unsettled_bytes"
                if "max_unsettled_bytes" in reader.found
                else "message_max_bytes"
            ),
            f"max_unsettled_bytes ({_size(one.max_unsettled_bytes)}) is less than one message",
            f"expected at least message_max_bytes ({_size(one.message_max_bytes)})",
            "raise max_unsettled_bytes or lower message_max_bytes",
        )
    stream = one.data_stream
    name, kind = stream.name, stream.mode.replace("_", " ")
    longest = _MAX_STREAM_NAME - len(_SUFFIXES[stream.mode])
    if len(name.encode()) > longest:
        problems.add(
            reader.at("data_stream.dataset"),
            f"the data stream's name {quote(name)} is {len(name.encode())} bytes long",
            f"expected at most {longest}"
            + (f": the names of a {kind} target are longer" if _SUFFIXES[stream.mode] else ""),
            "shorten the dataset or the namespace",
        )
    if stream.mode == "rollover_alias" and stream.dynamic:
        problems.add(
            reader.at(
                "data_stream.dataset" if "%{[" in stream.dataset else "data_stream.namespace"
            ),
            f"{quote(name)} depends on each event",
            "expected names that are known beforehand: every alias of target.mode: rollover_alias is made by"
            " `shipper setup`",
            "refer to fields that the configuration gives (fields, host.name), or take another target.mode",
        )


def _sizes(one: settings.Input, inner: Reader, config: settings.Settings, reader: Reader) -> None:
    kind = "elasticsearch" if isinstance(config.output, settings.Elasticsearch) else "local"
    key = f"output.{kind}.bulk_max_bytes"
    if config.output.bulk_max_bytes >= 2 * one.message_max_bytes:
        return
    mark = inner.at("message_max_bytes") if "message_max_bytes" in inner.found else reader.at(key)
    reader.context.problems.add(
        mark,
        f"message_max_bytes ({_size(one.message_max_bytes)}) does not fit twice into a batch"
        f" ({key}: {_size(config.output.bulk_max_bytes)})",
        "expected a batch of at least twice the longest message: JSON makes messages longer",
        f"raise {key} or lower message_max_bytes",
    )


def _elasticsearch(output: settings.Elasticsearch, reader: Reader) -> None:
    problems = reader.context.problems
    prefix = "output.elasticsearch."
    user, password, key = (
        f"{prefix}{name}" in reader.found for name in ("username", "password", "api_key")
    )
    logins = _logins(output)
    if len(logins) > 1:
        first, second = list(logins)[:2]
        problems.add(
            reader.at(f"{prefix}{first}"),
            f"both {first} and {second}",
            "expected one way to log in",
            f"remove {logins[second]}, or {logins[first]}",
        )
    elif output.username and not output.password and not (password and reader.context.problems):
        problems.add(
            reader.at(f"{prefix}username"),
            "username without password",
            "expected both",
            "add password: ${file:/run/secrets/name} or ${NAME}",
        )
    elif output.password and not output.username and not (user and reader.context.problems):
        problems.add(
            reader.at(f"{prefix}password"),
            "password without username",
            "expected both",
            "add username" + (" or remove password" if key else ""),
        )
    ssl = output.ssl
    for one, other in (("certificate", "key"), ("key", "certificate")):
        if getattr(ssl, one) and f"{prefix}ssl.{other}" not in reader.found:
            problems.add(
                reader.at(f"{prefix}ssl.{one}"),
                f"ssl.{one} without ssl.{other}",
                "expected both",
                f"add ssl.{other} with the name of its PEM file",
            )
    if output.backoff_max < output.backoff_init:
        problems.add(
            reader.at(
                f"{prefix}backoff.max"
                if f"{prefix}backoff.max" in reader.found
                else f"{prefix}backoff.init"
            ),
            "backoff.max is shorter than backoff.init",
            "expected the same or longer",
            "raise backoff.max or lower backoff.init",
        )
    for host in {host for host in output.hosts if output.hosts.count(host) > 1}:
        problems.add(
            reader.at(f"{prefix}hosts"),
            f"the host {quote(host)} twice",
            "expected every node once",
            "remove one; worker sets how many requests run at the same time",
        )
    _add_derived_secrets(output)


def _target(output: settings.Elasticsearch, reader: Reader) -> None:
    """Check ``target.*`` and what belongs to it."""
    problems = reader.context.problems
    prefix, mode = output.target_prefix, output.target_mode
    keys_of = "output.elasticsearch."
    key = f"{keys_of}target.prefix"
    mark = reader.at(key if key in reader.found else f"{keys_of}target.mode")
    if mode == "data_stream" and prefix != "logs":
        problems.add(
            mark,
            f"target.prefix: {prefix} with target.mode: data_stream",
            "expected 'logs': the names of data streams are logs-<dataset>-<namespace>",
            "remove it, or set target.mode to rollover_alias or daily",
        )
    elif mode != "data_stream" and prefix in _OF_DATA_STREAMS:
        problems.add(
            mark,
            f"target.prefix: {prefix} with target.mode: {mode}",
            f"expected another word: {prefix}-*-* belongs to data streams",
            "remove it; the default is 'shipper'",
        )
    elif prefix[:1] in {"_", "+", "."}:
        problems.add(
            mark,
            f"target.prefix: {quote(prefix)} begins with {quote(prefix[0])}",
            "expected a letter or a digit first: no index may be named so",
            f"write {quote(prefix.lstrip('_+.') or 'shipper')}",
        )
    if output.pause_limit > _LONGEST_PAUSE:
        problems.add(
            reader.at(f"{keys_of}pause_limit"),
            "pause_limit is longer than 7d",
            "expected at most 7d: what waits keeps its file and the agent's memory",
            "lower it; `shipper dead-letter replay` sends what has become a dead letter",
        )


def _logins(output: settings.Elasticsearch) -> dict[str, str]:
    """The ways to log in that are configured: key → what is to be removed to be without it."""
    found = {name: name for name in ("api_key", "bearer_token") if getattr(output, name)}
    if output.username:
        found["username"] = "username and password"
    if any(name.lower() == "authorization" for name in output.headers):
        found["headers"] = "the Authorization header"
    return found


def _add_derived_secrets(output: settings.Elasticsearch) -> None:
    """Register the forms in which credentials appear in requests."""
    if output.username and output.password:
        pair = f"{output.username}:{output.password}"
        add_secret(base64.b64encode(pair.encode()).decode())
    if output.api_key and ":" in output.api_key:
        secret = output.api_key.partition(":")[2]
        if len(secret) >= _SHORTEST_KEY:
            add_secret(secret)
        add_secret(base64.b64encode(output.api_key.encode()).decode())


def check_multiline(parser: settings.Parser, reader: Reader) -> None:
    """Check that a multiline parser has what its type needs, and nothing that it does not use."""
    if not isinstance(parser, settings.Multiline):
        return
    problems = reader.context.problems
    needed = "count_lines" if parser.type == "count" else "pattern"
    if getattr(parser, needed) is None and needed not in reader.found:
        problems.add(
            reader.mark,
            f"multiline of type {parser.type} without {needed}",
            f"expected {needed}",
            "add count_lines: 4" if needed == "count_lines" else "add pattern: '^\\d{4}-'",
        )
    unused = {
        "pattern": ("count_lines",),
        "count": ("pattern", "negate", "match", "flush_pattern"),
        "while_pattern": ("count_lines", "match", "flush_pattern"),
    }[parser.type]
    for name in unused:
        if name in reader.found:
            problems.add(
                reader.found[name].key.mark,
                f"{name} has no effect with type: {parser.type}",
                f"expected keys of the type {parser.type}",
                "remove it or change the type",
            )


def check_parser(mark: Mark, parsers: list[settings.Parser], context: Context) -> None:
    """Check the last of ``parsers`` against those before it."""
    kind = type(parsers[-1])
    name = next(n for n, section in keys.PARSERS.items() if section.struct is kind)
    if kind is settings.Container and len(parsers) > 1:
        context.problems.add(
            mark,
            "the container parser after another one",
            "expected it first: it reads the lines as the runtime wrote them",
            "move it to the top of the list",
        )
    elif any(type(parser) is kind for parser in parsers[:-1]):
        context.problems.add(
            mark,
            f"the parser {name} for the second time",
            "expected every parser once",
            "put both into one, or use an ingest pipeline",
        )
