"""
A machine that writes any bytes at any time, lets clocks end lines, pauses, crashes and settles at random.

Whatever happened, the events of a file lie side by side in it, none over another, and each says what stands in its range.
"""

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shipper.config.settings import Multiline
from tests.agent.world import World

NAMES = ("a.log", "b.log")
SNIPPETS = ("first\n", " joined\n", "half", " half joined", "\n", "\n\n", "ends\nbegins", "ä€😀\n")
MULTILINE = Multiline(pattern="^ ", match="after", timeout=1.0)


class Marks(RuleBasedStateMachine):
    """Random histories of two files whose writers pause in the middle of lines, groups and characters."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="marks-"))
        self.written = dict.fromkeys(NAMES, b"")
        self.waiting = dict.fromkeys(NAMES, b"")

    @initialize(
        limit=st.sampled_from([60, 1 << 20]),
        encoding=st.sampled_from(["utf-8", "utf-8", "utf-16le", "utf-16be", "latin1"]),
        joined=st.booleans(),
        slots=st.sampled_from([0, 1]),
        excluded=st.booleans(),
    )
    def start(self, limit, encoding, joined, slots, excluded):
        self.encoding, self.joined, self.limit = encoding, joined, limit
        self.excluded = ("^ends",) if excluded else ()
        self.world = World(
            self.folder,
            fingerprint_length=64,
            harvester_limit=slots,
            message_max_bytes=limit,
            encoding=encoding,
            parsers=(MULTILINE,) if joined else (),
            unfinished_line_timeout=2.0,
            exclude_lines=self.excluded,
        )

    def _write(self, name, data, keep=0):
        data = self.waiting[name] + data
        self.waiting[name] = data[len(data) - keep :] if keep else b""
        data = data[: len(data) - keep]
        if not self.written[name]:
            data = (
                name.encode(self.encoding, "replace") + data
            )  # no file is the beginning of the other
        self.written[name] += data
        self.world.write(name, data)

    @rule(
        name=st.sampled_from(NAMES),
        texts=st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=6),
    )
    def append(self, name, texts):
        self._write(name, "".join(texts).encode(self.encoding, "replace"))

    @rule(name=st.sampled_from(NAMES), text=st.sampled_from(SNIPPETS), keep=st.integers(1, 3))
    def append_within_a_character(self, name, text, keep):
        """The last bytes come with the next write."""
        data = text.encode(self.encoding, "replace")
        self._write(name, data, min(keep, len(data)))

    @rule(name=st.sampled_from(NAMES), size=st.integers(50, 300), end=st.sampled_from(["", "\n"]))
    def append_long(self, name, size, end):
        """Around the limit of a line, where that is small."""
        self._write(name, ("x" * size + end).encode(self.encoding))

    @rule(name=st.sampled_from(NAMES), blocks=st.integers(1, 3), end=st.sampled_from(["", "\n"]))
    def append_blocks(self, name, blocks, end):
        """A line of several blocks."""
        self._write(name, ("y" * (blocks * 100_000) + end).encode(self.encoding))

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.1, 2.5]))
    def step(self, seconds):
        self.world.step(seconds)

    @rule(data=st.data())
    def settle_some(self, data):
        out = self.world.delivery.out
        if out:
            chosen = data.draw(st.sets(st.integers(0, len(out) - 1)))
            self.world.settle(*[out[i] for i in chosen])

    @rule(arrived=st.booleans())
    def give_back(self, arrived):
        if arrived:
            self.world.lose_answer(*self.world.delivery.out[:1])
        self.world.give_back()
        self.world.step(0.0)

    @rule(is_open=st.booleans())
    def room(self, is_open):
        self.world.delivery.open = is_open

    @rule(arrived=st.booleans())
    def crash(self, arrived):
        if arrived:
            self.world.lose_answer()
        self.world.crash()

    def _events(self):
        """(start, end, document) of what has arrived, by file name."""
        events = {name: [] for name in NAMES}
        for key, document in self.world.cluster.items():
            start, size = int(key[16:30]), int(key[30:40])
            name = document["log"]["file"]["path"].rsplit("/", 1)[1]
            events[name].append((start, start + size, document))
        return {name: sorted(found, key=lambda one: one[:2]) for name, found in events.items()}

    @invariant()
    def side_by_side(self):
        """No byte is in two events, whatever was sent again; ids stand for what was sent first."""
        if not hasattr(self, "world"):
            return
        assert self.world.balanced()
        assert [] == self.world.fresh_conflicts
        for found in self._events().values():
            for (_, end, _), (start, _, _) in pairwise(found):
                assert end <= start, "overlap"

    def _text(self, data):
        return data.decode(self.encoding, "replace")

    def _check_event(self, name, start, end, document):
        text = self._text(self.written[name][start:end]).removesuffix("\n")
        message, flags = document["message"], document["log"].get("flags", [])
        if (start % self.unit, end % self.unit) != (0, 0):
            return
        if "truncated" in flags:
            assert text.startswith(message.rstrip("\ufffd"))
        else:
            assert message in {text, text.rstrip("\n")}

    @property
    def unit(self):
        return 2 if self.encoding.startswith("utf-16") else 1

    def teardown(self):
        if not hasattr(self, "world"):
            return
        try:
            self._finish()
        finally:
            self.world.close()
            shutil.rmtree(self.folder)

    def _finish(self):
        world = self.world
        world.delivery.open = True
        for name in NAMES:
            self._write(name, "\n".encode(self.encoding))
        world.run(12, seconds=3.0)
        for file in world.registry.followed.values():
            name = file.path.rsplit("/", 1)[1]
            harvester = file.harvester
            safe = harvester.ledger.safe if harvester else file.record.offset
            assert len(self.written[name]) == safe, "not read to its end"
        assert len(NAMES) == len(world.registry.followed)
        self.side_by_side()
        for name, found in self._events().items():
            at = 0
            for start, end, document in [*found, (len(self.written[name]), 0, None)]:
                if not self.excluded and at % self.unit == 0 and start % self.unit == 0:
                    assert "" == self._text(self.written[name][at:start]).strip("\n"), "missing"
                if document is not None:
                    self._check_event(name, start, end, document)
                    at = end


Marks.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestMarks = Marks.TestCase
