"""
The chain of an input: from a window of a file's bytes to events, and how many bytes they used up.

Pure and without memory. What is not used up is offered again with more bytes, and the events are the same however the bytes
were cut into windows: a boundary depends only on the bytes since the last one.
"""

from __future__ import annotations

import copy
from bisect import bisect_right
from typing import TYPE_CHECKING

from shipper.config.patterns import compile_pattern
from shipper.config.settings import Container, Multiline
from shipper.records import Event, Parsed
from shipper.source.decode import BOM, Decoder, resolve_encoding
from shipper.source.framing import Lines, frame, last_line_end
from shipper.source.parsers import build
from shipper.source.parsers.batch import CONTINUATION, TRUNCATED, Batch

if TYPE_CHECKING:
    from shipper.config.settings import Input

_UTF8_BOM = BOM.encode()
# Bytes beyond two longest lines at which a chain that still holds everything back lets go.
_SLACK = 64 * 1024


class Chain:
    r"""
    Framing, decoding, parsers and line filters of one input. Immutable, shared by all its files.

    Args:
        settings: of the input.

    Attributes:
        plain: lines are UTF-8, ended by ``\n``, and events as they are: they may be encoded block-wise without this.
        newline: the bytes that end a line.
        limit: most bytes of a line, or of the lines that make one event.
        group_timeout: seconds without growth after which what is held back is to be closed with ``final``; None if whole
            lines are never held back.
        overlaps: an event may begin before the end of the one before it.

    Raises:
        ValueError: an encoding, a pattern or a time zone is wrong.
    """

    def __init__(self, settings: Input) -> None:
        self._decoder = Decoder(resolve_encoding(settings.encoding))
        self.limit = settings.message_max_bytes
        self._window = 2 * self.limit + _SLACK
        self._parsers = build(settings.parsers, self.limit)
        self._include = [compile_pattern(pattern).search for pattern in settings.include_lines]
        self._exclude = [compile_pattern(pattern).search for pattern in settings.exclude_lines]
        self._filters = bool(self._include or self._exclude)
        self._joins_lines = any(isinstance(parser, Multiline) for parser in settings.parsers)
        overlaps = any(isinstance(parser, Container) for parser in settings.parsers)
        first = self._parsers[0] if self._parsers else None
        self._parse_block = getattr(first, "parse_block", None)
        timeouts = [parser.timeout for parser in self._parsers if parser.timeout is not None]
        self.overlaps = self._settles = overlaps or len(timeouts) > 1
        self.group_timeout: float | None = max(timeouts, default=None)
        self.newline = self._decoder.newline
        self.plain = not self._parsers and not self._filters and self._decoder.utf8

    def for_file(self, head: bytes) -> Chain:
        """
        Adapt to a file's byte order mark.

        Args:
            head: the first bytes of the file, up to four.

        Returns:
            This chain, or a variant with the byte order that the mark tells; with a mark a file is not ``plain``.
        """
        decoder = self._decoder.for_head(head)
        marked = self.plain and head.startswith(_UTF8_BOM)
        if decoder is self._decoder and not marked:
            return self
        variant = copy.copy(self)
        variant._decoder = decoder  # noqa: SLF001 - a copy of ours
        variant.newline = decoder.newline
        variant.plain = False
        return variant

    def parse(
        self,
        data: bytes,
        base: int,
        *,
        final: bool = False,
        continued: bool = False,
        now: float = 0.0,
    ) -> Parsed:
        """
        Turn a window into events.

        Args:
            data: the file's bytes from ``base`` on.
            base: offset of the window: 0, or where an earlier call's ``consumed`` ended.
            final: the window's end is to be the end of the last event: nothing is held back.
            continued: the byte before ``base`` is in the middle of a line.
            now: Unix seconds at which the bytes were read, for dates without a year.

        Returns:
            Events by start. Their ranges and the filtered ones cover ``data[:consumed]``. If nothing was consumed of more
            than ``2 * limit + 64 KiB``, the window begins with a line longer than ``limit`` whose end is not in it.
        """
        batch = None
        if self._parse_block is not None:
            batch = self._try_block(data, base, final=final, now=now)
        if batch is None:
            lines = frame(data, base, self._decoder, final=final)
            long_tail = self._is_long(base + len(data) - lines.tail)
            if len(data) <= self._window and max(lines.sizes, default=0) <= self.limit:
                batch = self._run(
                    Batch.of(lines, 0, len(lines.texts)), final=final or long_tail, now=now
                )
                if len(data) == self._window and batch.open == base and lines.texts:
                    batch = self._run(Batch.of(lines, 0, len(lines.texts)), final=True, now=now)
            else:
                batch = self._run_long(data, base, lines, final=final, now=now)
        events = batch.events
        if continued and events and events[0].start == base:
            _flag(events[0], CONTINUATION)
        return self._filtered(batch, base)

    def cut_line(
        self,
        head: bytes,
        start: int,
        end: int,
        *,
        continued: bool = False,
        terminated: bool = True,
        now: float = 0.0,
    ) -> Parsed:
        """
        Make the event of a line longer than ``limit``.

        Args:
            head: its first ``limit`` bytes.
            start: offset of the line.
            end: offset behind its newline, or where it was cut off.
            continued: as in :meth:`parse`.
            terminated: whether a newline stands before ``end``.
            now: as in :meth:`parse`.

        Returns:
            The event, or a filtered range; ``consumed`` is ``end - start``.
        """
        batch = self._cut(head, start, end, terminated=terminated, now=now)
        if continued and batch.events:
            _flag(batch.events[0], CONTINUATION)
        return self._filtered(batch, start)

    def _is_long(self, size: int) -> bool:
        """Whether so many bytes without a newline are more than a line may have, whatever follows."""
        return size >= self.limit + len(self.newline)

    def _try_block(self, data: bytes, base: int, *, final: bool, now: float) -> Batch | None:
        """Let the first parser look at the block as a whole; None if lines have to be looked at."""
        decoder = self._decoder
        if len(data) >= self._window or not (decoder.utf8 or decoder.single):
            return None
        whole = last_line_end(data, base, decoder)
        if not whole or self._is_long(len(data) - whole) or (final and whole < len(data)):
            return None
        if base == 0 and data.startswith(_UTF8_BOM):
            return None
        assert self._parse_block is not None
        batch: Batch | None = self._parse_block(data[:whole], base, decoder, final=final)
        if batch is None:
            return None
        for parser in self._parsers[1:]:
            parser.parse(batch, final=final, now=now)
        if self._settles:
            _settle(batch)
        return batch

    def _run(self, batch: Batch, *, final: bool, now: float) -> Batch:
        if not self._joins_lines:
            batch.drop_empty()
        for parser in self._parsers:
            parser.parse(batch, final=final, now=now)
        if self._settles:
            _settle(batch)
        return batch

    def _run_long(self, data: bytes, base: int, lines: Lines, *, final: bool, now: float) -> Batch:
        """Go through a window with over-long lines, or one in which groups could grow beyond what may be held."""
        end = base + len(data)
        bounds, sizes, count = lines.bounds, lines.sizes, len(lines.texts)
        long = [i for i, size in enumerate(sizes) if size > self.limit]
        long.append(count)
        whole = Batch([], [base])
        first = 0
        while first < count:
            while long[0] < first:
                del long[0]
            if long[0] == first:
                start, stop = bounds[first], bounds[first + 1]
                terminated = stop - start > sizes[first]
                head = data[start - base : start - base + self.limit]
                _extend(whole, self._cut(head, start, stop, terminated=terminated, now=now))
                first += 1
                continue
            # Look no further than a full window: what is decided must not depend on how much was offered at once.
            view = min(bounds[first] + self._window, end)
            last = min(long[0], bisect_right(bounds, view, first + 1) - 1)
            ended = self._is_long(view - bounds[last]) or (final and view == end)
            part = self._run(Batch.of(lines, first, last), final=ended, now=now)
            if not ended and part.open == bounds[first] and view == bounds[first] + self._window:
                part = self._run(Batch.of(lines, first, last), final=True, now=now)
            _extend(whole, part)
            if part.open == bounds[first]:
                break
            first = bisect_right(bounds, part.open, first) - 1
        return whole

    def _cut(self, head: bytes, start: int, end: int, *, terminated: bool, now: float) -> Batch:
        text, kept = self._decoder.cut(head[: self.limit], start)
        if start == 0:
            text = text.removeprefix(BOM)
        batch = self._run(Batch([text or "\ufffd"], [start, end]), final=True, now=now)
        for event in batch.events:
            _flag(event, TRUNCATED)
            event.cut = max(0, end - start - kept - (len(self.newline) if terminated else 0))
        return batch

    def _filtered(self, batch: Batch, base: int) -> Parsed:
        """Apply the line filters and close the account."""
        events, dropped = batch.events, batch.dropped
        count = len(dropped)
        gone = sum(end - start for start, end in dropped)
        if self._filters:
            include, exclude = self._include, self._exclude
            kept = events
            if include:
                kept = [event for event in kept if any(found(event.message) for found in include)]
            if exclude:
                kept = [
                    event for event in kept if not any(found(event.message) for found in exclude)
                ]
            if len(kept) < len(events):
                count += len(events) - len(kept)
                gone = _uncovered(kept, base, batch.open)
                events = kept
        if self._settles:
            gone = _uncovered(events, base, batch.open)
        return Parsed(events, batch.open - base, count, gone, len(batch.failed))


def _flag(event: Event, flag: str) -> None:
    if flag not in event.flags:
        event.flags = (flag, *event.flags)


def _extend(whole: Batch, part: Batch) -> None:
    whole.events.extend(part.events)
    whole.dropped += part.dropped
    whole.failed += part.failed
    whole.open = part.open


def _settle(batch: Batch) -> None:
    """Give back what does not end before the place from which on bytes are held back: a re-read begins with nothing open."""
    at = batch.open
    ranges = [(event.start, event.end) for event in batch.events]
    for start, end in sorted(ranges + batch.dropped, reverse=True):
        # Events may overlap; each one given back may cut into an earlier one.
        if start < at < end:
            at = start
    batch.open = at
    batch.events = [event for event in batch.events if event.start < at]
    batch.dropped = [gone for gone in batch.dropped if gone[0] < at]
    batch.failed = [start for start in batch.failed if start < at]


def _uncovered(events: list[Event], start: int, end: int) -> int:
    """Bytes between two offsets that are in no event; events ascend by start and may overlap."""
    gone, at = 0, start
    for event in events:
        if event.start > at:
            gone += event.start - at
        at = max(at, event.end)
    return gone + max(0, end - at)
