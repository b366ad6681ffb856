"""
Questions: what another thread has the main thread find out or do.

Everything that the stages know belongs to the main thread. A question goes into the one queue from which that thread takes all
that happens, and whoever asks waits for the answer, though not for ever.
"""

from __future__ import annotations

import logging
import queue
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.errors import ShipperError

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("shipper.agent")

QUESTION_SECONDS = 5.0  # that a command waits for the main thread
BUSY_SECONDS = 30.0  # the same for one that has done half of its work already


@dataclass(slots=True)
class Question:
    """Something that the main thread is to find out or do for another thread."""

    work: Callable[[], Any]
    _answer: queue.SimpleQueue[Any] = field(default_factory=queue.SimpleQueue)

    def answer(self) -> None:
        """Do the work. Main thread; it never raises."""
        try:
            self._answer.put(self.work())
        except Exception as error:  # the asker gets it, the agent goes on
            log.exception("a question from outside failed")
            self._answer.put({"error": str(error)})

    def wait(self, timeout: float) -> Any:
        """What came of the work; None where that took longer than so many seconds."""
        try:
            return self._answer.get(timeout=timeout)
        except queue.Empty:
            return None


class Questions:
    """
    Asks the main thread, from any other.

    Args:
        post: puts a question where the main thread finds it.
    """

    def __init__(self, post: Callable[[Question], object]) -> None:
        self._post = post

    def ask(self, work: Callable[[], Any], timeout: float = QUESTION_SECONDS) -> Any:
        """What came of the work, ``{"error": text}`` where it failed; None where it was not done in time."""
        question = Question(work)
        self._post(question)
        return question.wait(timeout)

    def ask_surely(self, work: Callable[[], Any]) -> Any:
        """
        Have work done by the main thread.

        Raises:
            ShipperError: it failed, or was not done in time; it may still be done.
        """

        def attempt() -> tuple[Any, Exception | None]:
            try:
                return work(), None
            except Exception as error:  # the asker tells it
                return None, error

        answer = self.ask(attempt, BUSY_SECONDS)
        if not isinstance(answer, tuple):
            raise ShipperError("the agent is too busy to answer; try again")
        value, error = answer
        if error is not None:
            raise error if isinstance(error, ShipperError) else ShipperError(repr(error))
        return value

    def leave(self, work: Callable[[], Any]) -> None:
        """Have work done by the main thread and wait for nothing."""
        self._post(Question(work))
