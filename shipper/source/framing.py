r"""
From a window of bytes to lines of text with their offsets.

Pure: never learns what a file or a clock is. A line ends with the encoding's newline; one ``\r`` before it belongs to the
terminator, not to the text. Offsets count bytes of the file, terminators included.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from shipper.source.decode import BOM

if TYPE_CHECKING:
    from shipper.source.decode import Decoder


@dataclass(slots=True)
class Lines:
    r"""
    Lines of one window.

    Attributes:
        texts: of each line, without terminator.
        bounds: where each line begins, and last where the last one ends; one more than lines.
        sizes: bytes of each line without newline (a ``\r`` counts).
        tail: where the unfinished last line begins; the end of the window if there is none.
    """

    texts: list[str]
    bounds: list[int]
    sizes: list[int]
    tail: int


def last_line_end(data: bytes, base: int, decoder: Decoder) -> int:
    """
    Offset in the window behind the last newline, 0 if there is none.

    Args:
        data: the window.
        base: its offset in the file; newlines of wide encodings count only where a code unit begins.
        decoder: of the file.
    """
    newline, unit = decoder.newline, decoder.unit
    at = data.rfind(newline)
    while at >= 0 and (base + at) % unit:
        at = data.rfind(newline, 0, at + len(newline) - 1)
    return at + len(newline) if at >= 0 else 0


def frame(data: bytes, base: int, decoder: Decoder, *, final: bool = False) -> Lines:
    """
    Split a window into lines.

    Args:
        data: the bytes of the file from ``base`` on.
        base: offset of the window; a byte order mark at 0 is not part of the first text.
        decoder: of the file.
        final: the window's end ends the last line too.
    """
    whole = len(data) if final else last_line_end(data, base, decoder)
    body = data if whole == len(data) else data[:whole]
    if not body:
        return Lines([], [base], [], base)
    if decoder.utf8 or decoder.single:
        texts, sizes = _split_block(body, decoder)
    else:
        raws = _split_raw(body, base, decoder)
        sizes = list(map(len, raws))
        texts = []
        at = base
        for raw in raws:
            texts.append(decoder.text(raw, at))
            at += len(raw) + len(decoder.newline)
        if b"\r" in body:
            texts = [text.removesuffix("\r") for text in texts]
    width = len(decoder.newline)
    bounds = list(accumulate([size + width for size in sizes], initial=base))
    if sizes[-1]:  # the last line has no newline
        bounds[-1] -= width
    else:  # what lies behind the last newline is no line
        del texts[-1], sizes[-1], bounds[-1]
    if base == 0 and texts and texts[0].startswith(BOM):
        texts[0] = texts[0].removeprefix(BOM)
    return Lines(texts, bounds, sizes, base + whole)


def _split_block(body: bytes, decoder: Decoder) -> tuple[list[str], list[int]]:
    """Decode first and split then: right for encodings in which a newline's byte is nothing else."""
    text = body.decode(decoder.codec, "replace")
    if "\r" in text:
        sizes = list(map(len, body.split(decoder.newline)))
        texts = text.replace("\r\n", "\n").split("\n")
        texts[-1] = texts[-1].removesuffix("\r")
    else:
        texts = text.split("\n")
        known = decoder.single or len(text) == len(body)
        sizes = list(map(len, texts if known else body.split(decoder.newline)))
    return texts, sizes


def _split_raw(body: bytes, base: int, decoder: Decoder) -> list[bytes]:
    """Split at newlines that begin a code unit."""
    newline, unit = decoder.newline, decoder.unit
    if unit == 1:
        return body.split(newline)
    raws: list[bytes] = []
    start = at = 0
    while (at := body.find(newline, at)) >= 0:
        if (base + at) % unit:
            at += 1
        else:
            raws.append(body[start:at])
            start = at = at + unit
    raws.append(body[start:])
    return raws
