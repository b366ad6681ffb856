from __future__ import annotations

import os
import socket

import pytest

from shipper.telemetry.notify import notify, watchdog_interval


@pytest.fixture
def manager(tmp_path, monkeypatch):
    """The receiving end of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.settimeout(5)
        server.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield server


def test_assignments_reach_the_manager_in_one_datagram(manager):
    assert notify("READY=1", "STATUS=reads\n2 files")

    assert manager.recv(1000) == b"READY=1\nSTATUS=reads 2 files"


def test_an_abstract_socket_is_reached(monkeypatch):
    name = f"shipper-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.settimeout(5)
        server.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")

        assert notify("WATCHDOG=1")
        assert server.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize("address", [None, "", "relative", "/nonexistent/socket", "vsock:2:1"])
def test_without_a_manager_nothing_happens(monkeypatch, address):
    if address is None:
        monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    else:
        monkeypatch.setenv("NOTIFY_SOCKET", address)

    assert not notify("READY=1")


def test_a_manager_that_does_not_read_does_not_block_the_agent(manager):
    sent = [notify("STATUS=" + "x" * 1000) for _ in range(2000)]

    assert sent[0]
    assert not sent[-1]


@pytest.mark.parametrize(
    ("micros", "pid", "expected"),
    [
        ("30000000", None, 10.0),
        pytest.param("30000000", str(os.getpid()), 10.0, id="own"),
        ("30000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdog_is_fed_three_times_per_period(monkeypatch, micros, pid, expected):
    for name, value in (("WATCHDOG_USEC", micros), ("WATCHDOG_PID", pid)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)

    assert watchdog_interval() == expected
