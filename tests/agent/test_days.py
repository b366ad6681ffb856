"""
The day of an event without a time of its own: a mark that every re-read obeys, over kills, pauses and midnights.

The world keeps documents by index and id, as a cluster does: an event that came to two days would be there twice.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipper.config.settings import DataStream, Multiline
from tests.agent.world import World

MIDNIGHT = 1_800_057_600.0  # 2027-01-16
HOUR = 3600.0
STREAM = DataStream(dataset="app", prefix="shipper", mode="daily")
EVENING, MORNING = "shipper-app-default-2027.01.15", "shipper-app-default-2027.01.16"


@pytest.fixture
def make(tmp_path_factory):
    worlds = []

    def made(**values):
        values.setdefault("data_stream", STREAM)
        world = World(tmp_path_factory.mktemp("days"), **values)
        world.wall = MIDNIGHT - HOUR
        worlds.append(world)
        return world

    yield made
    for world in worlds:
        world.close()


def where(world):
    """Message → indices that have it."""
    found = {}
    for name, document in world.cluster.items():
        found.setdefault(document["message"], []).append(name.partition("/")[0])
    return found


def assert_dated(world):
    """Every document lies in the index of its own time, and none is there twice."""
    assert all(count == 1 for count in world.count().values()), world.count()
    for name, document in world.cluster.items():
        assert document["@timestamp"][:10].replace("-", ".") == name.partition("/")[0][-10:]
    assert not world.fresh_conflicts
    assert world.balanced()


def later(world, seconds):
    world.now += seconds
    world.wall += seconds


def test_what_was_sent_before_midnight_keeps_its_day_after_a_kill(make):
    world = make()
    world.write("a.log", "one\ntwo\n")
    world.step()
    world.lose_answer()
    later(world, 2 * HOUR)
    world.crash()
    world.step()
    world.write("a.log", "three\n")
    world.run()

    assert where(world) == {"one": [EVENING], "two": [EVENING], "three": [MORNING]}
    assert world.cluster  # and its time is of that day: its last millisecond
    stamps = {doc["message"]: doc["@timestamp"] for doc in world.cluster.values()}
    assert_dated(world)
    assert stamps["one"] == "2027-01-15T23:00:01.100Z"  # as it was taken first
    assert stamps["three"] > "2027-01-16T01:00"


def test_a_day_is_marked_before_its_first_event_leaves(make):
    world = make()
    world.write("a.log", "one\n")
    world.step()

    (record,) = world.store.files()
    assert record.marks == {0: "day 2027-01-15"}


def test_what_is_read_again_after_midnight_has_a_time_of_its_day(make):
    """Not sent yet, but nobody can know: it keeps the day under which it was read, and its last millisecond."""
    world = make()
    world.write("a.log", "one\n")
    world.step()
    later(world, 2 * HOUR)
    world.crash()
    world.run()

    assert where(world) == {"one": [EVENING]}
    (document,) = world.cluster.values()
    assert document["@timestamp"] == "2027-01-15T23:59:59.999Z"


def test_a_pause_over_midnight(make):
    world = make()
    world.write("a.log", "one\ntwo\n")
    world.step()
    one = world.delivery.out[0]
    world.arrive(one)  # the cluster has it, but the route is paused and gives it back
    world.give_back()
    later(world, 2 * HOUR)
    world.write("a.log", "three\n")
    world.run()
    world.write("a.log", "four\n")
    world.run()

    found = where(world)
    assert found["one"] == found["two"] == [EVENING]
    assert found["four"] == [MORNING]
    assert_dated(world)


@pytest.mark.parametrize("clean", [True, False])
def test_a_file_that_was_closed_goes_on_under_the_new_day(make, clean):
    """What was reserved and not sent says nothing about lines of the next morning."""
    world = make(close_inactive=10.0)
    world.write("a.log", "one\n")
    world.run(rounds=30)
    assert world.states() == {"a.log": "closed"}
    if clean:
        world.engine.checkpoint(world.wall)
        world.crash()
    later(world, 8 * HOUR)
    world.write("a.log", "two\n")
    world.run()

    assert where(world) == {"one": [EVENING], "two": [MORNING]}
    assert_dated(world)


def test_a_clean_end_leaves_nothing_in_doubt(make):
    world = make()
    world.write("a.log", "one\n")
    world.run()
    world.engine.checkpoint(world.wall)
    world.write("a.log", "two\n")
    later(world, 2 * HOUR)
    world.crash()
    world.run()

    assert where(world) == {"one": [EVENING], "two": [MORNING]}


def test_a_group_that_is_open_at_midnight_stays_whole(make):
    group = Multiline(type="pattern", pattern="^ ", negate=False, match="after", timeout=1e6)
    world = make(parsers=(group,))
    world.write("a.log", "one\n a\ntwo\n b\n")
    world.step()
    world.lose_answer()
    later(world, 2 * HOUR)
    world.write("a.log", " c\nthree\n")
    world.step()
    world.lose_answer(world.delivery.out[-1])
    world.crash()
    world.write("a.log", " d\nfour\n")
    world.run()

    messages = {"one\n a", "two\n b\n c", "three\n d"}
    assert set(where(world)) == messages
    assert where(world)["one\n a"] == [EVENING]
    assert where(world)["two\n b\n c"] == [MORNING]
    assert_dated(world)


def test_a_clock_that_is_set_back_before_midnight(make):
    world = make()
    later(world, HOUR + 60)
    world.write("a.log", "one\n")
    world.step()
    world.lose_answer()
    later(world, -120)
    world.now += 240
    world.crash()
    world.write("a.log", "two\n")
    world.run()

    assert where(world)["one"] == [MORNING]
    assert_dated(world)


def test_marks_of_days_gone_by_do_not_pile_up(make):
    world = make()
    for day in range(5):
        world.write("a.log", f"day {day}\n")
        world.run()
        later(world, 24 * HOUR)
    world.engine.checkpoint(world.wall)

    (record,) = world.store.files()
    assert len(record.marks) == 1
    assert len(set(map(tuple, where(world).values()))) == 5


@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_happens_each_event_comes_to_one_day(make, seed):
    dice = random.Random(seed)
    group = Multiline(type="pattern", pattern="^ ", negate=False, match="after", timeout=5.0)
    world = make(
        parsers=(group,) if dice.random() < 0.4 else (),
        close_inactive=dice.choice([2.0, 300.0]),
        max_unsettled_bytes=dice.choice([200, 1 << 20]),
        message_max_bytes=100,
    )
    written = Counter()
    lost = set()  # pieces that the cluster has, though nobody knows
    number = 0
    for _ in range(dice.randrange(5, 40)):
        deed = dice.randrange(9)
        if deed <= 2:
            text = ""
            for _ in range(dice.randrange(1, 6)):
                number += 1
                written[f"line {number}"] += 1
                text += f"line {number}\n"
            world.write("a.log", text)
        elif deed == 3:
            later(world, dice.choice([10.0, HOUR, 5 * HOUR, 26 * HOUR]))
        elif deed == 4:
            known = [one for one in world.delivery.out if one not in lost]
            if known:
                world.settle(*known)
        elif deed == 5 and (left := [one for one in world.delivery.out if one not in lost]):
            one = dice.choice(left)
            lost.add(one)
            world.lose_answer(one)
        elif deed == 6:
            world.give_back()
        elif deed == 7:
            if dice.random() < 0.5:
                world.engine.checkpoint(world.wall)
            world.crash()
        world.step(dice.choice([0.1, 1.1, 6.0]))
    world.give_back()  # what the cluster has and nobody knows is in doubt
    world.run(rounds=12, seconds=6.0)

    lines = Counter(line for text in world.count().elements() for line in text.split("\n"))
    assert lines == written
    assert_dated(world)
    world.close()
