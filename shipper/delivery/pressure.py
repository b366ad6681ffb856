"""
How much of a route may be on its way: additive increase, multiplicative decrease.

Pure: the caller brings the time and the chance. Bytes in flight are halved at most once per round trip when the
cluster says "too many"; they come back slowly. Once a batch is as small as it may get, requests are spaced in
time instead.
"""

from __future__ import annotations

from dataclasses import dataclass

FLOOR = 128 * 1024  # bytes; smaller batches help nobody whose queue is full
STEP = 16 * 1024  # bytes that one success gives back
DELAY_STEP = 0.08  # seconds that one refusal at the floor adds to the space between requests
DELAY_MAX = 0.5
ALONE_TRIES = 8  # refusals in a row with nothing else in flight, before the floor gives way
EVENT = 256  # bytes; the lowest floor: a single event is always sent


@dataclass(slots=True)
class Pressure:
    """
    The controller of one route.

    Attributes:
        ceiling: bytes in flight without any rejection.
        limit: bytes in flight allowed now.
        floor: size of the smallest batch worth sending.
        delay: seconds; the next request waits for a random part of it.
        since: when the limit was lowered last; requests sent before it say nothing new.
    """

    ceiling: int
    limit: int = 0
    floor: int = FLOOR
    delay: float = 0.0
    since: float = float("-inf")
    alone: int = 0

    def __post_init__(self) -> None:
        self.floor = min(self.floor, self.ceiling)
        self.limit = self.ceiling

    def rejected(
        self, now: float, sent: float, share: float, *, alone: bool = False, queue: bool = False
    ) -> None:
        """
        Some of a request was refused for overload.

        Args:
            now: monotonic time.
            sent: when the request left.
            share: of its events that was refused, above 0 and up to 1.
            alone: nothing else of ours was on its way.
            queue: the cluster said that its queue is full, which no smaller batch would change.
        """
        if share >= 1 and alone and not queue:
            self.alone += 1
            if self.alone >= ALONE_TRIES and self.limit <= self.floor:
                self.alone = 0
                self.floor = max(EVENT, self.floor // 2)
        if sent < self.since:
            return
        self.since = now
        if self.limit <= self.floor:
            self.delay = min(DELAY_MAX, self.delay + DELAY_STEP * share)
        self.limit = max(self.floor, int(self.limit * (1 - share / 2)))

    def accepted(self) -> None:
        """A request went through whole."""
        self.alone = 0
        self.delay = self.delay / 2 if self.delay > DELAY_STEP / 4 else 0.0
        if self.floor < min(FLOOR, self.ceiling):
            self.floor = min(FLOOR, self.ceiling, self.floor * 2)
        self.limit = min(self.ceiling, max(self.limit, self.floor) + STEP)

    @property
    def pressed(self) -> bool:
        """Whether anything is held back."""
        return self.limit < self.ceiling or self.delay > 0

    def wait(self, chance: float) -> float:
        """Seconds until the next request may leave: full jitter, ``chance`` is evenly spread over 0 to 1."""
        return self.delay * chance
