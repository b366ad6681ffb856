"""Cloud ids of Elastic Cloud: one text that stands for the addresses of a deployment. Pure; says in its own words what is wrong."""

from __future__ import annotations

import base64
import re
from typing import NoReturn

from shipper.config.kinds import Wrong
from shipper.config.masking import quote

_HTTPS = 443
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_EXPECTED = "expected the Cloud ID that the deployment's page shows: its name, ':', and letters and digits (base64)"


def cloud_hosts(text: str) -> tuple[str, str]:
    """
    The URLs of Elasticsearch and Kibana in a cloud id: ``name:base64("domain[:port]$elasticsearch[:port]$kibana[:port]")``.

    Returns:
        Both URLs; the second is empty where the deployment has none.

    Raises:
        Wrong: it is none.
    """
    parts = _decoded(text).split("$")
    domain, port = _place(text, parts[0], _HTTPS)
    if len(parts) < 2 or not domain or not parts[1].partition(":")[0]:
        _wrong(text, "it names no Elasticsearch")

    def url(node: str) -> str:
        name, own = _place(text, node, port)
        return f"https://{name}.{domain}:{own}" if name else ""

    return url(parts[1]), url(parts[2] if len(parts) > 2 else "")


def _decoded(text: str) -> str:
    _, colon, encoded = text.rpartition(":")
    try:
        return base64.b64decode(encoded, validate=True).decode("ascii")
    except UnicodeDecodeError:
        why = "what stands behind ':' holds no addresses"
    except ValueError:
        strange = re.sub(r"[A-Za-z0-9+/=]", "", encoded)
        why = "its end is missing, or something stands behind it"
        if strange:
            why = f"{quote(strange[0])} is no sign of base64"
    return _wrong(text, why if colon else "there is no ':' in it")


def _place(text: str, part: str, default: int) -> tuple[str, int]:
    """Name and port of ``name[:port]``."""
    name, colon, port = part.partition(":")
    if name and not _NAME.fullmatch(name):
        _wrong(text, f"it names the host {quote(name)}, which cannot be one")
    if not colon:
        return name, default
    if not re.fullmatch(r"[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        _wrong(text, f"it names the port {quote(port)}, which is no number from 1 to 65535")
    return name, int(port)


def _wrong(text: str, why: str) -> NoReturn:
    raise Wrong(
        f"{quote(text, 40)} is no cloud id: {why}",
        _EXPECTED,
        "copy it whole, or name output.elasticsearch.hosts instead",
    )
