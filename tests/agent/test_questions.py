"""Questions from other threads to the main thread, and the commands that ask them."""

from __future__ import annotations

import queue
import threading

import pytest

from shipper.agent.commands import Commands
from shipper.agent.questions import Questions
from shipper.errors import ShipperError, StoreError


@pytest.fixture
def questions():
    """Questions to a thread that answers them, as the main thread does."""
    inbox = queue.SimpleQueue()

    def work():
        while (question := inbox.get()) is not None:
            question.answer()

    thread = threading.Thread(target=work)
    thread.start()
    yield Questions(inbox.put)
    inbox.put(None)
    thread.join()


def fails(error):
    def work():
        raise error

    return work


def test_work_is_done_by_the_thread_that_answers(questions):
    done_by = questions.ask(threading.get_ident)

    assert done_by != threading.get_ident()
    assert questions.ask_surely(threading.get_ident) == done_by


def test_nobody_waits_for_ever():
    asked = []
    questions = Questions(asked.append)

    assert questions.ask(lambda: 1, timeout=0.01) is None
    assert len(asked) == 1


def test_what_fails_is_told_to_the_asker_alone(questions, caplog):
    assert questions.ask(fails(ValueError("no"))) == {"error": "no"}
    assert "a question from outside failed" in caplog.text

    assert questions.ask(lambda: "still there") == "still there"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        pytest.param(StoreError("the disk is full"), "the disk is full", id="ours"),
        pytest.param(ValueError("no"), "ValueError('no')", id="foreign"),
    ],
)
def test_asking_surely_raises_our_errors(questions, error, told):
    with pytest.raises(ShipperError) as raised:
        questions.ask_surely(fails(error))

    assert str(raised.value) == told
    assert isinstance(raised.value, StoreError) == isinstance(error, StoreError)


def test_what_is_left_is_done_in_its_turn(questions):
    done = []

    questions.leave(lambda: done.append(1))

    assert questions.ask(lambda: list(done)) == [1]


class Engine:
    """Knows one file."""

    def forget(self, key):
        return key == "known"


class Letters:
    """Gives the request back."""

    def answer(self, request):
        return {"asked": request}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        pytest.param({"command": "forget", "key": "known"}, {"ok": True}, id="forget"),
        pytest.param(
            {"command": "forget"},
            {"error": "no file has the key ''; see `shipper checkpoint list`"},
            id="forget what is not known",
        ),
        pytest.param({"command": "drop"}, {"asked": {"command": "drop"}}, id="dead letters"),
        pytest.param(
            {"command": "stop"},
            {"error": "unknown command 'stop'; expected ping, forget, replay or drop"},
            id="unknown",
        ),
    ],
)
def test_a_command_is_carried_out_by_who_it_concerns(questions, request_, expected):
    assert Commands(questions, Engine(), Letters()).answer(request_) == expected
