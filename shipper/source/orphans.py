"""
Orphans: harvesters whose content is no longer under its inode, because the file was truncated, replaced or deleted.

An orphan keeps its ledger, so what it sent can settle. For a while a copy of the content may appear (copytruncate), and the
orphan goes on in it. What was seen, not read, and appears nowhere is a gap.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from shipper.source.harvester import Harvester

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from shipper.checkpoint.store import FileRecord
    from shipper.encode import Encoder
    from shipper.source.chain import Chain

GRACE = 10.0  # seconds in which the copy of truncated content may appear


class Orphans:
    """
    The orphans of one input.

    Args:
        chain: the input's parsers.
        encoder: makes an encoder for a file key and path.
        head_limit: bytes of a fingerprint at most.
    """

    def __init__(
        self, chain: Chain, encoder: Callable[[str, str], Encoder], head_limit: int
    ) -> None:
        self._chain = chain
        self._encoder = encoder
        self._head_limit = head_limit
        self._patience: dict[Harvester, float] = {}
        self._needed: dict[Harvester, float] = {}

    def __len__(self) -> int:
        return len(self._patience)

    def __iter__(self) -> Iterator[Harvester]:
        return iter(self._patience)

    @property
    def keys(self) -> set[str]:
        """File keys whose copy is expected."""
        return {harvester.record.key for harvester in self._patience}

    def add(self, harvester: Harvester, now: float) -> None:
        """Take a harvester over; its descriptor is closed."""
        harvester.close()
        self._patience[harvester] = now + GRACE

    def add_unread(self, record: FileRecord, now: float) -> None:
        """Take over a record whose file is gone with unread bytes, and that has no harvester."""
        encoder = self._encoder(record.key, record.path)
        fd = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self.add(Harvester(record, fd, self._chain, encoder, self._head_limit, now), now)

    def need(self, harvester: Harvester, now: float) -> bool:
        """
        A shorter copy of an orphan was found: what the copy lacks and nobody read is lost now, the rest must settle.

        Returns:
            Whether that is done, and the copy may be bound.
        """
        self._patience[harvester] = min(self._patience[harvester], now)
        self._needed[harvester] = now + GRACE
        return harvester.ledger.settled and harvester.sure <= harvester.position

    def adopt(self, record: FileRecord, fd: int, now: float) -> Harvester | None:
        """
        Let the orphan of a record go on in the file that was recognised as its content.

        Args:
            record: of the content.
            fd: the file, open for reading; it stays the caller's.
            now: monotonic time, seconds.

        Returns:
            The harvester, an orphan no longer; None where the record has none.

        Raises:
            OSError: the file cannot be read, or there is no descriptor left; the orphan waits on.
        """
        for harvester in self._patience:
            if harvester.record is record:
                harvester.adopt(os.dup(fd), now)
                del self._patience[harvester]
                return harvester
        return None

    def lost(self, now: float) -> Iterator[tuple[Harvester, int, str]]:
        """Ranges that appear nowhere: harvester, end of the range, reason."""
        for harvester, patience in list(self._patience.items()):
            if harvester.sure > harvester.position and now >= patience:
                reason = "the file was truncated, replaced or deleted before this was read"
                yield harvester, harvester.sure, reason

    def take_finished(self, now: float) -> list[Harvester]:
        """Orphans with nothing left to settle or to wait for; they are orphans no longer."""
        finished = [
            harvester
            for harvester, patience in self._patience.items()
            if now >= max(patience, self._needed.get(harvester, 0.0))
            and harvester.ledger.settled
            and harvester.sure <= harvester.position
        ]
        for harvester in finished:
            del self._patience[harvester]
            self._needed.pop(harvester, None)
        return finished

    def drop(self, key: str) -> None:
        """Forget the orphan of a key."""
        for harvester in [one for one in self._patience if one.record.key == key]:
            del self._patience[harvester]
            self._needed.pop(harvester, None)
