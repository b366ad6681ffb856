"""Every host, one by one: whether it answers, how fast, over which TLS, and until when its certificate holds."""

from __future__ import annotations

import ssl
import time
import urllib.parse
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from shipper.cluster.client import Client
from shipper.cluster.login import is_loopback, proxy_headers, way_of
from shipper.cluster.tls import connection, context_of, trust_fingerprint
from shipper.cluster.transport import without_login
from shipper.config.settings import Elasticsearch
from shipper.errors import ConfigError
from shipper.records import SendFailed
from shipper.tools.cluster_check.finding import Findings, short
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.config.settings import Settings

PART = "hosts"
EXPIRY_WARNING = 14 * 86400.0  # seconds
_TIMEOUT = 10.0
_SLOW = 1.0


@dataclass(slots=True)
class _Tls:
    version: str
    until: float | None


def look(settings: Settings, findings: Findings) -> tuple[str, ...]:
    """
    Look at each host.

    Returns:
        Those that answer.
    """
    output = settings.output
    assert isinstance(output, Elasticsearch)
    for key, origin in settings.origins.items():
        findings.ok(PART, f"{key} comes from {origin}")
    clusters: dict[str, list[str]] = {}
    alive = []
    for host in output.hosts:
        info = _host(replace(output, hosts=(host,)), host, findings)
        if info is not None:
            alive.append(host)
        uuid = info.get("cluster_uuid") if isinstance(info, dict) else None
        if isinstance(uuid, str) and uuid != "_na_":
            clusters.setdefault(uuid, []).append(without_login(host))
    if len(clusters) > 1:
        names = " and ".join(hosts[0] for hosts in clusters.values())
        findings.error(
            PART,
            f"the hosts belong to different clusters: {names}",
            "name the nodes of one cluster in output.elasticsearch.hosts",
        )
    return tuple(alive)


def _host(output: Elasticsearch, host: str, findings: Findings) -> Any:
    """One host; its answer to ``GET /``, None where there is none."""
    name = without_login(host)
    try:
        with closing(Client(output)) as client:
            client.request("HEAD", "/", timeout=_TIMEOUT)  # opens the connection
            start = time.perf_counter()
            status, info = client.json("GET", "/", timeout=_TIMEOUT)
            took = time.perf_counter() - start
    except ConfigError as error:
        findings.error(PART, short(error))
        return None
    except SendFailed as error:
        findings.error(PART, short(error), _unreached(output, host, error))
        return None
    tls = _tls(output, host) if host.startswith("https:") else None
    words = [f"{name}: answers in {took * 1000:.0f} ms"]
    if status != 200:
        words[0] = f"{name}: answers {status} in {took * 1000:.0f} ms"
    if tls is not None:
        words.append(tls.version)
        if tls.until is not None:
            words.append(f"certificate until {time.strftime('%Y-%m-%d', time.gmtime(tls.until))}")
    text = ", ".join(words)
    if took > _SLOW:
        findings.warning(PART, text, "the way to the host or the host itself is slow")
    else:
        findings.ok(PART, text)
    _certificate(name, tls, findings)
    if host.startswith("http:") and way_of(output) and not is_loopback(host):
        findings.warning(
            PART,
            f"{name}: login and events go over the network in plain text",
            "use https://, which the node must offer",
        )
    return info


def _certificate(name: str, tls: _Tls | None, findings: Findings) -> None:
    left = None if tls is None or tls.until is None else tls.until - time.time()
    if left is not None and left < EXPIRY_WARNING:
        findings.warning(
            PART,
            f"{name}: its certificate expires in {counted(round(max(0.0, left) / 86400), 'day')}",
            "renew it; from then on nothing can be sent",
        )


def _unreached(output: Elasticsearch, host: str, error: SendFailed) -> str:
    if error.kind == "tls" or ";" in error.detail:
        return ""  # the text says it already
    if error.kind == "lost" and host.startswith("http:"):
        return "the host ends plain connections: write https:// if it speaks TLS, or mend the port"
    proxy = (
        ""
        if output.proxy_url is None or output.proxy_disable
        else ", and output.elasticsearch.proxy_url"
    )
    return f"is the node up, and is the way there open? check output.elasticsearch.hosts{proxy}"


def _tls(output: Elasticsearch, host: str) -> _Tls | None:
    """Version and certificate of a connection that is made for it; None where it cannot be had."""
    url = urllib.parse.urlsplit(host)
    name, port = url.hostname or "", url.port or 443
    proxy = None if output.proxy_disable else output.proxy_url
    headers = proxy_headers(output)
    try:
        context = context_of(output.ssl)
        if output.ssl.ca_trusted_fingerprint:
            trust_fingerprint(
                context,
                output.ssl.ca_trusted_fingerprint,
                name,
                port,
                _TIMEOUT,
                proxy=proxy,
                headers=headers,
            )
        with (
            connection(name, port, _TIMEOUT, proxy=proxy, headers=headers) as plain,
            context.wrap_socket(plain, server_hostname=name) as wrapped,
        ):
            after = (wrapped.getpeercert() or {}).get("notAfter")
            until = ssl.cert_time_to_seconds(str(after)) if after else None
            version = (wrapped.version() or "TLS").replace("TLSv", "TLS ")
            return _Tls(version, until)
    except (OSError, ConfigError):
        return None
