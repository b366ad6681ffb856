"""
The one module that talks to a cluster.

Built on elastic-transport's node and node pool. It sends once: retries, waiting and meaning are the callers'
business. It asks for plain JSON, which both products take, and hands answers back as bytes.
"""

from __future__ import annotations

import base64
import email.utils
import logging
import math
import ssl
import sys
import threading
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

import orjson
from isal import igzip

from shipper.cluster.flavour import Flavour
from shipper.cluster.tls import context_of, trust_fingerprint
from shipper.errors import ConfigError, ShipperError
from shipper.records import Answer, SendFailed

# elastic-transport imports every HTTP library it finds, which costs up to 20 MB and is of no use here.
_UNWANTED = [name for name in ("aiohttp", "httpx", "requests") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_UNWANTED))  # type: ignore[arg-type]  # None means: cannot be imported
try:
    import elastic_transport
    import urllib3
    from elastic_transport import ConnectionTimeout, HttpHeaders, NodeConfig, NodePool, TlsError
finally:
    for _name in _UNWANTED:
        del sys.modules[_name]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from elastic_transport import BaseNode

    from shipper.config.settings import Elasticsearch

NDJSON = {"content-type": "application/x-ndjson"}

_log = logging.getLogger("shipper.cluster")
_CONNECT_TIMEOUT = 10.0
_UPLOAD_TIMEOUT = 90.0
_RETRY_AFTER_MAX = 3600.0
_COMPRESS_FROM = 512  # bytes; below it gzip saves nothing
_HOST_AWAY = frozenset({502, 503, 504})
_IGZIP_LEVEL = (0, 1, 2, 2, 2, 2, 3, 3, 3, 3)  # of compression_level 0 (off) to 9


class RefusedError(ShipperError):
    """
    The cluster answered, but not with what was asked for.

    Attributes:
        status: of the HTTP answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class _PlainConnection(urllib3.connection.HTTPConnection):
    """A connection whose first upload has more time than its opening; urllib3 gives both the same."""

    def connect(self) -> None:
        super().connect()
        if self.sock is not None:
            self.sock.settimeout(_UPLOAD_TIMEOUT)


class _SecureConnection(urllib3.connection.HTTPSConnection):
    """The same over TLS."""

    def connect(self) -> None:
        super().connect()
        if self.sock is not None:
            self.sock.settimeout(_UPLOAD_TIMEOUT)


class _Node(elastic_transport.Urllib3HttpNode):
    """A node whose TLS trusts what our context trusts; the parent would add certifi's roots to a private CA."""

    def __init__(self, config: NodeConfig) -> None:
        elastic_transport.BaseNode.__init__(self, config)
        options: dict[str, Any] = {
            "port": config.port,
            "timeout": urllib3.Timeout(connect=_CONNECT_TIMEOUT, read=config.request_timeout),
            "maxsize": config.connections_per_node,
            "block": False,
        }
        if config.scheme == "https":
            context = config.ssl_context
            options["ssl_context"] = context
            if context is not None and not context.check_hostname:
                options["assert_hostname"] = False
            self.pool = urllib3.HTTPSConnectionPool(config.host, **options)
            self.pool.ConnectionCls = _SecureConnection
        else:
            self.pool = urllib3.HTTPConnectionPool(config.host, **options)
            self.pool.ConnectionCls = _PlainConnection


class Client:
    """
    An Elasticsearch or OpenSearch cluster. Safe for use by several threads.

    Hosts take turns. One that fails is left alone for 1 s, then 2 s, and so on up to 30 s, unless none is left.

    Args:
        settings: of ``output.elasticsearch``.
        reread: gives the settings anew with secrets read from their files; asked by :meth:`reload`.

    Raises:
        ConfigError: a setting cannot be used.
    """

    def __init__(
        self, settings: Elasticsearch, *, reread: Callable[[], Elasticsearch] | None = None
    ) -> None:
        if settings.proxy_url:
            raise ConfigError(
                [
                    "output.elasticsearch.proxy_url: a proxy cannot be used yet; remove it and name hosts that can be reached"
                ]
            )
        logging.getLogger("elastic_transport").setLevel(
            logging.ERROR
        )  # what it would say, we say once
        self._settings = settings
        self._reread = reread
        self._level = _IGZIP_LEVEL[min(max(settings.compression_level, 0), 9)]
        self._flavour: Flavour | None = None
        self._lock = threading.Lock()
        self._away: set[str] = set()
        self._untrusted: dict[str, ssl.SSLContext] = {}
        self._pool = self._connect()

    def __repr__(self) -> str:
        return f"<Client {self.target} {self._flavour or 'not asked yet'}>"

    @property
    def target(self) -> str:
        """The hosts, without secrets."""
        return ", ".join(_without_login(host) for host in self._settings.hosts)

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
        sent = HttpHeaders({"accept": "application/json"})
        payload: bytes | None = None
        if body is not None:
            sent["content-type"] = "application/json"
            payload = body if isinstance(body, bytes) else orjson.dumps(body)
            if self._level and len(payload) >= _COMPRESS_FROM:
                payload = igzip.compress(payload, self._level, mtime=0)
                sent["content-encoding"] = "gzip"
        if headers:
            sent.update(headers)
        patience = timeout or self._settings.timeout
        with self._lock:
            pool = self._pool
            node = pool.get()
        try:
            self._trust(node, min(patience, _CONNECT_TIMEOUT))
            meta, answer = node.perform_request(
                method,
                target,
                body=payload,
                headers=sent,
                request_timeout=urllib3.Timeout(  # type: ignore[arg-type]  # handed through to urllib3
                    connect=min(patience, _CONNECT_TIMEOUT), read=patience
                ),
            )
        except (elastic_transport.TransportError, OSError) as error:
            kind, detail = _kind_of(error)
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
                raise RefusedError(f"GET / was answered {status}: {_short(info)}", status)
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

    def reload(self) -> None:
        """
        Read key and certificate files again, and forget which product it is.

        Raises:
            ConfigError: a file cannot be used; everything stays as it was.
        """
        if self._reread is not None:
            self._settings = self._reread()
        pool = self._connect()
        with self._lock:
            old, self._pool = self._pool, pool
            self._flavour = None
        _close(old)

    def close(self) -> None:
        """Close idle connections. A request that is on its way keeps its own."""
        _close(self._pool)

    def _connect(self) -> NodePool:
        """Make the nodes anew."""
        settings = self._settings
        context = (
            context_of(settings.ssl)
            if any(h.startswith("https:") for h in settings.hosts)
            else None
        )
        configs = [_config_of(host, settings, context) for host in dict.fromkeys(settings.hosts)]
        if context is not None and settings.ssl.verification_mode == "none":
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)  # said once, here
            _log.warning(
                "%s: anybody may answer in its place: ssl.verification_mode is none", self.target
            )
        fingerprint = settings.ssl.ca_trusted_fingerprint
        self._untrusted = (
            {_address(c.host, c.port): context for c in configs if c.scheme == "https"}
            if context is not None and fingerprint
            else {}
        )
        return NodePool(configs, _Node, dead_node_backoff_factor=1.0, max_dead_node_backoff=30.0)

    def _trust(self, node: BaseNode, timeout: float) -> None:
        """Before the first request to a host: find the authority that is known by its fingerprint."""
        fingerprint = self._settings.ssl.ca_trusted_fingerprint
        address = _address(node.host, node.port)
        if fingerprint and (context := self._untrusted.get(address)) is not None:
            trust_fingerprint(context, fingerprint, node.host, node.port, timeout)
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


def _config_of(host: str, settings: Elasticsearch, context: ssl.SSLContext | None) -> NodeConfig:
    """Configuration of one host. A login in the URL counts where the settings have none."""
    url = urllib.parse.urlsplit(host)
    try:
        port = url.port
    except ValueError:
        port = None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ConfigError(
            [f"output.elasticsearch.hosts: {_without_login(host)}: write it as https://name:9200"]
        )
    headers = {"user-agent": "shipper", **{k.lower(): v for k, v in settings.headers.items()}}
    user, password = settings.username, settings.password
    if user is None and url.username:
        user, password = (
            urllib.parse.unquote(url.username),
            urllib.parse.unquote(url.password or ""),
        )
    if settings.api_key:
        key = settings.api_key.strip()
        encoded = base64.b64encode(key.encode()).decode() if ":" in key else key
        headers["authorization"] = f"ApiKey {encoded}"
    elif user is not None:
        login = base64.b64encode(f"{user}:{password or ''}".encode()).decode()
        headers["authorization"] = f"Basic {login}"
    return NodeConfig(
        scheme=url.scheme,
        host=url.hostname,
        port=port or (443 if url.scheme == "https" else 80),
        path_prefix=url.path,
        headers=headers,
        connections_per_node=settings.worker + 2,
        request_timeout=settings.timeout,
        ssl_context=context if url.scheme == "https" else None,
    )


def _kind_of(error: Exception) -> tuple[str, str]:
    """The kind of a :class:`SendFailed` and its text, from what the layers below raised."""
    cause = error.__cause__ if isinstance(error, elastic_transport.TransportError) else error
    detail = str(cause or error).rpartition("Failed to establish a new connection: ")[2]
    if isinstance(
        cause, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    ):
        return "connect", detail
    if isinstance(error, ConnectionTimeout):
        return "timeout", detail
    if isinstance(error, TlsError):
        inner = cause.args[0] if cause is not None and cause.args else None
        # An end of stream may come after the upload; only a refused handshake is sure to come before it.
        ended = isinstance(inner, (ssl.SSLEOFError, ssl.SSLZeroReturnError))
        return ("lost" if ended else "tls"), detail
    if isinstance(error, ssl.SSLError):
        return "tls", detail
    if isinstance(error, OSError):  # while looking for the authority: nothing was sent
        return "connect", detail
    return "lost", detail


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


def _close(pool: NodePool) -> None:
    """Close the idle connections of every node."""
    for node in pool.all():
        node.close()


def _address(host: str, port: int) -> str:
    return f"{host}:{port}"


def _without_login(url: str) -> str:
    """The URL without user and password."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def _short(answer: Any) -> str:
    """The start of an answer, for messages."""
    if isinstance(answer, dict) and isinstance(answer.get("error"), dict):
        answer = f"{answer['error'].get('type')}: {answer['error'].get('reason')}"
    text = " ".join(str(answer).split())
    return text if len(text) <= 200 else text[:200] + "…"
