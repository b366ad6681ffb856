from __future__ import annotations

import io
import json
import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipper.telemetry import logs


class Stderr:
    """What was written to standard error so far."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._text = ""

    def getvalue(self) -> str:
        self._text += self._capsys.readouterr().err
        return self._text

    @property
    def lines(self) -> list[str]:
        return self.getvalue().splitlines()

    @property
    def records(self) -> list[dict]:
        return [json.loads(line) for line in self.lines]


@pytest.fixture
def log():
    return logging.getLogger("shipper.test")


@pytest.fixture(autouse=True)
def _put_back():
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    libraries = {name: logging.getLogger(name).level for name in logs.NOISY_LIBRARIES}
    yield
    root.setLevel(level)
    root.handlers[:] = handlers
    for name, old in libraries.items():
        logging.getLogger(name).setLevel(old)


@pytest.fixture
def stderr(capsys):
    return Stderr(capsys)


def test_a_terminal_gets_text_with_the_extras(stderr, log, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    logs.configure("info")
    log.info("file opened", extra={"path": "/var/log/a b.log", "offset": 12})

    (line,) = stderr.lines
    assert line.endswith('INFO    shipper.test: file opened path="/var/log/a b.log" offset=12')


def test_anything_else_gets_one_ecs_object_a_line(stderr, log):
    logs.configure("info")
    log.warning("route paused\nsecond line", extra={"route": "logs-a", "log.file.path": "/x"})

    (record,) = stderr.records
    assert record["message"] == "route paused\nsecond line"
    assert record["log.level"] == "warning"
    assert record["log"]["logger"] == "shipper.test"
    assert record["log"]["file"]["path"] == "/x"
    assert record["shipper"] == {"route": "logs-a"}
    assert record["service"] == {"name": "shipper"}
    assert record["ecs.version"]
    assert record["@timestamp"].endswith("Z")


def test_a_format_that_is_asked_for_is_used_whatever_standard_error_is(stderr, log, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    logs.configure("info", "json")
    log.info("hello")

    assert stderr.records[0]["message"] == "hello"


def test_configuring_twice_does_not_write_twice(stderr, log):
    logs.configure("info", "json")
    logs.configure("error", "text")
    log.error("once")
    log.warning("below the level")

    assert len(stderr.lines) == 1
    assert stderr.lines[0].endswith("ERROR   shipper.test: once")


def test_an_exception_is_shown(stderr, log):
    logs.configure("info", "text")
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("it failed")

    assert stderr.lines[0].endswith("it failed")
    assert stderr.lines[-1] == "ValueError: broken"


def test_an_exception_is_structured_in_json(stderr, log):
    logs.configure("info", "json")
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("it failed")

    error = stderr.records[0]["error"]
    assert error["type"] == "ValueError"
    assert error["message"] == "broken"
    assert "test_logs.py" in error["stack_trace"]


@pytest.mark.parametrize(
    "name", ["elastic_transport.transport", "urllib3.connectionpool", "watchdog"]
)
def test_libraries_are_quiet_below_warnings(stderr, name):
    logs.configure("debug", "text")
    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("trouble")

    assert [line.split(": ")[-1] for line in stderr.lines] == ["trouble"]


@pytest.mark.parametrize(
    ("level", "form", "key"),
    [("loud", "text", "logging.level"), ("info", "xml", "logging.format")],
)
def test_an_unknown_choice_names_its_key(level, form, key):
    with pytest.raises(ValueError, match=key):
        logs.configure(level, form)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_is_masked_wherever_it_stands(stderr, log, form):
    secret = "p√°ss\"w/ord'\\1"
    logs.configure("info", form)
    logs.add_secret(secret)
    log.info("key is %s", secret)
    log.info("as repr %r and %s", secret, [secret])
    log.info("extra", extra={"url": f"https://u:{secret}@es", "deep": {"list": [secret]}})
    log.info("encoded %s", "p%E2%88%9A%C2%B0ss%22w%2Ford%27%5C1")
    try:
        raise ValueError(f"wrong password {secret}")
    except ValueError:
        log.exception("failed")

    shown = stderr.getvalue()
    assert secret not in shown
    assert "w/ord" not in shown
    assert "w%2Ford" not in shown
    assert shown.count(logs.MASK) >= 7


def test_a_secret_that_is_a_field_name_leaves_the_format_alone(stderr, log):
    logs.configure("info", "json")
    logs.add_secret("message")
    log.info("a message")

    assert stderr.records[0]["message"] == "a ***"


def test_a_very_short_secret_is_not_masked():
    logs.add_secret(" a ")

    assert logs.mask("a cat") == "a cat"


def test_of_two_secrets_the_longer_is_masked_whole():
    logs.add_secret("token")
    logs.add_secret("token-and-more")

    assert logs.mask("token-and-more token") == "*** ***"


def test_control_characters_are_shown_and_not_obeyed(stderr, log):
    """A file's name is chosen by whoever may write logs; it must neither forge a line nor steer the stderr."""
    logs.configure("info", "text")
    log.info("open %s", "a\n2026 ERROR forged\x1b[31m", extra={"path": "b\nc\x9b"})

    (line,) = stderr.lines
    assert "a\\n2026 ERROR forged\\x1b[31m" in line
    assert "\x1b" not in line
    assert "\x9b" not in line


@pytest.mark.parametrize(
    "extra",
    [
        pytest.param({"process": {}}, id="a record attribute is refused by logging"),
        pytest.param(
            {"log": "text where the format has an object"}, id="named as a format's object"
        ),
        pytest.param({"log.level": "twice"}, id="a field of the format"),
        pytest.param({"a.b": 1, "a": {"b": 2}}, id="one field twice"),
        pytest.param({"x.y": 1, "x.y.z": 2}, id="a value that is also an object"),
    ],
)
def test_contradicting_extras_do_not_cost_the_message(stderr, log, extra):
    logs.configure("info", "json")
    if "process" in extra:
        with pytest.raises(KeyError):
            log.info("kept", extra=extra)
        return
    log.info("kept", extra=extra)

    (record,) = stderr.records
    assert record["message"] == "kept"


@given(
    message=st.text(),
    extra=st.dictionaries(
        st.text(min_size=1).filter(lambda key: key not in logs._STANDARD),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
        max_size=4,
    ),
)
def test_every_record_becomes_one_valid_line(message, extra):
    record = logging.makeLogRecord({"msg": message, "name": "n", "levelname": "INFO", **extra})

    text = logs._TextFormatter().format(record)
    line = logs._EcsFormatter().format(record)

    assert len(text.split("\n")) == 1
    assert len(line.split("\n")) == 1
    assert json.loads(line, parse_constant=pytest.fail)["message"] == message


def test_a_record_that_cannot_be_formatted_is_told_without_its_arguments(stderr):
    logs.configure("info", "text")
    (handler,) = (one for one in logging.getLogger().handlers if isinstance(one, logs._Handler))
    handler.handle(logging.makeLogRecord({"name": "x", "msg": "two %s %s", "args": ("hunter22",)}))

    assert "could not be written (TypeError)" in stderr.getvalue()
    assert "hunter22" not in stderr.getvalue()


def test_a_closed_standard_error_does_not_raise(monkeypatch, log):
    logs.configure("info", "text")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)

    log.info("nobody hears this")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_repeats_of_a_key_are_counted_instead_of_shown(stderr, log):
    logs.configure("info", "text")
    clock = Clock()
    limit = logs.RateLimit(clock)
    shown = []
    for second in (0, 1, 2, 59, 60):
        clock.now = second
        shown.append(limit.log(log, "scan", logging.WARNING, "scan of %s failed", f"/{second}"))

    assert shown == [True, False, False, False, True]
    assert [line.split(": ", 1)[1] for line in stderr.lines] == [
        "scan of /0 failed",
        "scan of /60 failed (3 more like this in the last 60 s were not shown)",
    ]


def test_keys_do_not_hide_each_other(stderr, log):
    logs.configure("info", "text")
    limit = logs.RateLimit(Clock())

    assert limit.log(log, "a", logging.INFO, "a")
    assert limit.log(log, "b", logging.INFO, "100% b")
    assert stderr.lines[1].endswith(": 100% b")


def test_flush_tells_counts_that_no_further_record_would_tell(stderr, log):
    logs.configure("info", "text")
    clock = Clock()
    limit = logs.RateLimit(clock)
    for _ in range(3):
        limit.log(log, "k", logging.INFO, "50% full", every=10)
    clock.now = 5
    limit.flush()
    assert len(stderr.lines) == 1

    clock.now = 10
    limit.flush()
    limit.flush(everything=True)

    assert [line.split(": ", 1)[1] for line in stderr.lines[1:]] == [
        "50% full (2 times in the last 10 s, not shown)"
    ]
    assert repr(limit) == "<RateLimit 0 keys>"


def test_the_memory_of_keys_is_bounded_and_tells_what_it_drops(stderr, log):
    logs.configure("info", "text")
    limit = logs.RateLimit(Clock())
    limit.log(log, "first", logging.INFO, "first")
    limit.log(log, "first", logging.INFO, "first")
    for number in range(logs.MAX_REPEATED_KEYS):
        limit.log(log, str(number), logging.INFO, "other")

    assert repr(limit) == f"<RateLimit {logs.MAX_REPEATED_KEYS} keys>"
    assert sum("first (once" in line for line in stderr.lines) == 1


def test_a_level_that_is_off_costs_no_memory(stderr, log):
    logs.configure("info", "text")
    limit = logs.RateLimit(Clock())

    assert not limit.log(log, "k", logging.DEBUG, "x")
    assert repr(limit) == "<RateLimit 0 keys>"


def test_log_repeated_and_flush_work_on_the_process_wide_limit(stderr, log):
    logs.configure("info", "text")

    assert logs.log_repeated(log, "process-wide", logging.INFO, "n %d", 1)
    assert not logs.log_repeated(log, "process-wide", logging.INFO, "n %d", 2)
    logs.flush_repeated(everything=True)

    assert stderr.lines[-1].endswith("n 1 (once in the last 0 s, not shown)")
