"""
Identity: is this the file that we know?

A file is known by its content: the fingerprint of its head, which grows with the file up to a limit, and the marker, the hash
of the bytes just before the saved offset. Both match: the same file, whatever device or inode says. The rules:

- the inode (or the path) breaks ties among several records that match;
- without them, or where the file is known to be deleted, only a head of `MIN_EVIDENCE` bytes or more counts: short files are often equal by chance;
- one record is one file: a second file with the content of a file that is still there is a copy in the making (copytruncate)
  or another file that happens to begin alike, and time tells which (see `shipper.source.registry`).
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from shipper.checkpoint.store import FileRecord

KEY_BYTES = 12
MARKER = 256  # bytes
MIN_EVIDENCE = 64  # bytes


def new_key() -> str:
    """A fresh file key: 96 random bits in 16 base64url characters."""
    return urlsafe_b64encode(os.urandom(KEY_BYTES)).decode()


def digest(data: bytes) -> bytes:
    """The hash that fingerprints and markers are kept as, 16 bytes."""
    return blake2b(data, digest_size=16).digest()


def matches(record: FileRecord, size: int, fd: int) -> bool:
    """
    Whether a file holds the content that the record was stopped at.

    Args:
        record: what is known.
        size: of the file, bytes.
        fd: of the file, open for reading.

    Raises:
        OSError: it cannot be read.
    """
    if record.head_length == 0 or size < record.offset or size < record.head_length:
        return False
    head = os.pread(fd, record.head_length, 0)
    if len(head) != record.head_length or digest(head) != record.head:
        return False
    length = record.marker_length
    marker = os.pread(fd, length, record.offset - length)
    return len(marker) == length and digest(marker) == record.marker


def best(
    candidates: Iterable[FileRecord],
    path: str,
    status: os.stat_result,
    missing: Container[str] = (),
) -> FileRecord | None:
    """
    The record that a file continues, among those that match it.

    Args:
        candidates: records that match the file's content.
        path: of the file.
        status: of the file.
        missing: keys of content that was there a moment ago and whose copy is expected to appear.

    Returns:
        The one with the file's inode, else its path, else the farthest offset; None where the evidence is too thin.
    """

    def rank(record: FileRecord) -> tuple[bool, bool, bool, int]:
        same_inode = record.inode == status.st_ino
        return (
            same_inode and record.device == status.st_dev,
            same_inode,
            record.path == path,
            record.offset,
        )

    enough = [
        record
        for record in candidates
        if (record.inode == status.st_ino and not record.gone)
        or record.head_length >= MIN_EVIDENCE
        or record.key in missing
    ]
    return max(enough, key=rank, default=None)
