"""MurmurHash3, its variant of 128 bits for 64-bit machines with seed 0, as Elasticsearch's ``fingerprint`` has it (by Austin Appleby, public domain)."""

from __future__ import annotations

import struct

_MASK = 2**64 - 1
_C1, _C2 = 0x87C37B91114253D5, 0x4CF5AD432745937F


def murmur3(data: bytes) -> bytes:
    """The hash of some bytes: two words, high byte first."""
    one = two = 0
    whole = len(data) // 16 * 16
    for low, high in struct.iter_unpack("<QQ", data[:whole]):
        one = _rotated(one ^ _first(low), 27) + two & _MASK
        one = one * 5 + 0x52DCE729 & _MASK
        two = _rotated(two ^ _second(high), 31) + one & _MASK
        two = two * 5 + 0x38495AB5 & _MASK
    tail = data[whole:].ljust(16, b"\0")
    low, high = struct.unpack("<QQ", tail)
    one ^= _first(low) ^ len(data)
    two ^= _second(high) ^ len(data)
    one = one + two & _MASK
    two = two + one & _MASK
    one, two = _mixed(one), _mixed(two)
    one = one + two & _MASK
    return struct.pack(">QQ", one, two + one & _MASK)


def _rotated(word: int, bits: int) -> int:
    return (word << bits | word >> 64 - bits) & _MASK


def _first(word: int) -> int:
    return _rotated(word * _C1 & _MASK, 31) * _C2 & _MASK


def _second(word: int) -> int:
    return _rotated(word * _C2 & _MASK, 33) * _C1 & _MASK


def _mixed(word: int) -> int:
    word = (word ^ word >> 33) * 0xFF51AFD7ED558CCD & _MASK
    word = (word ^ word >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
    return word ^ word >> 33
