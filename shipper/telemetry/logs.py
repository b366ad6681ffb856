"""
The agent's own log, always on standard error.

Law: text for people on a terminal, one ECS JSON object a line otherwise. No secret passes, whoever logs it. A record that
cannot be formatted is told in short; it neither vanishes nor raises where it was logged. This module knows no settings.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TextIO

import ecs_logging

from shipper.telemetry.secrets import MASK, MIN_SECRET_CHARS, add_secret, clear_secrets, mask
from shipper.wording import times

__all__ = [
    "MASK",
    "MIN_SECRET_CHARS",
    "RateLimit",
    "add_secret",
    "clear_secrets",
    "configure",
    "flush_repeated",
    "log_repeated",
    "mask",
]

Format = Literal["auto", "text", "json"]

NOISY_LIBRARIES = ("elastic_transport", "urllib3", "watchdog", "elasticsearch", "opensearch")
MAX_REPEATED_KEYS = 1000

_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))}
_CONTROL.update({9: "\\t", 10: "\\n", 13: "\\r"})
_CONTROL_BUT_NEWLINE = {code: text for code, text in _CONTROL.items() if code not in {9, 10}}
_NEEDS_QUOTES = re.compile(r'[\s="]|^$')


def _clean(value: Any) -> Any:
    """Bring an extra into a shape that JSON can carry, without secrets."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Mapping):
        return {mask(str(key)): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in value]
    return mask(str(value))


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    """Fields that the caller gave with ``extra=``."""
    return {key: value for key, value in record.__dict__.items() if key not in _STANDARD}


class _TextFormatter(logging.Formatter):
    """``time LEVEL logger: message key=value``; control characters are shown, not obeyed."""

    def format(self, record: logging.LogRecord) -> str:
        local = time.localtime(record.created)
        when = f"{time.strftime('%Y-%m-%d %H:%M:%S', local)}.{int(record.msecs):03d}"
        zone = time.strftime("%z", local)
        message = mask(record.getMessage()).translate(_CONTROL)
        line = f"{when}{zone} {record.levelname:<7} {record.name}: {message}"
        for key, value in _extras(record).items():
            line += f" {key.translate(_CONTROL)}={self._value(_clean(value))}"
        if record.exc_info:
            line += "\n" + mask(self.formatException(record.exc_info)).translate(
                _CONTROL_BUT_NEWLINE
            )
        if record.stack_info:
            line += "\n" + mask(record.stack_info).translate(_CONTROL_BUT_NEWLINE)
        return line

    @staticmethod
    def _value(value: Any) -> str:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if isinstance(value, str) and _NEEDS_QUOTES.search(text):
            text = json.dumps(text, ensure_ascii=False)
        return text.translate(_CONTROL)


class _EcsFormatter(ecs_logging.StdlibFormatter):
    """
    One ECS JSON object a line.

    Extras with a dotted name are ECS fields as they are (``log.file.path``); others go under ``shipper.``.
    """

    def __init__(self) -> None:
        super().__init__(
            ensure_ascii=False,
            extra={"service.name": "shipper", "event.dataset": "shipper.log"},
            # "log.original" repeats the message.
            exclude_fields=["log.original", "log.origin", "process.name", "process.thread.id"],
        )

    def format(self, record: logging.LogRecord) -> str:
        """Format, and fall back to the bare message where the extras contradict each other."""
        try:
            return str(super().format(record))
        except (
            TypeError,
            ValueError,
        ):  # two extras claim one field, or an extra claims a field of the format
            bare = logging.makeLogRecord(
                {key: value for key, value in record.__dict__.items() if key in _STANDARD}
            )
            bare.__dict__["shipper.unprintable_extras"] = sorted(map(str, _extras(record)))
            return str(super().format(bare))

    def format_to_ecs(self, record: logging.LogRecord) -> dict[str, Any]:
        """Build the object, then mask every string in it."""
        renamed = {
            key if key in _STANDARD or "." in key else f"shipper.{key}": value
            for key, value in record.__dict__.items()
        }
        fields = super().format_to_ecs(logging.makeLogRecord(renamed))
        return {key: _clean(value) for key, value in fields.items()}


class _Handler(logging.StreamHandler[TextIO]):
    """Writes to whatever ``sys.stderr`` is at that moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override] # an attribute in the base class
        """Standard error of this moment."""
        return sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class' name
        """Say that a record was lost; the base class would print its arguments unmasked."""
        error = sys.exc_info()[1]
        try:
            sys.stderr.write(
                f"shipper: a log record of {record.name}:{record.lineno} could not be written"
                f" ({type(error).__name__})\n"
            )
        except (OSError, ValueError):
            return  # standard error is gone: there is nobody to tell


def configure(level: str, format: Format = "auto") -> None:  # noqa: A002 - the setting's name
    """
    Send every record of this process to standard error; may be called again to change it.

    Libraries that talk much are heard from warnings on.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        format: ``text``, ``json`` or ``auto``: text when standard error is a terminal.

    Raises:
        ValueError: the level or the format is none of these.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"logging.level: {level!r}; expected debug, info, warning or error")
    if format not in {"auto", "text", "json"}:
        raise ValueError(f"logging.format: {format!r}; expected auto, text or json")
    handler = _Handler()
    text = format == "text" or (format == "auto" and sys.stderr.isatty())
    handler.setFormatter(_TextFormatter() if text else _EcsFormatter())
    root = logging.getLogger()
    for old in [one for one in root.handlers if isinstance(one, _Handler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(number)
    for name in NOISY_LIBRARIES:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))


@dataclass(slots=True)
class _Repeat:
    """What is known of one key."""

    logger: logging.Logger
    level: int
    text: str
    since: float  # monotonic time of the last record that was written
    until: float
    suppressed: int = 0


class RateLimit:
    """
    Lets one record of a key through per period and counts the others.

    Thread-safe. At most ``MAX_REPEATED_KEYS`` keys are remembered; the oldest gives way, telling its count.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._repeats: OrderedDict[str, _Repeat] = OrderedDict()

    def __repr__(self) -> str:
        return f"<RateLimit {len(self._repeats)} keys>"

    def log(
        self,
        logger: logging.Logger,
        key: str,
        level: int,
        message: str,
        *args: object,
        every: float = 60.0,
        extra: dict[str, Any] | None = None,
    ) -> bool:
        """Log unless the key was logged less than ``every`` seconds ago; see ``log_repeated``."""
        if not logger.isEnabledFor(level):
            return False
        now = self._clock()
        with self._lock:
            known = self._repeats.get(key)
            if known is not None and now < known.until:
                known.suppressed += 1
                return False
            text = message % args if args else message
            self._repeats[key] = _Repeat(logger, level, text, now, now + every)
            self._repeats.move_to_end(key)
            evicted = None
            if len(self._repeats) > MAX_REPEATED_KEYS:
                evicted = self._repeats.popitem(last=False)[1]
        if evicted is not None:
            self._tell(evicted, now)
        if known is not None and known.suppressed:
            logger.log(
                level,
                "%s (%d more like this in the last %.0f s were not shown)",
                text,
                known.suppressed,
                now - known.since,
                extra=extra,
            )
        else:
            logger.log(level, "%s", text, extra=extra)
        return True

    def flush(self, *, everything: bool = False) -> None:
        """Tell the counts of keys whose period is over (or of all), and forget those keys."""
        now = self._clock()
        with self._lock:
            over = [key for key, one in self._repeats.items() if everything or now >= one.until]
            told = [self._repeats.pop(key) for key in over]
        for one in told:
            self._tell(one, now)

    @staticmethod
    def _tell(one: _Repeat, now: float) -> None:
        if one.suppressed:
            one.logger.log(
                one.level,
                "%s (%s in the last %.0f s, not shown)",
                one.text,
                times(one.suppressed),
                now - one.since,
            )


_repeated = RateLimit()


def log_repeated(
    logger: logging.Logger,
    key: str,
    level: int,
    message: str,
    *args: object,
    every: float = 60.0,
    extra: dict[str, Any] | None = None,
) -> bool:
    """
    Log a message that may come again and again, at most once per period and key.

    The next record of the key says how many were left out. Call ``flush_repeated`` now and then and at exit,
    so that the count is told also when no further one comes.

    Args:
        logger: where to log.
        key: what counts as the same, for example ``"scan:/var/log"``.
        level: as in ``logging``.
        message: with ``%`` placeholders for ``args``.
        args: values of the placeholders.
        every: length of the period in seconds.
        extra: fields of the record, as in ``logging``.

    Returns:
        Whether the message was logged.
    """
    return _repeated.log(logger, key, level, message, *args, every=every, extra=extra)


def flush_repeated(*, everything: bool = False) -> None:
    """Tell how often messages were left out whose period is over, or all of them (at exit)."""
    _repeated.flush(everything=everything)
