"""
The contract between delivery and the place that events go to.

Delivery decides when, how much and what follows; an output only carries one request and hands back the answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from shipper.config.settings import MIB, Elasticsearch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shipper.config.settings import Settings
    from shipper.records import Answer, Route


class Output(Protocol):
    """
    A place that takes ``_bulk`` bodies. All methods but the last three run in sender threads.

    Attributes:
        kind: ``elasticsearch`` or ``local``.
    """

    kind: str

    def ready(self, route: Route) -> str | None:
        """
        Say whether a route may be written to. Asked before its first batch and before a paused one is tried again.

        Returns:
            None when it may; otherwise why not and what to do about it.

        Raises:
            SendFailed: it cannot be found out now; asked again later.
        """

    def send(self, route: Route, body: bytes, count: int) -> Answer:
        """
        Send one request and give back whatever was answered. Several threads call this at once.

        Args:
            route: where to.
            body: NDJSON: ``count`` pairs of action and document.
            count: number of events.

        Raises:
            SendFailed: no answer came.
        """

    def earlier(self, route: Route, actions: Sequence[bytes], since: float) -> set[int]:
        """
        Find events that are there already, though the cluster would take them a second time.

        Args:
            route: where to.
            actions: their action lines.
            since: Unix time from which they may have been sent.

        Returns:
            Positions in ``actions``.

        Raises:
            SendFailed: it cannot be found out now; nothing was sent.
        """

    def pipeline_exists(self, name: str) -> bool | None:
        """Ask whether a registered pipeline is there; None: cannot be told. Raises SendFailed."""

    def failure(self, route: Route, ids: Sequence[str]) -> tuple[str, str] | str | None:
        """
        Ask the failure store of a route about events.

        Returns:
            Type and reason of one of them, or why it cannot be asked; None: none of them is there. Raises SendFailed.
        """

    def refresh(self) -> None:
        """Forget what was learnt and read credentials again. Called before a paused route is tried again."""

    def mended(self) -> bool:
        """Whether what paused routes wait for may be there: new keys or certificates. Main thread; quick."""

    def describe(self) -> tuple[str, str, str]:
        """Target without secrets, product and version; the last two empty before the first answer. Any thread."""

    def close(self) -> None:
        """Close connections. May be called twice."""


@dataclass(frozen=True, slots=True)
class Limits:
    """
    Bounds of batches, memory and waiting. Bytes and seconds.

    Attributes:
        bulk_max_size: events in one request.
        bulk_max_bytes: bytes of one request before compression.
        flush_timeout: longest that an event waits for a batch to fill, while another of its route is on its way.
        worker: requests at the same time, all routes together.
        max_pending_bytes: encoded and not settled, all routes together.
        backoff_init, backoff_max: first and longest wait after a failed request.
        pause_retry_max: longest wait between two tries of a paused route.
        pause_limit: how long an index of another day that refuses is waited for.
    """

    bulk_max_size: int = 4000
    bulk_max_bytes: int = 5 * MIB
    flush_timeout: float = 1.0
    worker: int = 1
    max_pending_bytes: int = 5 * MIB
    backoff_init: float = 1.0
    backoff_max: float = 60.0
    pause_retry_max: float = 60.0
    pause_limit: float = 3600.0


def limits_of(settings: Settings) -> Limits:
    """The limits that the settings ask for; the local store has one writer and nothing to wait for."""
    output = settings.output
    if isinstance(output, Elasticsearch):
        return Limits(
            bulk_max_size=output.bulk_max_size,
            bulk_max_bytes=output.bulk_max_bytes,
            flush_timeout=output.flush_timeout,
            worker=output.worker,
            max_pending_bytes=settings.max_pending_bytes,
            backoff_init=output.backoff_init,
            backoff_max=output.backoff_max,
            pause_retry_max=output.pause_retry_max,
            pause_limit=output.pause_limit,
        )
    return Limits(
        bulk_max_size=output.bulk_max_size,
        bulk_max_bytes=output.bulk_max_bytes,
        flush_timeout=output.flush_timeout,
        max_pending_bytes=settings.max_pending_bytes,
    )
