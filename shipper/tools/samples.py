"""
A pipeline's samples: lines as programs write them, and the documents that are to come of them.

``samples/NAME/`` beside the pipelines holds ``lines.log``; ``input.yml``, where needed, with more of the input's
configuration; and ``expected.ndjson``, one line an event: the document without what the agent itself adds and the pipeline
leaves alone, ``null`` for an event that is dropped, ``{"_failed": "…"}`` for one that is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from shipper.errors import ShipperError
from shipper.tools.compare import NOTHING, Difference, as_expected, differences
from shipper.tools.trial import without

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shipper.tools.trial import Trial, Tried

LINES, EXPECTED = "lines.log", "expected.ndjson"


@dataclass(slots=True)
class Verdict:
    """
    One event beside what was expected of it.

    Attributes:
        tried: the event; None where more was expected than came.
        number: of the line in ``expected.ndjson``.
        found: what came of it, as that file has it.
        differences: from what was expected.
    """

    tried: Tried | None
    number: int
    found: Any
    differences: list[Difference] = field(default_factory=list)


def outcome(trial: Trial, tried: Tried, path: str) -> Any:
    """What came of an event, as ``expected.ndjson`` has it."""
    if tried.refused is not None:
        return {"_failed": tried.refused[1]}
    if tried.after is None:
        return None
    own = trial.own(path, tried.event, str(tried.before.get("@timestamp")))
    return without(tried.after, own)


def expected_of(folder: Path) -> list[Any] | None:
    """
    What is expected, a value an event; None where nothing is written down yet.

    Raises:
        ShipperError: a line is no JSON.
    """
    file = folder / EXPECTED
    if not file.is_file():
        return None
    found = []
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            found.append(json.loads(line))
        except ValueError as error:
            raise ShipperError(f"{file}:{number}: not JSON: {error}") from None
    return found


def compare(expected: list[Any], found: Iterable[tuple[Tried, Any]]) -> list[Verdict]:
    """
    Hold what came of events beside what was expected.

    Args:
        expected: of ``expected.ndjson``.
        found: each event with its outcome.
    """
    verdicts = []
    number = 0
    for tried, value in found:
        number += 1
        wanted = expected[number - 1] if number <= len(expected) else NOTHING
        verdicts.append(Verdict(tried, number, value, differences(wanted, value, as_expected)))
    for missing in range(number + 1, len(expected) + 1):
        wanted = expected[missing - 1]
        verdicts.append(Verdict(None, missing, NOTHING, [Difference("", wanted, NOTHING)]))
    return verdicts


def record(folder: Path, verdicts: list[Verdict], expected: list[Any]) -> int:
    """
    Write what came as what is expected from now on; lines that were right stay as they are, placeholders included.

    Returns:
        How many lines are new or others.

    Raises:
        ShipperError: the folder cannot be written.
    """
    file = folder / EXPECTED
    # Not splitlines: JSON may hold characters that count as ends of lines there.
    old = file.read_text("utf-8").removesuffix("\n").split("\n") if file.is_file() else []
    lines, changed = [], len(old) != len([one for one in verdicts if one.tried is not None])
    count = 0
    for verdict in verdicts:
        if verdict.tried is None:
            continue
        if verdict.number <= len(expected) and not verdict.differences:
            lines.append(old[verdict.number - 1])
            continue
        lines.append(json.dumps(verdict.found, ensure_ascii=False))
        count += 1
    if count or changed:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            text = "".join(f"{line}\n" for line in lines)
            file.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise ShipperError(f"{file}: cannot be written: {error.strerror}") from None
    return count
