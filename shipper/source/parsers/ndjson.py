"""
Lines that are JSON objects.

Pure, one event in and one event out. A line that cannot be read keeps its message whole; nothing that a line contains can
raise.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import orjson

from shipper.source.parsers.fields import Fields, add_error, guard, is_timestamp, keep

if TYPE_CHECKING:
    from shipper.config.settings import Ndjson
    from shipper.records import Event
    from shipper.source.parsers.batch import Batch

# Clusters refuse more than 20 levels by default; and what writes JSON again has a limit of its own.
MAX_DEPTH = 100
MAX_PARTS = 20  # of a dotted key

_CLAIMED = "cannot expand {!r}: another key has that place"

_SURROGATES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\.",
    re.DOTALL,
)


class NotJsonError(ValueError):
    """The text is no JSON object that can be used."""


def load_object(text: str) -> Fields:
    """
    Read a JSON object.

    A lone surrogate becomes U+FFFD, an integer beyond 64 bits a float, and of equal keys the last one counts.

    Raises:
        NotJsonError: it is not an object, or nested deeper than ``MAX_DEPTH``.
    """
    try:
        found = orjson.loads(text)
    except ValueError as error:
        found = _load_again(text, error)
    if found.__class__ is not dict:
        raise NotJsonError("not an object")
    if text.count("{") + text.count("[") > MAX_DEPTH and _too_deep(found):
        raise NotJsonError(f"nested deeper than {MAX_DEPTH} levels")
    return found


def _load_again(text: str, error: ValueError) -> Any:
    if "\\u" in text:
        mended = _SURROGATES.sub(_mend, text)
        if mended != text:
            try:
                return orjson.loads(mended)
            except ValueError as again:
                error = again
    raise NotJsonError(str(error)) from None


def _mend(escape: re.Match[str]) -> str:
    found = escape[0]
    return r"\ufffd" if len(found) == 6 else found


def _too_deep(found: Fields) -> bool:
    level: list[Any] = [found]
    for _ in range(MAX_DEPTH):
        inner = chain.from_iterable(
            item.values() if isinstance(item, dict) else item for item in level
        )
        level = [item for item in inner if isinstance(item, dict | list)]
        if not level:
            return False
    return True


def expand(found: Fields) -> Fields:
    """
    Turn dotted keys into nested objects, at every depth of objects.

    A key with an empty part, such as ``a..b``, stays as it is: no field can be named so.

    Raises:
        NotJsonError: two keys claim the same place with values that are not both objects, or a key has too many parts.
    """
    out: Fields = {}
    for name, value in found.items():
        inner = expand(value) if value.__class__ is dict else value
        node, last = out, name
        if "." in name:
            parents, last = _parts(name)
            for part in parents:
                if part not in node:
                    node[part] = {}
                node = node[part]
                if node.__class__ is not dict:
                    raise NotJsonError(_CLAIMED.format(name))
        if last in node:
            _unite(node, last, inner, name)
        else:
            node[last] = inner
    return out


@lru_cache(maxsize=1024)
def _parts(name: str) -> tuple[tuple[str, ...], str]:
    parts = name.split(".")
    if len(parts) > MAX_PARTS:
        raise NotJsonError(f"cannot expand a key of more than {MAX_PARTS} parts")
    return ((), name) if "" in parts else (tuple(parts[:-1]), parts[-1])


def _unite(node: Fields, name: str, value: Any, where: str) -> None:
    if name not in node:
        node[name] = value
        return
    present = node[name]
    if not (isinstance(present, dict) and isinstance(value, dict)):
        raise NotJsonError(_CLAIMED.format(where))
    for inner, item in value.items():
        _unite(present, inner, item, where)


class NdjsonParser:
    """Filebeat's ``ndjson``; see the manual for what differs."""

    timeout: float | None = None

    def __init__(self, settings: Ndjson) -> None:
        self._target = settings.target.split(".") if settings.target else None
        self._overwrite = settings.overwrite_keys
        self._expand = settings.expand_keys
        self._error = settings.add_error_key
        self._message_key = settings.message_key

    def parse(self, batch: Batch, *, final: bool, now: float) -> None:  # noqa: ARG002 - the interface
        """Read each message as JSON, in place."""
        read = self._read_into_target if self._target else self._read_into_root
        failed = batch.failed
        for event in batch.events:
            if not event.message:
                continue
            try:
                read(event)
            except NotJsonError as error:
                failed.append(event.start)
                if self._error:
                    event.fields = fields = event.fields or {}
                    add_error(fields, f"Error decoding JSON: {error}", "json")

    def _read_into_root(self, event: Event) -> None:
        found = load_object(event.message)
        if not found:
            return  # `{}` has no fields that could stand for it
        key = self._message_key
        if key is None:
            message, problem = "", None
            if found.get("message").__class__ is str:
                message = found.pop("message")
        else:
            message, problem = self._message(found, key)
            if key in {"message", "log"} and problem is None:
                del found[key]  # it is the message now; `log` would clash with Shipper's object
        if self._expand:
            found, problem = _expanded(found, event.message, problem)
        taken = guard(found, overwrite=self._overwrite)
        if "@timestamp" in found and not _is_time(found["@timestamp"]):
            taken["@timestamp"] = found.pop("@timestamp")
            problem = problem or "@timestamp not overwritten (not a date)"
        event.message = message
        event.fields = self._merged(event.fields, found, taken) if event.fields else found
        if taken:
            keep(event.fields, taken)
        if problem and self._error:
            add_error(event.fields, problem, "json")

    def _merged(self, present: Fields, found: Fields, taken: Fields) -> Fields:
        """Merge with what earlier parsers found: they yield only to ``overwrite_keys``."""
        for name in [name for name in found if name in present]:
            if isinstance(present[name], dict) and isinstance(found[name], dict):
                found[name] = self._merged(present[name], found[name], taken)
            elif not self._overwrite:
                taken[name] = found.pop(name)
        return {**present, **found}

    def _read_into_target(self, event: Event) -> None:
        found = load_object(event.message)
        if not found:
            return
        message, problem = "", None
        if self._message_key is not None:
            message, problem = self._message(found, self._message_key)
        if self._expand:
            found, problem = _expanded(found, event.message, problem)
        assert self._target is not None
        value: Any = found
        for part in reversed(self._target):
            value = {part: value}
        event.message = message
        present = event.fields or {}
        taken: Fields = {}
        event.fields = self._merged(present, value, taken)
        keep(event.fields, taken)
        if problem and self._error:
            add_error(event.fields, problem, "json")

    @staticmethod
    def _message(found: Fields, key: str) -> tuple[str, str | None]:
        if key not in found:
            return "", f"Key '{key}' not found"
        value = found[key]
        if not isinstance(value, str):
            return "", f"Value of key '{key}' is not a string"
        return value, None


def _is_time(value: Any) -> bool:
    return value.__class__ is str and is_timestamp(value)


def _expanded(found: Fields, text: str, problem: str | None) -> tuple[Fields, str | None]:
    try:
        out = expand(found)
        if text.count("{") * MAX_PARTS > MAX_DEPTH and _too_deep(out):
            raise NotJsonError(f"expanded keys are nested deeper than {MAX_DEPTH} levels")
    except NotJsonError as error:
        return found, problem or str(error)
    except RecursionError:
        return found, problem or "expanded keys are nested too deeply"
    return out, problem
