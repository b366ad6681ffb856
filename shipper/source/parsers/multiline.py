r"""
Lines joined to one event.

Pure, and without memory: whether a line joins follows from the lines since the last event's end alone; an open group is held
back. An event's lines, as they stand in the file, are together at most ``message_max_bytes`` and ``max_lines``; what is
longer is split, nothing is discarded. Empty lines belong to an open group and never open one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from shipper.config.patterns import compile_pattern
from shipper.records import Event
from shipper.source.parsers.batch import CONTINUATION, MULTILINE, SPLIT, Batch
from shipper.source.parsers.block import block_pattern, is_anchored
from shipper.source.parsers.fields import Fields, deep_update

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.config.settings import Multiline
    from shipper.source.decode import Decoder

_BARE = frozenset({"@timestamp", "docker", "stream"})  # what a container's line without text has
_MULTILINE = (MULTILINE,)
_UNLIMITED = 1 << 62


class MultilineParser:
    """
    Filebeat's ``multiline``.

    Args:
        settings: of the parser.
        limit: most bytes of the lines that make one event.

    Raises:
        ValueError: a pattern is missing or wrong.
    """

    def __init__(self, settings: Multiline, limit: int) -> None:
        self.timeout: float | None = settings.timeout
        self._limit = limit
        self._kind = settings.match if settings.type == "pattern" else settings.type
        self._negate = settings.negate
        self._joiner = "" if settings.skip_newline else "\n"
        self._max_lines = settings.max_lines or _UNLIMITED
        self._count = 0
        self._test: Callable[[str], re.Match[str] | None] | None = None
        self._flush: Callable[[str], re.Match[str] | None] | None = None
        self._splitter: re.Pattern[str] | None = None
        if settings.type == "count":
            self._count = max(1, settings.count_lines or 1)
            self._max_lines = _UNLIMITED
            return
        if settings.pattern is None:
            raise ValueError(f"multiline of type {settings.type} needs a pattern")
        self._test = _tester(settings.pattern)
        if settings.type == "pattern" and settings.flush_pattern is not None:
            self._flush = _tester(settings.flush_pattern)
        elif self._kind == "after" and self._test("") is None:
            self._splitter = _splitter(settings.pattern, negate=settings.negate)

    def parse(self, batch: Batch, *, final: bool, now: float) -> None:  # noqa: ARG002 - the interface
        """Join the batch's lines or events."""
        texts, starts, ends, events = batch.columns()
        if not texts:
            return
        if events is None:
            reach = [*starts, ends[-1]]
        else:
            reach = list(accumulate(map(int.__sub__, ends, starts), initial=0))
        hits = self._hits(texts)
        flushes = [found is not None for found in map(self._flush, texts)] if self._flush else None
        after = self._kind == "after"
        out: list[Event] = []
        first, count = 0, len(texts)
        while first < count:
            if not texts[first] and (events is None or _is_blank(events[first])):
                batch.dropped.append((starts[first], ends[first]))
                first += 1
                continue
            last = self._end(first, count, hits, flushes)
            most = min(first + self._max_lines, count if last is None else last)
            if reach[most] - reach[first] > self._limit:
                most = max(first + 1, bisect_right(reach, reach[first] + self._limit) - 1)
            split = most < (count if last is None else last)
            if last is None and not split and not final:
                batch.open = min(batch.open, starts[first])
                break
            flags: tuple[str, ...] = (CONTINUATION,) if after and hits[first] else ()
            if most - first > 1:
                flags += _MULTILINE
            if split:
                flags += (SPLIT,)
            if events is None:
                message = (
                    texts[first] if most - first == 1 else self._joiner.join(texts[first:most])
                )
                out.append(Event(starts[first], ends[most - 1], message, None, flags))
            else:
                out.append(self._join(events[first:most], flags))
            first = most
        batch.events = out

    def _hits(self, texts: list[str]) -> list[bool]:
        """Whether each line fulfils the condition: it matches, or does not with ``negate``."""
        if self._test is None:
            return []
        if self._negate:
            return [found is None for found in map(self._test, texts)]
        return [found is not None for found in map(self._test, texts)]

    def _end(
        self, first: int, count: int, hits: list[bool], flushes: list[bool] | None
    ) -> int | None:
        """
        Where the group that begins at a line ends, limits left aside.

        Returns:
            Index behind the group's last line; None if what is there does not tell.
        """
        if self._count:
            return first + self._count if first + self._count <= count else None
        # More lines than these cannot be in the group; looking further would be wasted on every split of a long one.
        bound = min(count, first + self._max_lines + 1)
        if self._kind == "after" or (self._kind == "while_pattern" and hits[first]):
            last = _find(hits, False, first + 1, bound)
        elif self._kind == "while_pattern":
            return first + 1
        else:
            last = _find(hits, False, first, bound)
            if last is not None:
                last += 1
        if flushes is not None:
            flush = _find(flushes, True, first + 1, bound)
            if self._kind == "before" and last == count:
                last = None  # the next line may match flush_pattern, and then it belongs here
            if flush is not None and (last is None or flush <= last):
                last = flush + 1
        if last is None and bound < count:
            return bound
        return last

    def _join(self, events: list[Event], flags: tuple[str, ...]) -> Event:
        joined = events[0]
        flags = tuple(
            dict.fromkeys([*joined.flags, *flags, *(flag for e in events[1:] for flag in e.flags)])
        )
        joined.flags = flags
        if len(events) == 1:
            return joined
        joined.message = self._joiner.join([event.message for event in events])
        joined.end = max(event.end for event in events)
        joined.cut = sum(event.cut for event in events)
        fields: Fields = {}
        stamp = None
        for event in events:
            if event.fields:
                stamp = stamp or event.fields.get("@timestamp")
                deep_update(fields, event.fields)
        if stamp is not None:
            fields["@timestamp"] = stamp
        joined.fields = fields or None
        return joined

    def parse_block(self, body: bytes, base: int, decoder: Decoder, *, final: bool) -> Batch | None:
        r"""
        Join the lines of a block without looking at each.

        Args:
            body: whole lines, the last one with its newline.
            base: offset of the block, not 0 if it begins with a byte order mark.
            decoder: UTF-8 or of single bytes.
            final: nothing follows.

        Returns:
            What :meth:`parse` would make of it, or None if only that can tell: there is a ``\r``, an invalid byte, a group
            beyond a limit, or a pattern that is not safe for it.
        """
        if self._splitter is None:
            return None
        try:
            text = body[:-1].decode(decoder.codec)
        except UnicodeDecodeError:
            return None
        if "\r" in text:
            return None
        narrow = decoder.single or len(text) == len(body) - 1
        batch = Batch([], [base + len(body)])
        events: list[Event] = []
        start = base
        parts = self._splitter.split(text)
        held = None if final else len(parts) - 1
        unchecked = True  # whether the first line may be one that joins
        for index, part in enumerate(parts):
            size = (len(part) if narrow or part.isascii() else len(part.encode())) + 1
            if size > self._limit:
                return None
            end = start + size
            flags: tuple[str, ...] = ()
            message = part
            if part[:1] in {"", "\n"}:
                message = part.lstrip("\n")
                blank = len(part) - len(message) + (not message)
                batch.dropped += [(at, at + 1) for at in range(start, start + blank)]
                start += blank
                unchecked = True
                if not message:
                    continue
            if "\n" in message:
                if message.count("\n") >= self._max_lines:
                    return None
                flags = _MULTILINE
            if index == held:
                batch.open = start
                break
            if unchecked:
                unchecked = False
                if self._hits([message.partition("\n")[0]])[0]:
                    flags = (CONTINUATION, *flags)
            if flags and not self._joiner:
                message = message.replace("\n", "")
            events.append(Event(start, end, message, None, flags))
            start = end
        batch.events = events
        return batch


def _tester(pattern: str) -> Callable[[str], re.Match[str] | None]:
    compiled = compile_pattern(pattern)
    # `search` would try an anchored pattern at every place of a line that does not match.
    return compiled.match if is_anchored(compiled.pattern) else compiled.search


def _splitter(pattern: str, *, negate: bool) -> re.Pattern[str] | None:
    """Make a pattern that splits a block at the newlines before lines that begin a group."""
    source = block_pattern(compile_pattern(pattern).pattern)
    if source is None:
        return None
    look = "(?=" if negate else "(?!"
    return re.compile(rf"\n{look}{source})", re.ASCII | re.MULTILINE)


def _find(values: list[bool], wanted: bool, first: int, bound: int) -> int | None:
    try:
        return values.index(wanted, first, bound)
    except ValueError:
        return None


def _is_blank(event: Event) -> bool:
    return event.fields is None or event.fields.keys() <= _BARE
