"""
What went wrong below HTTP: the kind of a :class:`SendFailed`, its text, and what to do about it.

Pure: exceptions in, words out.
"""

from __future__ import annotations

import re
import ssl

import urllib3

from shipper.cluster.transport import ConnectionTimeout, TlsError, TransportError

_SSL = "output.elasticsearch.ssl"
_UNTRUSTED = frozenset(
    {2, 18, 19, 20, 21, 27}
)  # X509_V_ERR_*: no way to an authority that is trusted
_CONNECTION = re.compile(r"\A_?\w*Connection(?:Pool)?\(host=[^)]*\): ")
_EXPIRED, _NOT_YET = 10, 9
_OTHER_NAME = frozenset({62, 64})


def kind_of(error: Exception) -> tuple[str, str]:
    """The kind of a :class:`SendFailed` and its text, from what the layers below raised."""
    cause = error.__cause__ if isinstance(error, TransportError) else error
    if isinstance(cause, urllib3.exceptions.ProxyError):
        return _of_proxy(cause)
    detail = _detail(cause or error)
    if isinstance(
        cause, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    ):
        return "connect", detail
    if isinstance(error, ConnectionTimeout):
        return "timeout", detail
    if isinstance(error, TlsError):
        inner = cause.args[0] if cause is not None and cause.args else None
        # An end of stream may come after the upload; only a refused handshake is sure to come before it.
        if isinstance(inner, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
            return "lost", detail
        return "tls", _with_advice(inner, detail)
    if isinstance(error, ssl.SSLError):
        return "tls", _with_advice(error, detail)
    if isinstance(error, OSError):  # while looking for the authority: nothing was sent
        return "connect", detail
    return "lost", detail


def _detail(error: BaseException) -> str:
    """What urllib3 says, without the connection that it says it of."""
    text = str(error).rpartition("Failed to establish a new connection: ")[2]
    return _CONNECTION.sub("", text)


def _of_proxy(cause: urllib3.exceptions.ProxyError) -> tuple[str, str]:
    """The way to the proxy or through it is closed: nothing was sent to the cluster."""
    detail = _detail(cause.original_error)
    if "407" in detail:
        mend = "write a login into output.elasticsearch.proxy_url: http://user:password@host:port"
    elif "Tunnel connection failed" in detail:
        mend = "the proxy does not let connections through to this host; look at its rules"
    else:
        mend = "check output.elasticsearch.proxy_url"
    return "connect", f"the proxy: {detail}; {mend}"


def _with_advice(error: object, detail: str) -> str:
    mend = tls_advice(error)
    return f"{detail}; {mend}" if mend else detail


def tls_advice(error: object) -> str:
    """What to do about a refused handshake; empty where that is not known."""
    if isinstance(error, ssl.SSLCertVerificationError):
        code = error.verify_code
        if code == _EXPIRED:
            return "the host's certificate has expired: renew it there"
        if code == _NOT_YET:
            return "the host's certificate is not valid yet: is the clock of one of the two wrong?"
        if code in _OTHER_NAME:
            return (
                "the host's certificate is for other names: write one of these into output.elasticsearch.hosts, or set"
                f" {_SSL}.verification_mode: certificate"
            )
        if code in _UNTRUSTED:
            return (
                f"no authority that is trusted has signed it: name the right one in {_SSL}.certificate_authorities, or its"
                f" SHA-256 in {_SSL}.ca_trusted_fingerprint"
            )
    reason = str(getattr(error, "reason", "") or "")
    if reason in {
        "WRONG_VERSION_NUMBER",
        "HTTP_REQUEST",
        "UNKNOWN_PROTOCOL",
        "RECORD_LAYER_FAILURE",
    }:
        return (
            "no TLS is spoken there: write http:// in output.elasticsearch.hosts, or mend the port"
        )
    if "CERTIFICATE_REQUIRED" in reason or "BAD_CERTIFICATE" in reason or "UNKNOWN_CA" in reason:
        return f"the host wants a client certificate that it trusts: set {_SSL}.certificate and {_SSL}.key"
    return ""
