"""
Usual lines of the programs that the ready pipelines read, for ``bench/edge.py``: what most lines of a quiet day look like, from a seed.

Names in braces are drawn anew for every line; there are 100 distinct user agents.
"""

from __future__ import annotations

import random
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AGENTS = [
    f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    for system in (
        "Windows NT 10.0; Win64; x64",
        "Macintosh; Intel Mac OS X 10_15_7",
        "X11; Linux x86_64",
        "Linux; Android 10; K",
    )
    for version in range(118, 143)
]
_HOLE = re.compile(r"\{(\w+)\}")

_COMBINED = (
    '{ip} - - [{http}] "GET /shop/item/{n}.html HTTP/1.1" 200 {n} "https://shop.example/list?page={small}" "{agent}"',
    '{ip} - - [{http}] "GET /static/app-{small}.js?v={n} HTTP/2.0" 304 0 "-" "{agent}"',
    '{ip} - zoe [{http}] "POST /api/v1/orders HTTP/1.1" 201 {n} "https://shop.example/cart" "{agent}"',
    '{ip} - - [{http}] "GET /missing/{n} HTTP/1.1" 404 153 "-" "{agent}"',
)
TEMPLATES: dict[str, tuple[str, ...]] = {
    "nginx-access": _COMBINED,
    "apache-access": _COMBINED,
    "nginx-error": (
        (
            '{slash} [error] {small}#{small}: *{n} open() "/usr/share/nginx/html/{n}.ico" failed (2: No such file or directory), client: {ip},'
            ' server: shop.example, request: "GET /{n}.ico HTTP/1.1", host: "shop.example"'
        ),
        (
            "{slash} [warn] {small}#{small}: *{n} an upstream response is buffered to a temporary file /var/cache/nginx/{n} while reading"
            ' upstream, client: {ip}, server: shop.example, request: "GET /big.iso HTTP/1.1", upstream: "http://192.0.2.11:8080/big.iso",'
            ' host: "shop.example"'
        ),
        "{slash} [notice] {small}#{small}: signal 17 (SIGCHLD) received from {small}",
    ),
    "apache-error": (
        "[{apache}] [core:error] [pid {pid}:tid {n}] [client {ip}:{port}] AH00126: Invalid URI in request 'GET /../{n} HTTP/1.1'",
        (
            "[{apache}] [proxy_http:error] [pid {pid}:tid {n}] [client {ip}:{port}] AH01114: HTTP: failed to make connection to backend:"
            " 127.0.0.1, referer: https://shop.example/cart?x={small}"
        ),
        "[{apache}] [mpm_event:notice] [pid {pid}:tid {n}] AH00489: Apache/2.4.62 (Debian) configured -- resuming normal operations",
    ),
    "haproxy": (
        (
            "{syslog} lb-1 haproxy[{pid}]: {ip}:{port} [{haproxy}] http-in static/srv1 {small}/0/{small}/{small}/{small} 200 {n} - - ----"
            ' 1/1/1/1/0 0/0 "GET /index/{n}.html HTTP/1.1"'
        ),
        (
            "{syslog} lb-1 haproxy[{pid}]: {ip}:{port} [{haproxy}] http-in app/app{small} 0/0/1/{small}/{small} 404 {n} - - ----"
            ' {small}/3/1/1/0 0/0 "POST /api/v1/orders?dry={small} HTTP/1.1"'
        ),
    ),
    "syslog": (
        "{syslog} web-1 systemd[1]: Started Daily apt download activities, run {n}.",
        "{syslog} web-1 CRON[{pid}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
        "{syslog} mail postfix/smtpd[{pid}]: connect from unknown[{ip}]",
        "{syslog} web-1 kernel: [{n}.678901] eth0: link up, 1000Mbps, full-duplex",
    ),
    "auth": (
        "{syslog} web-1 sshd[{pid}]: Failed password for root from {ip} port {port} ssh2",
        "{syslog} web-1 sshd[{pid}]: Accepted publickey for zoe from {ip} port {port} ssh2: ED25519 SHA256:3xZ0kNqvQ1r",
        "{syslog} web-1 sshd[{pid}]: Invalid user admin{small} from {ip} port {port}",
        "{syslog} web-1 CRON[{pid}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    ),
    "logfmt": (
        'ts={iso} caller=main.go:{small} level=info component=tsdb msg="Replaying WAL, segment {n}" maxSegment={n}',
        'time="{iso}" level=warning msg="order {n} is late" order={n} customer=zoe',
        'logger=context userId={small} orgId=1 uname=admin t={iso} level=info msg="Request Completed" method=GET path=/api/{n} status=200 remote_addr={ip}',
        'time={iso} level=ERROR source=/app/manager.go:{small} msg="scrape failed" target=http://{ip}:9100/metrics err="context deadline exceeded"',
    ),
    "mysql": (
        "{micros} {small} [Note] [MY-010926] [Server] Access denied for user 'root'@'{ip}' (using password: YES)",
        "{micros} {n} [Note] [MY-010914] [Server] Aborted connection {n} to db: 'shop' user: 'zoe' host: '{ip}' (Got an error reading packets).",
        "{micros} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.4.{small}'  port: 3306",
        "{micros} 0 [Warning] [MY-010068] [Server] CA certificate ca-{n}.pem is self signed.",
    ),
    "postgresql": (
        "{dotted} UTC [{pid}] zoe@shop LOG:  duration: {small}.{milli} ms  statement: SELECT * FROM orders WHERE id = {n}",
        '{dotted} UTC [{pid}] zoe@shop ERROR:  duplicate key value violates unique constraint "orders_pkey_{small}"',
        "{dotted} UTC [{pid}] zoe@shop DETAIL:  Key (id)=({n}) already exists.",
        "{dotted} UTC [{pid}] LOG:  checkpoint complete: wrote {n} buffers ({small}.0%); 0 WAL file(s) added, 0 removed, 1 recycled",
    ),
    "java": (
        "{comma} INFO  [http-nio-8080-exec-{small}] com.example.shop.Checkout - order {n} placed by zoe in {small} ms",
        "{comma} WARN  [scheduler-{small}] c.e.shop.Mail - mail {n} not sent, trying again in {small} s",
        "{dotted}  INFO {pid} --- [nio-8080-exec-{small}] c.e.shop.Checkout                        : order {n} placed",
        '{iso} DEBUG {pid} --- [shop] [nio-8080-exec-{small}] o.s.w.s.DispatcherServlet : GET "/items/{n}", parameters=[]',
    ),
    "json-logs": (
        '{"level":30,"time":{millis},"pid":{pid},"hostname":"web-1","msg":"order {n} placed","order":{n},"items":{small}}',
        (
            '{"level":30,"time":{millis},"pid":{pid},"hostname":"web-1","req":{"id":"req-{n}","method":"GET","url":"/items/{n}","headers":{"host":'
            '"shop.example","user-agent":"curl/8.{small}.0"},"remoteAddress":"{ip}","remotePort":{port}},"res":{"statusCode":200},"responseTime":{small},'
            '"msg":"request completed"}'
        ),
        '{"level":"info","ts":{seconds},"caller":"shop/main.go:{small}","msg":"order placed","order":{n},"total":{small}.5}',
        '{"time":"{iso}","level":"INFO","msg":"request","method":"GET","path":"/items/{n}","status":200,"took":{n}}',
        '{"event":"order placed","order":{n},"level":"info","timestamp":"{micros}","logger":"shop.views"}',
        (
            '{"@timestamp":"{iso}","log.level":"INFO","message":"order {n} placed","ecs.version":"1.2.0","service.name":"shop","event.dataset":"shop",'
            '"process.thread.name":"http-nio-8080-exec-{small}","log.logger":"com.example.shop.Checkout"}'
        ),
    ),
    "klog": (
        'I{klog} {pid} httplog.go:132] "HTTP" verb="GET" URI="/api/v1/nodes/{n}" latency="{small}.4ms" srcIP="{ip}:{port}" resp=200',
        'E{klog} {pid} pod_workers.go:1301] "Error syncing pod, skipping" err="back-off {small}s restarting failed container" pod="default/shop-{n}"',
        'W{klog} {pid} reflector.go:561] object-"default"/"shop-{n}": failed to list *v1.Secret: secrets is forbidden',
        "I{klog} {pid} controller.go:{small}] quota admission added evaluator for: shop-{n}.example",
    ),
}


def lines(name: str, count: int, seed: int = 1) -> list[str]:
    """So many lines for a ready pipeline, each a little later than the one before."""
    rng = random.Random(seed)
    templates = TEMPLATES[name]
    moments = _moments(rng)
    return [_HOLE.sub(_filler(rng, next(moments)), rng.choice(templates)) for _ in range(count)]


def _moments(rng: random.Random) -> Iterator[datetime]:
    moment = datetime(2026, 11, 20, 8, tzinfo=UTC)
    while True:
        moment += timedelta(milliseconds=rng.randrange(1, 20))
        yield moment


def _filler(rng: random.Random, moment: datetime) -> Callable[[re.Match[str]], str]:
    def fill(match: re.Match[str]) -> str:
        return HOLES[match[1]](rng, moment)

    return fill


HOLES: dict[str, Callable[[random.Random, datetime], str]] = {
    "agent": lambda rng, _: rng.choice(AGENTS),
    "apache": lambda _, at: f"{at:%a %b %d %H:%M:%S}.{at.microsecond:06d} {at:%Y}",
    "haproxy": lambda _, at: f"{at:%d/%b/%Y:%H:%M:%S}.{at.microsecond // 1000:03d}",
    "http": lambda _, at: f"{at:%d/%b/%Y:%H:%M:%S} +0000",
    "ip": lambda rng, _: (
        f"{rng.randrange(1, 224)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
    ),
    "iso": lambda _, at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z",
    "comma": lambda _, at: f"{at:%Y-%m-%d %H:%M:%S},{at.microsecond // 1000:03d}",
    "dotted": lambda _, at: f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03d}",
    "klog": lambda _, at: f"{at:%m%d %H:%M:%S}.{at.microsecond:06d}",
    "micros": lambda _, at: f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond:06d}Z",
    "millis": lambda _, at: str(int(at.timestamp() * 1000)),
    "milli": lambda rng, _: f"{rng.randrange(1000):03d}",
    "n": lambda rng, _: str(rng.randrange(100, 99999)),
    "pid": lambda rng, _: str(rng.randrange(300, 40000)),
    "port": lambda rng, _: str(rng.randrange(1024, 65536)),
    "seconds": lambda _, at: f"{at.timestamp():.3f}",
    "slash": lambda _, at: f"{at:%Y/%m/%d %H:%M:%S}",
    "small": lambda rng, _: str(rng.randrange(1, 30)),
    "syslog": lambda _, at: f"{at:%b} {at.day:2d} {at:%H:%M:%S}",
}
