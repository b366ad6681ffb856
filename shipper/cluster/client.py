"""
The one module that talks to a cluster.

It sends once: retries, waiting and meaning are the callers' business, but for a login that is refused while a newer one is
there to be read. It asks for plain JSON, which both products take, and hands answers back as bytes.
"""

from __future__ import annotations

import email.utils
import logging
import math
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import orjson
from isal import igzip

from shipper.cluster import login, transport
from shipper.cluster.failures import kind_of
from shipper.cluster.flavour import Flavour
from shipper.cluster.tls import context_of, trust_fingerprint
from shipper.cluster.transport import CONNECT_TIMEOUT, without_login
from shipper.errors import ConfigError, ShipperError
from shipper.records import Answer, SendFailed

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from shipper.cluster.transport import BaseNode, NodePool
    from shipper.config.settings import Elasticsearch

NDJSON = {"content-type": "application/x-ndjson"}

_log = logging.getLogger("shipper.cluster")
_RETRY_AFTER_MAX = 3600.0
_COMPRESS_FROM = 512  # bytes; below it gzip saves nothing
_HOST_AWAY = frozenset({502, 503, 504})
_IGZIP_LEVEL = (0, 1, 2, 2, 2, 2, 3, 3, 3, 3)  # of compression_level 0 (off) to 9
_REREAD_INTERVAL = 1.0  # seconds between two readings of a login that is refused


class RefusedError(ShipperError):
    """
    The cluster answered, but not with what was asked for.

    Attributes:
        status: of the HTTP answer.
        advice: what to do; the message ends with it.
    """

    def __init__(self, message: str, status: int, advice: str = "") -> None:
        super().__init__(f"{message}; {advice}" if advice else message)
        self.status = status
        self.advice = advice


class Client:
    """
    An Elasticsearch or OpenSearch cluster. Safe for use by several threads.

    Hosts take turns. One that fails is left alone for 1 s, then 2 s, and so on up to 30 s, unless none is left.

    Args:
        settings: of ``output.elasticsearch``.
        reread: gives the settings anew with secrets read from their files; asked when these change, when the login is
            refused, and by :meth:`reload`.

    Raises:
        ConfigError: a setting cannot be used.
    """

    def __init__(
        self, settings: Elasticsearch, *, reread: Callable[[], Elasticsearch] | None = None
    ) -> None:
        self._settings = settings
        self._reread = reread
        self._level = _IGZIP_LEVEL[min(max(settings.compression_level, 0), 9)]
        self._flavour: Flavour | None = None
        self._lock = threading.Lock()
        self._watch = login.Watch(settings.files if reread is not None else ())
        self._reading = threading.Lock()
        self._generation = 0
        self._read_again = 0.0  # monotonic time before which a refused login is not read again
        self._unusable = ""
        self._away: set[str] = set()
        self._untrusted: dict[str, ssl.SSLContext] = {}
        self._pool = self._connect()

    def __repr__(self) -> str:
        return f"<Client {self.target} {self._flavour or 'not asked yet'}>"

    @property
    def target(self) -> str:
        """The hosts, without secrets."""
        return ", ".join(without_login(host) for host in self._settings.hosts)

    @property
    def settings(self) -> Elasticsearch:
        """What it works with now."""
        return self._settings

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """
        Send one request to one host.

        Args:
            method: GET, POST, …
            path: starts with a slash; its parts are quoted already.
            params: the query.
            body: bytes are sent as they are (JSON unless ``headers`` names another ``content-type``), anything else as
                JSON. Compressed unless ``compression_level`` is 0.
            headers: more headers, names in lower case.
            timeout: seconds to wait for the answer; the setting ``timeout`` by default.

        Raises:
            SendFailed: there is no answer.
        """
        target = f"{path}?{urllib.parse.urlencode(params)}" if params else path
        sent = transport.HttpHeaders({"accept": "application/json"})
        payload: bytes | None = None
        if body is not None:
            sent["content-type"] = "application/json"
            payload = body if isinstance(body, bytes) else orjson.dumps(body)
            if self._level and len(payload) >= _COMPRESS_FROM:
                payload = igzip.compress(payload, self._level, mtime=0)
                sent["content-encoding"] = "gzip"
        if headers:
            sent.update(headers)
        if self._watch.changed():
            self._take_changes()
        generation = self._generation
        found = self._send(method, target, payload, sent, timeout or self._settings.timeout)
        if found.status == 401 and self._newer_login(generation):
            found = self._send(method, target, payload, sent, timeout or self._settings.timeout)
        return found

    def _send(
        self,
        method: str,
        target: str,
        payload: bytes | None,
        sent: transport.HttpHeaders,
        patience: float,
    ) -> Answer:
        """One request, once."""
        with self._lock:
            pool = self._pool
            node = pool.get()
        try:
            self._trust(node, min(patience, CONNECT_TIMEOUT))
            meta, answer = node.perform_request(
                method,
                target,
                body=payload,
                headers=sent,
                request_timeout=transport.timeouts(patience),
            )
        except (transport.TransportError, OSError) as error:
            kind, detail = kind_of(error)
            if kind == "lost" and self._flavour is None and node.base_url.startswith("http:"):
                detail += "; if TLS is spoken there, write https:// in output.elasticsearch.hosts"
            self._failed(pool, node, f"{kind}: {detail}")
            raise SendFailed(kind, detail, node.base_url) from error
        if meta.status in _HOST_AWAY:
            self._failed(pool, node, f"answered {meta.status}")
        else:
            self._worked(pool, node)
        return Answer(
            status=meta.status,
            body=answer,
            host=node.base_url,
            retry_after=_retry_after(meta.headers.get("retry-after")),
            content_type=meta.mimetype or "",
        )

    def json(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> tuple[int, Any]:
        """
        Send a request as :meth:`request` does and decode the answer.

        Returns:
            The status, and the decoded JSON; an answer that is not JSON as text.
        """
        answer = self.request(
            method, path, params=params, body=body, headers=headers, timeout=timeout
        )
        if not answer.body:
            return answer.status, None
        try:
            return answer.status, orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            return answer.status, answer.body.decode("utf-8", "replace")

    def info(self) -> Flavour:
        """
        Product and version, asked once until :meth:`reload`.

        Raises:
            SendFailed: there is no answer.
            RefusedError: the answer is not that of a cluster, or the login is refused.
        """
        if self._flavour is None:
            status, info = self.json("GET", "/")
            if status != 200:
                text = f"GET / was answered {status}: {_short(info)}"
                raise RefusedError(text, status, self.advice(status, info))
            try:
                self._flavour = Flavour.from_info(info)
            except ValueError as error:
                raise RefusedError(
                    f"{self.target}: {error}; see output.elasticsearch.hosts", status
                ) from error
        return self._flavour

    @property
    def flavour(self) -> Flavour | None:
        """What :meth:`info` found, without asking."""
        return self._flavour

    def advice(self, status: int, answer: Any) -> str:
        """What to do about a request that was answered 401, 403 or 407; empty for anything else."""
        if status == 407:
            return "the proxy wants a login; write it into output.elasticsearch.proxy_url, http://user:password@host:port"
        return login.refused(status, answer, self._settings) if status in {401, 403} else ""

    def differs(self) -> bool:
        """Whether key or certificate files are others than those in use."""
        return self._watch.differs()

    def reload(self) -> None:
        """
        Read key and certificate files again, and forget which product it is.

        Raises:
            ConfigError: a file cannot be used; everything stays as it was.
        """
        with self._reading:
            self._read()
            self._flavour = None

    def _take_changes(self) -> None:
        """Files have changed: go on with what is in them now, or with what there was if they cannot be used."""
        if not self._reading.acquire(blocking=False):
            return  # another thread is about it
        try:
            self._read()
        except ConfigError as error:
            self._complain(error)
        else:
            _log.info("%s: changed key or certificate files were read again", self.target)
        finally:
            self._reading.release()

    def _newer_login(self, generation: int) -> bool:
        """Whether there is another login than the one that was refused, in use from now on."""
        if self._reread is None:
            return False
        with self._reading:
            if self._generation != generation:
                return True
            now = time.monotonic()
            if now < self._read_again:
                return False
            self._read_again = now + _REREAD_INTERVAL
            old = self._settings
            differs = self._watch.differs()
            try:
                self._read()
            except ConfigError as error:
                self._complain(error)
                return False
            if not differs and login.header_of(old) == login.header_of(self._settings):
                return False
        _log.info(
            "%s: the login was refused; it was read again and is another one now", self.target
        )
        return True

    def _complain(self, error: ConfigError) -> None:
        """Say once that what is new cannot be used."""
        if str(error) != self._unusable:
            self._unusable = str(error)
            _log.warning("%s: going on with the old login: %s", self.target, error)

    def _read(self) -> None:
        """Take the settings anew; everything stays as it was if they cannot be used."""
        state = self._watch.look()
        settings = self._settings if self._reread is None else self._reread()
        if login.way_of(self._settings) and not login.way_of(settings):
            raise ConfigError(["the file of the login is empty"])
        before, self._settings = self._settings, settings
        try:
            pool = self._connect()
        except ConfigError:
            self._settings = before
            raise
        with self._lock:
            # The old one is not closed: another thread may be about to use it. What is idle in it is closed with its end.
            self._pool = pool
            self._generation += 1
        self._unusable = ""
        self._watch.taken(state, settings.files if self._reread is not None else ())

    def close(self) -> None:
        """Close idle connections. A request that is on its way keeps its own."""
        transport.close(self._pool)

    def _connect(self) -> NodePool:
        """Make the nodes anew."""
        settings = self._settings
        secure = any(host.startswith("https:") for host in settings.hosts)
        context = context_of(settings.ssl) if secure else None
        pool = transport.nodes(settings, context)
        if context is not None and settings.ssl.verification_mode == "none":
            transport.warn_of_nothing_again()
            _log.warning(
                "%s: anybody may answer in its place: ssl.verification_mode is none", self.target
            )
        self._untrusted = (
            {
                _address(node.host, node.port): context
                for node in pool.all()
                if node.scheme == "https"
            }
            if context is not None and settings.ssl.ca_trusted_fingerprint
            else {}
        )
        return pool

    def _trust(self, node: BaseNode, timeout: float) -> None:
        """Before the first request to a host: find the authority that is known by its fingerprint."""
        fingerprint = self._settings.ssl.ca_trusted_fingerprint
        address = _address(node.host, node.port)
        if fingerprint and (context := self._untrusted.get(address)) is not None:
            proxy = None if self._settings.proxy_disable else self._settings.proxy_url
            headers = login.proxy_headers(self._settings)
            trust_fingerprint(
                context, fingerprint, node.host, node.port, timeout, proxy=proxy, headers=headers
            )
            self._untrusted.pop(address, None)

    def _failed(self, pool: NodePool, node: BaseNode, why: str) -> None:
        """Leave a host alone for a while; say so once."""
        with self._lock:
            pool.mark_dead(node)
            known = node.base_url in self._away
            self._away.add(node.base_url)
        if not known:
            _log.warning("%s: %s", node.base_url, why)

    def _worked(self, pool: NodePool, node: BaseNode) -> None:
        """Take a host back."""
        with self._lock:
            pool.mark_live(node)
            known = node.base_url in self._away
            self._away.discard(node.base_url)
        if known:
            _log.info("%s: answers again", node.base_url)


def _retry_after(value: str | None) -> float | None:
    """Seconds that a ``Retry-After`` header asks for, from a number or an HTTP date."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return min(max(0.0, seconds), _RETRY_AFTER_MAX) if math.isfinite(seconds) else None


def _address(host: str, port: int) -> str:
    return f"{host}:{port}"


def _short(answer: Any) -> str:
    """The start of an answer, for messages."""
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        answer = f"{answer['error'].get('type')}: {answer['error'].get('reason')}"
    text = " ".join(str(answer).split())
    return text if len(text) <= 200 else text[:200] + "…"
