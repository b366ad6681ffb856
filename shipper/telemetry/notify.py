"""
Telling systemd how the agent is doing, as sd_notify(3) describes; without systemd every call does nothing.

The agent sends ``READY=1`` when it reads, ``WATCHDOG=1`` from its main loop (so a loop that hangs is restarted),
``STATUS=…`` for ``systemctl status``, and ``STOPPING=1`` when it drains.
"""

from __future__ import annotations

import os
import socket


def notify(*assignments: str) -> bool:
    """
    Send assignments such as ``READY=1`` or ``STATUS=shipping`` to the service manager.

    Never raises and never blocks: the agent's work does not depend on who watches it.

    Args:
        assignments: ``NAME=value`` each, without newlines.

    Returns:
        Whether they were sent.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return False
    if address.startswith("@"):  # abstract socket
        address = "\0" + address[1:]
    message = "\n".join(one.replace("\n", " ") for one in assignments).encode("utf-8", "replace")
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as client:
            client.setblocking(False)
            client.sendto(message, address)
    except OSError:
        return False
    return True


def watchdog_interval() -> float | None:
    """
    Seconds between two ``WATCHDOG=1``, or None where no watchdog is set for this process.

    It is a third of the unit's ``WatchdogSec``: one message may come late without a restart.
    """
    try:
        micros = int(os.environ.get("WATCHDOG_USEC", ""))
        pid = int(os.environ.get("WATCHDOG_PID", "") or os.getpid())
    except ValueError:
        return None
    return micros / 3e6 if micros > 0 and pid == os.getpid() else None
