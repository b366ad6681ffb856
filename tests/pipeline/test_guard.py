"""No text stalls the agent: matches are interrupted, long texts go to a child that may be killed, and all is counted."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shipper.pipeline import guard, regex
from shipper.pipeline.failure import Failure
from shipper.pipeline.regex import java, oniguruma

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
HOPELESS = re.compile("(a+)+b")
SPARE = 3.0  # seconds that a busy machine may take for what should be done in a tenth


@pytest.fixture
def watch() -> Iterator[guard.Guard]:
    """A guard of its own; afterwards the process's guard takes the signal back."""
    fresh = guard.Guard()
    yield fresh
    fresh.close()
    guard.GUARD._installed = False
    regex.set_timeout(guard.BUDGET)


def test_matches_are_those_of_the_pattern(watch: guard.Guard):
    pattern = re.compile(r"(\w)(\d)?")
    for armed in (watch.block(), contextlib.nullcontext()):
        with armed:
            assert watch.search(pattern, "-a1")[2] == "1"
            assert watch.match(pattern, "-a1") is None
            assert watch.fullmatch(pattern, "a1").span() == (0, 2)
            assert watch.findall(pattern, "a1b") == [("a", "1"), ("b", "")]
            assert [found[1] for found in watch.finditer(pattern, "ab")] == ["a", "b"]
            assert watch.sub(pattern, r"<\1>", "a1-b", 1) == "<a>-b"
            assert watch.split(re.compile(","), "a,b,c", 1) == ["a", "b,c"]
            assert watch.call(java.split, re.compile(","), "a,b,,") == ["a", "b"]
            assert watch.here(str.upper, "a") == "A"


@pytest.mark.parametrize(
    ("pattern", "char"),
    [
        ("a*b", "a"),
        (r"\w+@", "a"),
        (".*=.*;", "a"),
        ("a*a*b", "a"),
        ("(a+)+b", "a"),
        ("(?:a|a)*b", "a"),
        ("(?:a|aa)+$", "a"),
        ("[a-zé]+@", "a"),
        (".*?.*?=", "a"),
        (r"(?>\s+)$\S", " "),
    ],
)
def test_no_text_of_the_greatest_length_stalls_its_match(
    watch: guard.Guard, pattern: str, char: str
):
    text = char * guard.MATCH_MAX_BYTES + "\n!"
    compiled = re.compile(pattern)
    started = time.thread_time()

    with watch.block(), contextlib.suppress(guard.TimedOut):
        watch.search(compiled, text[-guard.MATCH_MAX_BYTES :])

    assert time.thread_time() - started < 1.0


def test_a_hopeless_match_is_counted_and_the_next_one_is_tried(watch: guard.Guard):
    with watch.block():
        with pytest.raises(guard.TimedOut) as caught:
            watch.search(HOPELESS, "a" * 50)
        assert watch.search(HOPELESS, "aab").span() == (0, 3)

    assert caught.value.reason == "time"
    assert watch.counts.timeouts == 1


def test_a_match_outside_a_block_is_watched_too(watch: guard.Guard):
    with pytest.raises(guard.TimedOut):
        watch.match(HOPELESS, "a" * 50)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_only_matches_are_interrupted(watch: guard.Guard):
    """Neither other work in a block, nor anything after it, nor a match within another is cut short or misled."""

    def burn(seconds: float) -> None:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass

    with watch.block():
        with watch.block():
            watch.search(HOPELESS, "aab")
            burn(0.25)
        burn(0.25)
        watch.call(_calls_again, HOPELESS, "aab", watch)
        burn(0.25)
    burn(0.25)

    assert watch.counts.timeouts == 0


def _calls_again(compiled: re.Pattern[str], text: str, watch: guard.Guard) -> bool:
    return watch.search(compiled, text) is not None


def test_guarded_calls_within_one_share_its_budget(watch: guard.Guard):
    def outer(_compiled: object, text: str) -> None:
        with contextlib.suppress(guard.TimedOut):
            watch.search(HOPELESS, text)
        HOPELESS.search(text)

    with watch.block(), pytest.raises(guard.TimedOut):
        watch.call(outer, HOPELESS, "a" * 50)
    assert watch.counts.timeouts >= 1


def test_blocking_calls_survive_the_ticks(watch: guard.Guard):
    """A thread burns CPU time, so that the timer ticks while the main thread waits."""
    readable, writable = os.pipe()

    def work() -> None:
        until = time.thread_time() + 0.3
        while time.thread_time() < until:
            pass
        os.write(writable, b"x")

    thread = threading.Thread(target=work)
    with watch.block():
        thread.start()
        assert os.read(readable, 1) == b"x"
        thread.join()
    os.close(readable)
    os.close(writable)


def test_other_threads_match_unwatched(watch: guard.Guard):
    found: list[object] = []

    def work() -> None:
        with watch.block():
            found.append(watch.search(re.compile("b"), "ab").span())
            found.append(signal.getitimer(signal.ITIMER_VIRTUAL))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert found == [(1, 2), (0.0, 0.0)]


def test_other_signals_are_handled_while_a_match_runs(watch: guard.Guard):
    """The agent is asked to stop while a hopeless match runs: it hears of it, and the match ends as it would have."""
    heard: list[int] = []
    before = signal.signal(signal.SIGUSR1, lambda number, _: heard.append(number))
    try:
        signal.raise_signal(signal.SIGUSR1)
        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGUSR1)).start()
        with watch.block(), pytest.raises(guard.TimedOut):
            watch.search(HOPELESS, "a" * 50)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert heard == [signal.SIGUSR1] * 2


def test_repeated_offences_lower_the_budget(watch: guard.Guard):
    for _ in range(guard.OFFENCES):
        with pytest.raises(guard.TimedOut):
            watch.search(HOPELESS, "a" * 50)
    started = time.thread_time()
    with pytest.raises(guard.TimedOut):
        watch.search(HOPELESS, "a" * 50)

    assert time.thread_time() - started < guard.BUDGET / 2
    assert watch.counts.timeouts == guard.OFFENCES + 1
    assert watch.counts.reduced == 1


def test_a_block_that_has_spent_its_budget_is_tired(watch: guard.Guard):
    """From then on its long texts are not tried; the next block begins anew."""
    quick = re.compile("a")
    long = "a" * (guard.REDUCED_SIZE + 1)
    with watch.block():
        while not watch.tired:
            assert watch.search(quick, long)
            with pytest.raises(guard.TimedOut):
                watch.search(HOPELESS, "a" * 50)
        with pytest.raises(guard.TimedOut):
            watch.search(quick, long)
        assert watch.search(quick, "a")
    with watch.block():
        assert not watch.tired
        assert watch.search(quick, long)

    assert watch.counts.refused == 1


def test_a_pattern_is_compiled_in_its_own_time(watch: guard.Guard):
    """What is exact beyond ASCII is compiled with the first such text, which takes longer than a match may."""
    watch.configure(budget_seconds=0.01)
    compiled = regex.compile(oniguruma.translate(r"\bx\b|" * 60 + r"\by\b"))
    with watch.block():
        assert watch.search(compiled, "é y").span() == (2, 3)
    assert watch.counts.timeouts == 0


def test_patterns_of_the_regex_package_time_out(watch: guard.Guard):
    """By the tick, and by the package's own limit where there are no ticks."""
    compiled = regex.Timed("(a|aa)+$", 0)
    text = "a" * 60 + "b"
    outcomes: list[str] = []

    def work() -> None:
        try:
            watch.search(compiled, text)
        except guard.TimedOut as late:
            outcomes.append(late.reason)

    with watch.block():
        work()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()

    assert outcomes == ["time", "time"]


LONG = "a" * 100_000 + "-é1" + "b" * 100_000


def test_long_texts_are_matched_in_a_child(watch: guard.Guard):
    pattern = re.compile(r"(-)(x)?(?P<n>\w)")
    near, far = pattern.search(LONG), watch.search(pattern, LONG)

    assert far.span() == near.span()
    assert far.groups() == near.groups() == ("-", None, "é")
    assert (far[0], far.group(1, 3), far.start(2), far.end(3)) == (
        near[0],
        near.group(1, 3),
        near.start(2),
        near.end(3),
    )
    assert watch.match(pattern, LONG) is None
    assert [found.span() for found in watch.finditer(pattern, LONG)] == [near.span()]
    assert watch.findall(pattern, LONG) == pattern.findall(LONG)
    assert watch.sub(pattern, "<\\1>", LONG) == pattern.sub("<\\1>", LONG)
    assert watch.split(pattern, LONG) == pattern.split(LONG)
    assert watch.call(java.split, re.compile("-"), LONG) == LONG.split("-")
    assert watch.counts.oversize == 7
    assert watch.counts.children == 1


def test_all_kinds_of_patterns_reach_the_child(watch: guard.Guard):
    for text in (r"(?i)\p{L}É", r"(?<=-|\s{1,2})é", r"\b1"):
        compiled = regex.compile(java.translate(text.replace("É", "é" if "i" in text else "")))
        assert watch.search(compiled, LONG) is not None or text.startswith("(?i)")


def test_failures_come_back_from_the_child(watch: guard.Guard):
    translated = java.translate("-")
    replacement = java.replacement("$1", translated)
    with pytest.raises(Failure) as caught:
        watch.call(java.replace_all, regex.compile(translated), LONG, replacement)
    assert (caught.value.reason, caught.value.type) == (
        "No group 1",
        "index_out_of_bounds_exception",
    )


def test_a_child_that_takes_too_long_is_killed(watch: guard.Guard):
    started = time.monotonic()
    with pytest.raises(guard.TimedOut) as caught:
        watch.search(HOPELESS, "a" * 10_000_000)

    assert time.monotonic() - started < SPARE
    assert caught.value.reason == "time"
    assert watch.search(re.compile("b"), LONG).span() == (100_003, 100_004)
    assert (watch.counts.timeouts, watch.counts.killed, watch.counts.children) == (1, 1, 1)
    child = watch._apart.pid
    watch.close()
    with pytest.raises(ProcessLookupError):  # gone and waited for
        os.kill(child, 0)


def test_the_death_of_the_child_costs_one_match_at_most(watch: guard.Guard):
    watch.search(re.compile("b"), LONG)
    assert watch._apart is not None
    first = watch._apart.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert watch.search(re.compile("b"), LONG) is not None
    second = watch._apart.pid
    assert second is not None
    threading.Timer(0.05, os.kill, (second, signal.SIGKILL)).start()

    with pytest.raises(guard.TimedOut) as caught:
        watch.search(HOPELESS, "a" * 50_000)

    assert caught.value.reason == "memory"
    assert watch.search(re.compile("b"), LONG) is not None


def test_long_texts_fail_where_the_settings_say_so(watch: guard.Guard):
    watch.configure(match_max_bytes=10, oversize="fail")
    with pytest.raises(guard.TimedOut) as caught:
        watch.search(re.compile("a"), "a" * 11)

    assert caught.value.reason == "size"
    assert watch.search(re.compile("a"), "a" * 10) is not None
    assert (watch.counts.oversize, watch.counts.children) == (1, 0)


def test_a_match_of_an_agent_that_was_killed_ends_by_itself(tmp_path: Path):
    """No process may go on burning CPU time for nobody."""
    code = (
        "import re, threading, time\n"
        "from shipper.pipeline import guard, matcher\n"
        "guard.search(re.compile('b'), 'a' * 99999)\n"
        "print(guard.GUARD._apart.pid, flush=True)\n"
        "matcher.Apart.run(guard.GUARD._apart, 'search', re.compile('(a+)+b'), 'a' * 99999, (), budget=1)\n"
    )
    agent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert agent.stdout is not None
    child = int(agent.stdout.readline())
    time.sleep(0.2)  # no event says that the child matches; if it does not yet, it ends even sooner
    agent.kill()
    agent.communicate()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            state = (
                Path(f"/proc/{child}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
            )
            if state != "Z":
                time.sleep(0.1)
                continue
        break
    else:
        os.kill(child, signal.SIGKILL)
        pytest.fail("the child still runs")
