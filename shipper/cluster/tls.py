"""
TLS as the settings ask for it: one ``ssl.SSLContext``, made here and nowhere else.

Where certificate authorities are named, only these are trusted, not the system's and not certifi's.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
from typing import TYPE_CHECKING, Any

from shipper.errors import ConfigError

if TYPE_CHECKING:
    from shipper.config.settings import Tls

_KEY = "output.elasticsearch.ssl"


def context_of(tls: Tls) -> ssl.SSLContext:
    """
    Make a client context, reading the certificate files anew.

    Raises:
        ConfigError: a file is missing or is not what it should be.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if tls.verification_mode != "full":
        context.check_hostname = False
    if tls.verification_mode == "none":
        context.verify_mode = ssl.CERT_NONE
    for authority in tls.certificate_authorities:
        try:
            if authority.is_dir():
                context.load_verify_locations(capath=str(authority))
            else:
                context.load_verify_locations(cafile=str(authority))
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                [
                    f"{_KEY}.certificate_authorities: {authority}: {error}; give a readable file of PEM certificates"
                ]
            ) from error
    if not tls.certificate_authorities and not tls.ca_trusted_fingerprint:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if tls.certificate is not None:
        try:
            context.load_cert_chain(
                str(tls.certificate), str(tls.key) if tls.key else None, password=""
            )
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(
                [
                    f"{_KEY}.certificate: {tls.certificate}: {error}; give a PEM certificate and its unencrypted ssl.key"
                ]
            ) from error
    return context


def trust_fingerprint(
    context: ssl.SSLContext,
    fingerprint: str,
    host: str,
    port: int,
    timeout: float,
    *,
    proxy: str | None = None,
    headers: dict[str, str] | None = None,
) -> None:
    """
    Trust the authority with this fingerprint, if the host presents it.

    The certificate is fetched over a connection that proves nothing, and then only its own SHA-256 counts: it becomes
    a root of ``context``, and every later connection is verified against it in full.

    Args:
        context: the context to add the authority to.
        fingerprint: SHA-256 of the authority's certificate in hexadecimal digits, with or without colons.
        host: name or address.
        port: TCP port.
        timeout: seconds to wait for the host.
        proxy: URL of the HTTP proxy on the way.
        headers: for the proxy.

    Raises:
        OSError: the host cannot be reached.
        ssl.SSLError: no certificate of the chain has this fingerprint.
    """
    wanted = fingerprint.replace(":", "").strip().lower()
    probe = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    probe.check_hostname = False
    probe.verify_mode = ssl.CERT_NONE
    with (
        connection(host, port, timeout, proxy=proxy, headers=headers) as plain,
        probe.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        chain = _presented(wrapped)
    for der in chain:
        if hashlib.sha256(der).hexdigest() == wanted:
            context.load_verify_locations(cadata=ssl.DER_cert_to_PEM_cert(der))
            return
    raise ssl.SSLError(f"{_none_of(len(chain))} the fingerprint of {_KEY}.ca_trusted_fingerprint")


def _none_of(count: int) -> str:
    if count == 1:
        return "the one certificate that the host presents does not have"
    return f"none of the {count} certificates that the host presents has"


def connection(
    host: str,
    port: int,
    timeout: float,
    *,
    proxy: str | None = None,
    headers: dict[str, str] | None = None,
) -> socket.socket:
    """
    A TCP connection to a host, perhaps through the tunnel of an HTTP proxy.

    Raises:
        OSError: there is no way to the host.
    """
    if proxy is None:
        return socket.create_connection((host, port), timeout)
    import http.client  # noqa: PLC0415 - few have a proxy
    import urllib.parse  # noqa: PLC0415

    url = urllib.parse.urlsplit(proxy)
    secure = url.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    way = kind(url.hostname or "", url.port or (443 if secure else 80), timeout=timeout)
    way.set_tunnel(host, port, headers or {})
    if secure:  # http.client would speak TLS to the host behind it as well
        raise OSError("ssl.ca_trusted_fingerprint cannot be used through a proxy with https://")
    way.connect()
    return way.sock


def _presented(wrapped: ssl.SSLSocket) -> list[bytes]:
    """Certificates that the peer presented, in DER form, leaf first."""
    public: Any = getattr(wrapped, "get_unverified_chain", None)
    if public is not None:  # Python 3.13
        return [bytes(der) for der in public()]
    inner: Any = wrapped._sslobj  # type: ignore[attr-defined]  # noqa: SLF001 - no public way before 3.13
    return [ssl.PEM_cert_to_DER_cert(each.public_bytes()) for each in inner.get_unverified_chain()]
