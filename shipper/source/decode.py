"""
From bytes to text: what an encoding means for splitting lines and for reading them.

Pure: knows no file, no clock and no state. Bytes that are invalid in the encoding become U+FFFD; nothing is refused.
"""

from __future__ import annotations

import codecs

from shipper.config.encodings import ENCODING_ALIASES, resolve_encoding

__all__ = ["ENCODING_ALIASES", "Decoder", "resolve_encoding"]

BOM = "\ufeff"

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF32 = {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be"}


class Decoder:
    r"""
    One encoding. Immutable, shared by everything that reads it.

    Args:
        codec: a name that :func:`resolve_encoding` returned.

    Attributes:
        codec: that name.
        newline: the bytes that end a line.
        unit: width of a code unit in bytes; lines begin at multiples of it.
        utf8: whether this is UTF-8.
        single: whether each byte is one character, so that a block may be decoded before it is split.
    """

    __slots__ = ("_decode", "codec", "newline", "single", "unit", "utf8")

    def __init__(self, codec: str) -> None:
        self.codec = codec
        self._decode = codecs.lookup(codec).decode
        self.utf8 = codec == "utf-8"
        self.newline = "\n".encode(codec)
        self.unit = {"utf-16": 2, "utf-32": 4}.get(codec[:6], 1)
        self.single = not self.utf8 and self.unit == 1 and _one_to_one(codec, self.newline)

    def for_head(self, head: bytes) -> Decoder:
        """
        Adapt to the byte order that a file's byte order mark tells.

        Args:
            head: the first bytes of the file, up to four.

        Returns:
            This decoder, or one of the other byte order.
        """
        orders = {2: _UTF16, 4: _UTF32}.get(self.unit, {})
        for mark, codec in orders.items():
            if head.startswith(mark) and codec != self.codec:
                return Decoder(codec)
        return self

    def text(self, raw: bytes, offset: int = 0) -> str:
        """
        Decode one line.

        Args:
            raw: the line, with or without its terminator.
            offset: of the line in the file; tells where the code units begin when a line was cut within one.
        """
        split = -offset % self.unit
        if split:
            return "\ufffd" + (self.text(raw[split:]) if len(raw) > split else "")
        return self._decode(raw, "replace")[0]

    def cut(self, head: bytes, offset: int = 0) -> tuple[str, int]:
        """
        Decode the beginning of a line and leave out a last character that is not whole.

        Args:
            head: bytes from the beginning of the line.
            offset: of the line in the file.

        Returns:
            The text, and how many bytes of ``head`` are in it.
        """
        split = min(-offset % self.unit, len(head))
        decoder = codecs.getincrementaldecoder(self.codec)("replace")
        text = decoder.decode(head[split:])
        rest = len(decoder.getstate()[0])
        if rest >= 8:  # no character is that long: a codec that keeps other things there
            return self.text(head, offset), len(head)
        return ("\ufffd" if split else "") + text, len(head) - rest


def _one_to_one(codec: str, newline: bytes) -> bool:
    """Whether every byte is one character and only one byte is the newline."""
    every = bytes(range(256))
    text = every.decode(codec, "replace")
    alone = [bytes([byte]).decode(codec, "replace") for byte in every]
    return list(text) == alone and text.count("\n") == 1 and len(newline) == 1
