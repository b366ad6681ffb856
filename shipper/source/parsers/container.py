r"""
Lines that container runtimes write: Docker's json-file and CRI; partial lines are joined, each stream for itself.

Pure, and without memory: while a partial line of any stream is open, everything from its first byte on is held back. A
joined event ends with its last line, so it may overlap events of the other stream; order is by start.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from shipper.source.parsers.batch import SPLIT
from shipper.source.parsers.fields import add_error, is_timestamp
from shipper.source.parsers.ndjson import NotJsonError, load_object

if TYPE_CHECKING:
    from shipper.config.settings import Container
    from shipper.records import Event
    from shipper.source.parsers.batch import Batch

PARTIAL_TIMEOUT = 5.0  # seconds

_CRI = re.compile(r"(\S+) (stdout|stderr) (\S+)(?: (.*))?", re.DOTALL)


class _DockerLine(msgspec.Struct, gc=False):
    log: str
    time: str
    stream: str = ""
    attrs: dict[str, Any] | None = None


_decode = msgspec.json.Decoder(_DockerLine).decode


class _Row:
    """One line, read."""

    __slots__ = ("attrs", "partial", "stream", "text", "time")

    def __init__(self, time: str, stream: str, text: str, partial: bool, attrs: Any = None) -> None:
        self.time = time
        self.stream = stream
        self.text = text
        self.partial = partial
        self.attrs = attrs


class _Group:
    """An open partial line: the event that stands in its place, and its pieces."""

    __slots__ = ("event", "pieces", "size")

    def __init__(self, event: Event, text: str) -> None:
        self.event = event
        self.pieces = [text]
        self.size = event.end - event.start

    def close(self, *, whole: bool) -> None:
        self.event.message = "".join(self.pieces)
        if not whole:
            self.event.flags = (SPLIT,)


class ContainerParser:
    """
    Filebeat's ``container``.

    Args:
        settings: of the parser.
        limit: most bytes of the lines that make one event.
        keep_blank: pass on lines without text: a later parser joins lines.
    """

    def __init__(self, settings: Container, limit: int, *, keep_blank: bool) -> None:
        self.timeout: float | None = PARTIAL_TIMEOUT
        self._stream = settings.stream
        self._format = settings.format
        self._limit = limit
        self._keep_blank = keep_blank

    def parse(self, batch: Batch, *, final: bool, now: float) -> None:  # noqa: ARG002 - the interface
        """Read each line and join partial ones."""
        events: list[Event] = []
        groups: dict[str, _Group] = {}
        dropped, failed = batch.dropped, batch.failed
        clean = 0  # so many events and bytes stand before the last place where no group was open
        clean_at: int | None = None
        read = _Reader(self._format).read
        wanted = None if self._stream == "all" else self._stream
        for event in batch.events:
            text = event.message
            if not text:
                dropped.append((event.start, event.end))
            elif (row := read(text)) is None:
                failed.append(event.start)
                event.fields = fields = event.fields or {}
                add_error(fields, f"not a line of a container log ({self._format})")
                events.append(event)
            elif wanted is not None and row.stream != wanted:
                dropped.append((event.start, event.end))
            else:
                self._take(event, row, groups, events)
            if not groups:
                clean, clean_at = len(events), event.end
            elif clean_at is None:
                clean_at = event.start
        if not groups:
            pass
        elif final or clean_at is None:
            for group in groups.values():
                group.close(whole=False)
        else:
            del events[clean:]
            batch.open = min(batch.open, clean_at)
        if not self._keep_blank and any(not event.message for event in events):
            dropped += [(event.start, event.end) for event in events if not event.message]
            events = [event for event in events if event.message]
        batch.events = events

    def _take(
        self, event: Event, row: _Row, groups: dict[str, _Group], events: list[Event]
    ) -> None:
        if groups and (group := groups.get(row.stream)) is not None:
            size = event.end - event.start
            if group.size + size <= self._limit:
                group.size += size
                group.pieces.append(row.text)
                group.event.end = event.end
                if not row.partial:
                    del groups[row.stream]
                    group.close(whole=True)
                return
            del groups[row.stream]
            group.close(whole=False)
        found: dict[str, Any] = {"@timestamp": row.time}
        if row.stream:
            found["stream"] = row.stream
        if row.attrs:
            found["docker"] = {"attrs": row.attrs}
        event.message = row.text
        event.fields = found
        events.append(event)
        if row.partial:
            groups[row.stream] = _Group(event, row.text)


class _Reader:
    """Reads lines of one window; remembers the last second that was a good date, as most lines share it."""

    __slots__ = ("_cri", "_docker", "_second")

    def __init__(self, form: str) -> None:
        self._docker = form in {"auto", "docker"}
        self._cri = form in {"auto", "cri"}
        self._second = ""

    def read(self, text: str) -> _Row | None:
        """Read one line; None if it is of no known form."""
        if text[0] == "{":
            return self._read_docker(text) if self._docker else None
        return self._read_cri(text) if self._cri else None

    def _read_docker(self, text: str) -> _Row | None:
        line: _DockerLine | None
        try:
            line = _decode(text)
        except (ValueError, RecursionError):
            line = _decode_again(text)
        if line is None or not self._is_date(line.time):
            return None
        log = line.log
        if log[-1:] == "\n":
            log = log[:-1]
            return _Row(line.time, line.stream, log.removesuffix("\r"), False, line.attrs)
        return _Row(line.time, line.stream, log, True, line.attrs)

    def _read_cri(self, text: str) -> _Row | None:
        found = _CRI.fullmatch(text)
        if found is None:
            return None
        time, stream, tags, log = found.groups("")
        tag = tags.partition(":")[0]
        if tag not in {"F", "P"} or not self._is_date(time):
            return None
        return _Row(time, stream, log, tag == "P")

    def _is_date(self, time: str) -> bool:
        second, rest = time[:19], time[19:]
        if second == self._second and rest[-1:] == "Z" and rest.isascii():
            if rest == "Z":
                return True
            if rest[0] == "." and 3 <= len(rest) <= 11 and rest[1:-1].isdigit():
                return True
        if is_timestamp(time):
            self._second = second
            return True
        return False


def _decode_again(text: str) -> _DockerLine | None:
    """Read a line that has lone surrogates, which the fast decoder refuses."""
    try:
        return msgspec.convert(load_object(text), _DockerLine)
    except (NotJsonError, msgspec.ValidationError, RecursionError):
        return None
