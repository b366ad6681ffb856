"""The oracle of the end-to-end tests must see the faults that they look for."""

import pytest

from tests.e2e.harness.expect import Expected, assert_exact, compare
from tests.e2e.harness.logs import LOGROTATE, Logrotate, Writer, line, trace, write_lines

KEY = "AAAAAAAAAAAAAAAA"


def id_of(start: int, length: int, key: str = KEY) -> str:
    return f"{key}{start:014d}{length:010d}"


@pytest.fixture
def expected(tmp_path):
    log = tmp_path / "a.log"
    log.write_text("one\ntwo\n\nthree")
    return Expected().lines(log)


GOOD = [(id_of(0, 4), "one"), (id_of(4, 4), "two"), (id_of(9, 5), "three")]


def test_right_documents_are_right(expected):
    """An empty line is no event, and a last line without newline is one of its own length."""
    assert_exact(expected, GOOD)


@pytest.mark.parametrize(
    ("documents", "fault"),
    [
        pytest.param(GOOD[:2], "missing", id="missing"),
        pytest.param(
            [*GOOD, (id_of(4, 4, "B" * 16), "two")], "twice", id="twice-under-another-key"
        ),
        pytest.param([GOOD[0], (id_of(4, 10), "two\n\nthree")], "strange", id="merged"),
        pytest.param([*GOOD[:2], (id_of(9, 3), "thr"), (id_of(12, 2), "ee")], "strange", id="cut"),
        pytest.param([*GOOD[:2], (id_of(8, 5), "three")], "misplaced", id="wrong-offset"),
        pytest.param([*GOOD[:2], ("random", "three")], "misplaced", id="id-of-another-make"),
    ],
)
def test_faults_are_seen(expected, documents, fault):
    difference = compare(expected, documents)

    assert getattr(difference, fault)
    assert fault in str(difference) or "merged or cut" in str(difference)


def test_groups_begin_at_lines_that_are_not_indented(tmp_path):
    log = tmp_path / "stacks.log"
    write_lines(log, "stack", 20, make=trace)

    expected = Expected().groups(log)

    assert list(expected.events) == [trace("stack", number) for number in range(20)]
    assert sum(length or 0 for _, _, length in expected.events.values()) == log.stat().st_size


@pytest.mark.skipif(
    LOGROTATE is None, reason="there is no logrotate; install the package logrotate"
)
@pytest.mark.parametrize("options", ["create", "create, compress", "copytruncate"])
def test_writer_survives_rotation(tmp_path, options):
    """No line is lost between the writer and logrotate's files, but for copytruncate."""
    log = tmp_path / "logs" / "app.log"
    log.parent.mkdir(mode=0o755)
    log.touch()
    rotation = Logrotate(tmp_path, log, options)
    with Writer(log, "app", rate=2000, count=500, follow="copytruncate" not in options) as writer:
        rotation.every(0.1, 2)
        writer.join(20)

    files = sorted(path.name for path in log.parent.iterdir())
    ending = ".gz" if "compress" in options else ""
    assert files == ["app.log", f"app.log.1{ending}", f"app.log.2{ending}"]
    if options == "create":
        lines = "".join(path.read_text() for path in log.parent.iterdir()).splitlines()
        assert sorted(lines) == [line("app", number) for number in range(500)]
