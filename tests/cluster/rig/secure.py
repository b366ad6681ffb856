"""
TLS with a certificate authority of our own, logins and roles for the test nodes.

Everything is made anew for each node. The administrator comes from a file on Elasticsearch, and on OpenSearch from a
first request with the administrator's certificate.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
import shutil
import ssl
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import trustme
from cryptography.hazmat.primitives import serialization

from tests.cluster.rig import homes
from tests.cluster.rig.node import Node, NodeError, Security

if TYPE_CHECKING:
    from typing import Any

_OPENSEARCH = {
    "plugins.security.ssl.transport.pemcert_filepath": "node.pem",
    "plugins.security.ssl.transport.pemkey_filepath": "node-key.pem",
    "plugins.security.ssl.transport.pemtrustedcas_filepath": "ca.pem",
    "plugins.security.ssl.transport.enforce_hostname_verification": False,
    "plugins.security.ssl.http.enabled": True,
    "plugins.security.ssl.http.pemcert_filepath": "node.pem",
    "plugins.security.ssl.http.pemkey_filepath": "node-key.pem",
    "plugins.security.ssl.http.pemtrustedcas_filepath": "ca.pem",
    "plugins.security.ssl.http.clientauth_mode": "OPTIONAL",
    "plugins.security.allow_default_init_securityindex": True,
    "plugins.security.authcz.admin_dn": ["CN=admin,OU=tests,O=shipper"],
    "plugins.security.nodes_dn": ["CN=node-1,OU=tests,O=shipper"],
    "plugins.security.restapi.roles_enabled": ["all_access"],
    "plugins.security.audit.type": "noop",
}
_ELASTICSEARCH = {
    "xpack.security.enabled": True,
    "xpack.security.autoconfiguration.enabled": False,
    "xpack.security.http.ssl.enabled": True,
    "xpack.security.http.ssl.key": "node-key.pem",
    "xpack.security.http.ssl.certificate": "node.pem",
    "xpack.security.http.ssl.certificate_authorities": ["ca.pem"],
    "xpack.security.transport.ssl.enabled": True,
    "xpack.security.transport.ssl.key": "node-key.pem",
    "xpack.security.transport.ssl.certificate": "node.pem",
    "xpack.security.transport.ssl.certificate_authorities": ["ca.pem"],
}


class SecureNode(Node):
    """A node with TLS, logins and roles; ``security`` has what its readers need."""

    def start(self) -> None:
        if self.security is None:
            self.security = _prepare(
                self.product, homes.home(self.product, self.version, secure=True)
            )
        super().start()

    def _wait(self, deadline: float) -> None:
        assert self.security is not None
        if self.product == "opensearch":
            _make_administrator(self, self.security, deadline)
        super()._wait(deadline)

    def close(self) -> None:
        super().close()
        if self.security is not None:
            shutil.rmtree(self.security.config, ignore_errors=True)


def _prepare(product: str, home: Path) -> Security:
    """Configuration folder with certificates and, on Elasticsearch, the administrator."""
    config = Path(tempfile.mkdtemp(prefix=f"shipper-{product}-config-"))
    shutil.copy(home / "config" / "log4j2.properties", config)
    authority = trustme.CA(organization_name="shipper", organization_unit_name="tests")
    authority.cert_pem.write_to_path(config / "ca.pem")
    for name in ("node-1", "admin"):
        issued = authority.issue_cert(
            "127.0.0.1",
            "localhost",
            common_name=name,
            organization_name="shipper",
            organization_unit_name="tests",
        )
        stem = name.removesuffix("-1")
        (config / f"{stem}.pem").write_bytes(
            b"".join(blob.bytes() for blob in issued.cert_chain_pems)
        )
        key = serialization.load_pem_private_key(issued.private_key_pem.bytes(), None)
        (config / f"{stem}-key.pem").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    password = secrets.token_urlsafe(18)
    settings = _OPENSEARCH if product == "opensearch" else _ELASTICSEARCH
    lines = (f"{key}: {json.dumps(value)}\n" for key, value in settings.items())
    (config / f"{product}.yml").write_text("".join(lines), encoding="utf-8")
    if product == "opensearch":
        defaults = home / "plugins" / "opensearch-security" / "config"
        shutil.copytree(defaults, config / "opensearch-security")
    else:
        (config / "users").write_text(f"rig-admin:{_hashed(password)}\n", encoding="utf-8")
        (config / "users_roles").write_text("superuser:rig-admin\n", encoding="utf-8")
        (config / "roles.yml").touch()
    context = ssl.create_default_context(cafile=str(config / "ca.pem"))
    return Security(config, config / "ca.pem", context, "rig-admin", password)


def _hashed(password: str) -> str:
    """As Elasticsearch's file realm writes a password."""
    salt = secrets.token_bytes(32)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 10_000, 32)
    return f"{{PBKDF2}}10000${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _make_administrator(node: SecureNode, security: Security, deadline: float) -> None:
    """Puts the administrator with the certificate that may do so, as soon as the security plug-in is up."""
    context = ssl.create_default_context(cafile=str(security.ca))
    context.load_cert_chain(security.config / "admin.pem", security.config / "admin-key.pem")
    port = int(node.url.rsplit(":", 1)[1])

    def put(path: str, body: dict[str, Any]) -> int:
        connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
        try:
            connection.request("PUT", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    user = {"password": security.password, "backend_roles": ["admin"]}
    while put(f"/_plugins/_security/api/internalusers/{security.username}", user) not in {200, 201}:
        if time.monotonic() > deadline or not node.running:
            raise NodeError(f"{node!r}: security did not come up\n{node.log()[-3000:]}")
        time.sleep(0.2)
