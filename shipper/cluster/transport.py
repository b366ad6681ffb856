"""
Nodes and their connections: elastic-transport and urllib3, as we need them.

The one place that imports them. Through a proxy, plain HTTP is forwarded and HTTPS is tunnelled (CONNECT).
"""

from __future__ import annotations

import logging
import ssl
import sys
import types
import urllib.parse
from typing import TYPE_CHECKING, Any

from shipper.cluster.login import header_of, proxy_headers
from shipper.errors import ConfigError


def _asyncio() -> types.ModuleType:
    """What elastic-transport names of asyncio when it is imported; its asynchronous half is never run."""
    module = types.ModuleType("asyncio")
    module.CancelledError = type("CancelledError", (BaseException,), {})  # type: ignore[attr-defined]
    return module


# elastic-transport imports every HTTP library it finds, which costs up to 20 MB and is of no use here, and asyncio, which
# costs 1.6 MB.
_UNWANTED = [
    name for name in ("aiohttp", "httpx", "requests", "asyncio") if name not in sys.modules
]
sys.modules.update(dict.fromkeys(_UNWANTED))  # type: ignore[arg-type]  # None means: cannot be imported
if "asyncio" in _UNWANTED:
    sys.modules["asyncio"] = _asyncio()
try:
    import elastic_transport
    import urllib3
    from elastic_transport import (
        BaseNode,
        ConnectionTimeout,
        HttpHeaders,
        NodeConfig,
        NodePool,
        TlsError,
        TransportError,
    )
    from urllib3.connection import ProxyConfig
finally:
    for _name in _UNWANTED:
        del sys.modules[_name]

if TYPE_CHECKING:
    from shipper.config.settings import Elasticsearch

__all__ = [
    "BaseNode",
    "ConnectionTimeout",
    "HttpHeaders",
    "NodePool",
    "TlsError",
    "TransportError",
    "close",
    "nodes",
    "timeouts",
    "without_login",
]

CONNECT_TIMEOUT = 10.0
_UPLOAD_TIMEOUT = 90.0


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


class _Forwarded(urllib3.HTTPConnectionPool):
    """Connections to a proxy that forwards plain HTTP: it is told the whole address with each request."""

    address = ""  # of the host behind it

    def urlopen(self, method: str, url: str, **kwargs: Any) -> Any:  # type: ignore[override]
        kwargs["assert_same_host"] = False
        return super().urlopen(method, f"{self.address}{url}", **kwargs)


class _Node(elastic_transport.Urllib3HttpNode):
    """
    A node whose TLS trusts what our context trusts; the parent would add certifi's roots to a private CA.

    Args:
        config: of the node.
        proxy: of the settings; None for a direct connection.
        headers: for the proxy.
        trust: TLS to the proxy.
    """

    proxy: urllib3.util.Url | None = None
    headers_of_proxy: dict[str, str] = {}  # noqa: RUF012 - set once by the class that is made for a client
    trust: ssl.SSLContext | None = None

    def __init__(self, config: NodeConfig) -> None:
        elastic_transport.BaseNode.__init__(self, config)
        options: dict[str, Any] = {
            "timeout": urllib3.Timeout(connect=CONNECT_TIMEOUT, read=config.request_timeout),
            "maxsize": config.connections_per_node,
            "block": False,
        }
        if self.proxy is not None:
            options |= {
                "_proxy": self.proxy,
                "_proxy_headers": self.headers_of_proxy,
                "_proxy_config": ProxyConfig(self.trust, False, None, None),
            }
        if config.scheme == "https":
            context = config.ssl_context
            options["ssl_context"] = context
            if context is not None and not context.check_hostname:
                options["assert_hostname"] = False
            self.pool = urllib3.HTTPSConnectionPool(config.host, config.port, **options)
            self.pool.ConnectionCls = _SecureConnection
        elif self.proxy is None:
            self.pool = urllib3.HTTPConnectionPool(config.host, config.port, **options)
            self.pool.ConnectionCls = _PlainConnection
        else:
            self.pool = self._forwarding(self.proxy, options)

    def _forwarding(
        self, proxy: urllib3.util.Url, options: dict[str, Any]
    ) -> urllib3.HTTPConnectionPool:
        if proxy.scheme == "https":
            raise ConfigError(
                [
                    "output.elasticsearch.proxy_url: an https:// proxy is for https:// hosts only; use http:// here"
                ]
            )
        made = _Forwarded(proxy.host or "", proxy.port or 80, **options)
        made.ConnectionCls = _PlainConnection
        name = f"[{self.host}]" if ":" in self.host else self.host
        made.address = f"{self.scheme}://{name}:{self.port}"
        return made


def nodes(settings: Elasticsearch, context: ssl.SSLContext | None) -> NodePool:
    """
    Make the pool of a cluster's nodes. Hosts that fail are left alone for 1 s, then 2 s, and so on up to 30 s.

    Args:
        settings: of the output.
        context: TLS to the nodes.

    Raises:
        ConfigError: a host is no address.
    """
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # what it would say, we say once
    configs = [_config_of(host, settings, context) for host in dict.fromkeys(settings.hosts)]
    return NodePool(
        configs, _node_class(settings), dead_node_backoff_factor=1.0, max_dead_node_backoff=30.0
    )


def _node_class(settings: Elasticsearch) -> type[_Node]:
    """Nodes that are reached as the settings say; elastic-transport makes them of their class alone."""
    if not settings.proxy_url or settings.proxy_disable:
        return _Node
    url = urllib3.util.parse_url(settings.proxy_url)._replace(auth=None)
    trust = None
    if url.scheme == "https":
        trust = ssl.create_default_context()
        for authority in settings.ssl.certificate_authorities:
            trust.load_verify_locations(str(authority))
    members = {"proxy": url, "headers_of_proxy": proxy_headers(settings), "trust": trust}
    return type("_ProxiedNode", (_Node,), members)


def _config_of(host: str, settings: Elasticsearch, context: ssl.SSLContext | None) -> NodeConfig:
    """Configuration of one host."""
    url = urllib.parse.urlsplit(host)
    try:
        port = url.port
    except ValueError:
        port = None
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ConfigError(
            [f"output.elasticsearch.hosts: {without_login(host)}: write it as https://name:9200"]
        )
    headers = {"user-agent": "shipper", **{k.lower(): v for k, v in settings.headers.items()}}
    login = header_of(settings, host)
    if login is not None:
        headers["authorization"] = login
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


def timeouts(seconds: float) -> Any:
    """Time-outs of one request; elastic-transport hands them through to urllib3."""
    return urllib3.Timeout(connect=min(seconds, CONNECT_TIMEOUT), read=seconds)


def warn_of_nothing_again() -> None:
    """Keep urllib3 from warning of every unverified connection: it is said once, by us."""
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)


def close(pool: NodePool) -> None:
    """Close the idle connections of every node."""
    for node in pool.all():
        node.close()


def without_login(url: str) -> str:
    """The URL without user and password."""
    scheme, separator, rest = url.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
