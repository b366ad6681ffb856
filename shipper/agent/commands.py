"""Commands: what the control socket can ask of a running agent, and who carries it out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from shipper import __version__

if TYPE_CHECKING:
    from shipper.agent.engine import Engine
    from shipper.agent.letters import Letters
    from shipper.agent.questions import Questions


class Commands:
    """
    Answers the control socket, in threads of its server.

    Args:
        questions: to the main thread.
        engine: asked there.
        letters: for what concerns dead letters.
    """

    def __init__(self, questions: Questions, engine: Engine, letters: Letters) -> None:
        self._questions = questions
        self._engine = engine
        self._letters = letters

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry one request out; what is wrong with it is in the answer, under ``error``."""
        command = request.get("command")
        if command == "ping":
            return {"ok": True, "pid": os.getpid(), "version": __version__}
        if command == "forget":
            return self._forget(str(request.get("key", "")))
        if command in {"replay", "drop"}:
            return self._letters.answer(request)
        return {"error": f"unknown command {command!r}; expected ping, forget, replay or drop"}

    def _forget(self, key: str) -> dict[str, Any]:
        known = self._questions.ask(lambda: self._engine.forget(key))
        if known is None:
            return {"error": "the agent is too busy to answer; try again"}
        return (
            {"ok": True}
            if known
            else {"error": f"no file has the key {key!r}; see `shipper checkpoint list`"}
        )
