"""
A machine that writes, rotates, crashes and settles at random: every line arrives exactly once.

It knows what was written and compares it with what arrived when everything has come to rest.
"""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.agent.world import World


class Rotation(RuleBasedStateMachine):
    """Random histories of one log file and its rotated siblings."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="rotation-"))
        self.written = []
        self.half = ""
        self.rotations = 0

    @initialize(fingerprint=st.sampled_from([64, 1024]), limit=st.sampled_from([0, 1, 2]))
    def start(self, fingerprint, limit):
        self.world = World(
            self.folder,
            fingerprint_length=fingerprint,
            harvester_limit=limit,
            unfinished_line_timeout=1e9,
        )

    @property
    def log(self):
        return self.world.logs / "app.log"

    def _line(self):
        line = f"2026-11-22T10:00:00 line number {len(self.written):06d} with some text behind it"
        self.written.append(line)
        return line

    @rule(count=st.integers(1, 40))
    def append(self, count):
        """The application writes whole lines."""
        text = self.half + "".join(self._line() + "\n" for _ in range(count))
        self.half = ""
        self.world.write("app.log", text)

    @rule()
    def append_half(self):
        """The application has written half a line so far."""
        line = self._line()
        self.world.write("app.log", self.half + line[:20])
        self.half = line[20:] + "\n"

    @precondition(lambda self: self.log.exists() and not self.half)
    @rule()
    def rename(self):
        """logrotate with create."""
        self.rotations += 1
        self.log.rename(self.log.with_name(f"app.log.{self.rotations}"))

    @precondition(lambda self: self.log.exists() and not self.half and self.log.stat().st_size)
    @rule(step_between=st.booleans())
    def copytruncate(self, step_between):
        """logrotate with copytruncate; the agent may look in between."""
        self.rotations += 1
        shutil.copyfile(self.log, self.log.with_name(f"app.log.{self.rotations}"))
        if step_between:
            self.world.step(0.2)
        os.truncate(self.log, 0)

    @rule()
    def delete_oldest_when_shipped(self):
        """What has arrived may be deleted."""
        self.world.run(6)
        rotated = sorted(self.world.logs.glob("app.log.*"))
        if rotated and not self.world.registry.copies.held:
            arrived = self.world.count()
            if all(line in arrived for line in rotated[0].read_text().splitlines()):
                rotated[0].unlink()

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.1, 4.0]))
    def step(self, seconds):
        self.world.step(seconds)

    @rule(data=st.data())
    def settle_some(self, data):
        """The cluster answers in any order."""
        out = self.world.delivery.out
        if out:
            chosen = data.draw(st.sets(st.integers(0, len(out) - 1)))
            self.world.settle(*[out[i] for i in chosen])

    @rule()
    def give_back(self):
        """The route is paused."""
        self.world.lose_answer(*self.world.delivery.out[:1])
        self.world.give_back()
        self.world.step(0.0)

    @rule(arrived=st.booleans())
    def crash(self, arrived):
        """kill -9, with or without what was on its way having arrived."""
        if arrived:
            self.world.lose_answer()
        self.world.crash()

    @invariant()
    def balanced(self):
        """The ledger balances, and no id was ever taken by another event."""
        if hasattr(self, "world"):
            assert self.world.balanced()
            assert [] == self.world.fresh_conflicts

    def teardown(self):
        if not hasattr(self, "world"):
            return
        if self.half:
            self.append(1)
        self.world.run(25, seconds=4.0)
        count = self.world.count()
        self.world.close()
        shutil.rmtree(self.folder)
        assert [] == [line for line in self.written if count[line] == 0], "missing"
        assert {} == {line: n for line, n in count.items() if n > 1}, "twice"
        assert set(self.written) == set(count), "merged or cut"


Rotation.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestRotation = Rotation.TestCase
