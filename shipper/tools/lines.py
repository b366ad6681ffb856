"""
The events that an input makes of a file, without an agent and without its state.

The chain is the agent's own. What the clock decides while an agent follows a file (an unfinished line, an open group) is
decided here by the file's end.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from shipper.errors import ShipperError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from shipper.records import Event
    from shipper.source.chain import Chain

_BLOCK = 256 * 1024


def events_of(
    path: Path, chain: Chain, start: int = 0, line: int = 1
) -> Iterator[tuple[int, Event]]:
    """
    Read a file to its end.

    Args:
        path: of the file.
        chain: of the input.
        start: offset of a line at which an event begins.
        line: number of that line, counted from 1.

    Yields:
        Each event with the number of the line it begins in.

    Raises:
        ShipperError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            chain = chain.for_file(file.read(4))
            file.seek(start)
            yield from _events(file, chain, start, line)
    except OSError as error:
        raise ShipperError(f"{path}: {error.strerror}") from None


def _events(file: BinaryIO, chain: Chain, base: int, line: int) -> Iterator[tuple[int, Event]]:
    window, final = b"", False
    newline, limit = chain.newline, chain.limit
    while not final:
        block = file.read(_BLOCK)
        final = not block
        window += block
        while window:
            end = aligned(window[: limit + len(newline)], newline, base)
            if end < 0 and len(window) > limit + len(newline):  # a line that is cut
                end = aligned(window, newline, base)
                if end < 0 and not final:
                    break
                stop = len(window) if end < 0 else end + len(newline)
                parsed = chain.cut_line(
                    window[:limit], base, base + stop, terminated=end >= 0, now=time.time()
                )
            else:
                parsed = chain.parse(window, base, final=final, now=time.time())
            at = base
            for event in parsed.events:
                line += count_lines(window[at - base : event.start - base], newline, at)
                at = max(at, event.start)
                yield line, event
            if not parsed.consumed:
                break
            line += count_lines(window[at - base : parsed.consumed], newline, at)
            base += parsed.consumed
            window = window[parsed.consumed :]


def aligned(data: bytes, newline: bytes, base: int, start: int = 0) -> int:
    """
    Where the next newline stands; in encodings of two or four bytes none begins within a character.

    Args:
        data: a part of a file.
        newline: what ends lines.
        base: the part's offset.
        start: index to look from.

    Returns:
        Its index, -1 where there is none.
    """
    width = len(newline)
    at = data.find(newline, start)
    while at >= 0 and (base + at) % width:
        at = data.find(newline, at + 1)
    return at


def count_lines(data: bytes, newline: bytes, base: int) -> int:
    """How many lines end in a part of a file that begins at an offset."""
    if len(newline) == 1:
        return data.count(newline)
    count, at = 0, aligned(data, newline, base)
    while at >= 0:
        count += 1
        at = aligned(data, newline, base, at + len(newline))
    return count


def range_of(path: Path, line: int, newline: bytes) -> tuple[int, int]:
    """
    Where a line stands in a file.

    Args:
        path: of the file.
        line: its number, counted from 1.
        newline: what ends lines.

    Returns:
        Offsets of its first byte and behind its end.

    Raises:
        ShipperError: the file cannot be read, or has fewer lines.
    """
    before, base, data = line - 1, 0, b""
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                data += block
                count = count_lines(data, newline, base)
                if count < before:
                    base, data, before = base + len(data), b"", before - count
                    continue
                break
            start = 0
            for _ in range(before):
                found = aligned(data, newline, base, start)
                start = found + len(newline) if found >= 0 else len(data)
            found = aligned(data, newline, base, start)
            while found < 0 and (block := file.read(_BLOCK)):
                data += block
                found = aligned(data, newline, base, start)
    except OSError as error:
        raise ShipperError(f"{path}: {error.strerror}") from None
    if start >= len(data):
        raise ShipperError(f"{path}: has no line {line}")
    return base + start, base + (len(data) if found < 0 else found + len(newline))
