"""
Content: one generation of what a file holds, under an open descriptor.

What is read here is proved: every read looks at the bytes before it and at the head as well, and if they are not those that were
there before, the file is not the same any more. It knows nothing of lines and events.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shipper.source.identity import MARKER

if TYPE_CHECKING:
    from shipper.checkpoint.store import FileRecord


class Replaced(Exception):  # noqa: N818 - a fact about a file
    """The file holds other content than before: truncated, overwritten, or another file under its inode."""


class Content:
    """
    One generation of one file's content.

    Attributes:
        record: what the store knows of it.
        fd: descriptor; -1 where the content is gone (truncated, waiting for its copy to be found).
        device, inode: of the file that holds it.
        removed: the file has no name any more.
        head: its first bytes, up to those that the fingerprint covers.
        position: first byte that is in no piece yet.
        marker: the bytes just before the position.
        size: the largest size seen, bytes.
        sure: the largest size seen while the content was proved to be this one; what is lost is reckoned from it.
        beyond: the content once reached up to here, but the copy that it goes on in ends earlier; 0 where that is not so.
    """

    __slots__ = (
        "_head_limit",
        "beyond",
        "device",
        "fd",
        "head",
        "inode",
        "marker",
        "position",
        "record",
        "removed",
        "size",
        "sure",
    )

    def __init__(self, record: FileRecord, fd: int, head_limit: int) -> None:
        """
        Begin at the record's offset.

        Args:
            record: identity and offset; its content has been matched with the file.
            fd: open for reading; closed by `close`.
            head_limit: bytes of the file's head that the fingerprint covers.
        """
        self.record = record
        self.fd = fd
        status = os.fstat(fd)
        self.device, self.inode = status.st_dev, status.st_ino
        self.removed = False
        self._head_limit = head_limit
        self.head = os.pread(fd, min(head_limit, max(record.head_length, record.offset)), 0)
        self.position = record.offset
        self.marker = self.before(record.offset)
        self.size = max(record.size, status.st_size)
        self.sure = max(record.size, record.offset)
        self.beyond = 0

    def before(self, offset: int) -> bytes:
        """
        The bytes of the file just before an offset, as many as a marker has.

        Raises:
            OSError: they cannot be read.
        """
        start = max(0, offset - MARKER)
        return os.pread(self.fd, offset - start, start)

    def read(self, at: int, want: int, before: bytes) -> bytes:
        """
        Read bytes and prove that those before them are still there.

        Args:
            at: offset of the first byte.
            want: bytes at most.
            before: what stood just before ``at``.

        Raises:
            Replaced: it does not any more, or the head is another one.
            OSError: it cannot be read.
        """
        count = len(before)
        data = os.pread(self.fd, want + count, at - count)
        if data[:count] != before:
            raise Replaced
        head = self.head
        if head and os.pread(self.fd, len(head), 0) != head:
            raise Replaced
        data = data[count:]
        self.sure = max(self.sure, at + len(data))
        if len(head) < self._head_limit and at <= len(head):
            self.head = head + data[len(head) - at : self._head_limit - at]
        return data

    def verify(self, size: int) -> None:
        """
        Take note that the file was seen with a size, if it still is what it was.

        Raises:
            Replaced: it is not.
            OSError: it cannot be read.
        """
        self.size = max(self.size, size)
        self.read(self.position, 0, self.marker)
        self.sure = max(self.sure, size)

    def move_to(self, fd: int) -> None:
        """
        Go on under the descriptor of another file that has the same content.

        Raises:
            OSError: it cannot be read.
        """
        self.close()
        self.fd = fd
        status = os.fstat(fd)
        self.device, self.inode = status.st_dev, status.st_ino
        self.record.device, self.record.inode = self.device, self.inode
        self.size = status.st_size
        self.beyond = self.sure if self.sure > self.size else 0
        self.sure = min(self.sure, self.size)
        if not self.marker:
            self.marker = self.before(self.position)
            self.head = os.pread(fd, min(self._head_limit, self.position), 0)
        self.removed = False

    def close(self) -> None:
        """Close the descriptor; what is known of the content, and what is out of it, lives on."""
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1
