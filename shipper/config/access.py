"""
Where the cluster is and how to log in, when the file does not say it all: a cloud id, and the environment.

What stands in is put among the keys found, with a place of its own, so that it is read and checked as if it stood in the file.
The file wins; logins of the environment are never mixed with one of the file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipper.config.document import Listing, Mark, Scalar, Table
from shipper.config.kinds import FAILED
from shipper.config.masking import add_secret, mask
from shipper.config.sections import Found

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shipper.config.document import Node
    from shipper.config.sections import Reader

OUTPUT = "output.elasticsearch"
HOSTS, CLOUD_ID, CLOUD_AUTH = f"{OUTPUT}.hosts", "cloud.id", "cloud.auth"
LOGINS = ("api_key", "bearer_token", "username", "password")
_KIBANA = "setup.kibana.host"
_PROXY = f"{OUTPUT}.proxy_url"
_TOLD = (HOSTS, CLOUD_ID, CLOUD_AUTH, _PROXY, *(f"{OUTPUT}.{name}" for name in LOGINS))
_SOURCE = re.compile(r"(?<!\$)\$\{(?:file:([^}]+)|([A-Za-z_][A-Za-z0-9_]*))")


def complete(reader: Reader, environ: Mapping[str, str]) -> dict[str, str]:
    """
    Add the keys that a cloud id or the environment stand in for.

    Args:
        reader: has taken the whole file and all options.
        environ: of the process; empty variables count as not set.

    Returns:
        Key → where its value comes from, in words; keys whose value stands in the file itself are left out.
    """
    origins = {name: words for name in _TOLD if (words := _origin(reader, name))}
    if reader.has("output.local"):
        _useless(reader)
        return {}
    host, cloud = environ.get("ELASTICSEARCH_HOST"), environ.get("ELASTIC_CLOUD_ID")
    if not (reader.has(OUTPUT) or reader.given(CLOUD_ID) or host or cloud):
        return {}
    if not reader.given(HOSTS) and not reader.given(CLOUD_ID):
        if host:
            parts = [part.strip() for part in host.split(",") if part.strip()]
            _put(reader, HOSTS, "ELASTICSEARCH_HOST", parts, origins)
        elif cloud:
            _put(reader, CLOUD_ID, "ELASTIC_CLOUD_ID", cloud, origins)
    if reader.given(CLOUD_ID):
        _cloud(reader, origins)
    _login(reader, environ, origins)
    return origins


def _useless(reader: Reader) -> None:
    """Access to a cluster beside a local store is a mistake."""
    for name in (CLOUD_ID, CLOUD_AUTH):
        if reader.given(name):
            reader.context.problems.add(
                reader.found[name].key.mark,
                f"{name} together with output.local",
                "expected one place to write to",
                "remove one of them",
            )


def _cloud(reader: Reader, origins: dict[str, str]) -> None:
    """Put the addresses of a cloud id where they belong."""
    found = reader.found[CLOUD_ID]
    if reader.given(HOSTS):
        reader.context.problems.add(
            found.key.mark,
            f"both {CLOUD_ID} and {HOSTS}",
            "expected one of them",
            f"remove {HOSTS}, or {CLOUD_ID}",
        )
        return
    key = next(key for key in reader.section.keys if key.name == CLOUD_ID)
    value = reader.value(CLOUD_ID, key)
    mark = found.value.mark
    if value is None or value is FAILED:
        # Hosts are not missing as well.
        reader.found[HOSTS] = Found(found.key, _scalar(mark, "", broken=True))
        reader.opened.setdefault(OUTPUT, mark)
        return
    elasticsearch, kibana = value[0]
    _insert(reader, HOSTS, found.key, Listing(mark, [_scalar(mark, elasticsearch)]))
    origins[HOSTS] = CLOUD_ID
    if kibana and not reader.given(_KIBANA):
        _insert(reader, _KIBANA, found.key, _scalar(mark, kibana))
        origins[_KIBANA] = CLOUD_ID


def _login(reader: Reader, environ: Mapping[str, str], origins: dict[str, str]) -> None:
    """Take ``cloud.auth``, or the login of the environment where the file has none."""
    own = [name for name in LOGINS if reader.given(f"{OUTPUT}.{name}")]
    if _authorization(reader):
        own.append("an Authorization header")
    if reader.given(CLOUD_AUTH):
        _cloud_auth(reader, own, origins)
    elif not own and not reader.given(f"{OUTPUT}.ssl.certificate"):
        if key := environ.get("ELASTICSEARCH_API_KEY"):
            _put(reader, f"{OUTPUT}.api_key", "ELASTICSEARCH_API_KEY", key, origins)
            return
        for name, variable in (
            ("username", "ELASTICSEARCH_USER"),
            ("password", "ELASTICSEARCH_PASSWORD"),
        ):
            if text := environ.get(variable):
                _put(reader, f"{OUTPUT}.{name}", variable, text, origins)


def _cloud_auth(reader: Reader, own: list[str], origins: dict[str, str]) -> None:
    found = reader.found[CLOUD_AUTH]
    if own:
        reader.context.problems.add(
            found.key.mark,
            f"both {CLOUD_AUTH} and {own[0]}",
            "expected one way to log in",
            f"remove {CLOUD_AUTH}, or the login of {OUTPUT}",
        )
        return
    key = next(key for key in reader.section.keys if key.name == CLOUD_AUTH)
    value = reader.value(CLOUD_AUTH, key)
    if value is None or value is FAILED:
        return
    user, _, password = value[0].partition(":")
    add_secret(password)
    for name, text in (("username", user), ("password", password)):
        inner = _scalar(found.value.mark, text)
        _insert(reader, f"{OUTPUT}.{name}", found.key, inner)
        origins.setdefault(f"{OUTPUT}.{name}", CLOUD_AUTH)


def _authorization(reader: Reader) -> bool:
    """Whether the file has an ``Authorization`` header of its own."""
    found = reader.found.get(f"{OUTPUT}.headers")
    entries = found.value.entries if found and isinstance(found.value, Table) else []
    return any(key.text.lower() == "authorization" for key, _ in entries)


def _put(
    reader: Reader, name: str, variable: str, text: str | list[str], origins: dict[str, str]
) -> None:
    """Add a key with the value of a variable, as it is: nothing in it is substituted."""
    mark = Mark(f"environment variable {variable}", 1, 1)
    reader.context.problems.expect(mark.source)
    value: Node = (
        _scalar(mark, text)
        if isinstance(text, str)
        else Listing(mark, [_scalar(mark, one) for one in text])
    )
    _insert(reader, name, _scalar(mark, name), value)
    origins[name] = mark.source


def _insert(reader: Reader, name: str, key: Scalar, value: Node) -> None:
    reader.found[name] = Found(key, value)
    prefix = name.rpartition(".")[0]
    while prefix:
        reader.opened.setdefault(prefix, key.mark)
        prefix = prefix.rpartition(".")[0]


def _scalar(mark: Mark, text: str, *, broken: bool = False) -> Scalar:
    return Scalar(mark, text, plain=False, value=text, resolved=True, broken=broken)


def _origin(reader: Reader, name: str) -> str:
    """Where a key of the file gets its value from, if not from the file: the sources that ``${…}`` names."""
    found = reader.found.get(name)
    if found is None:
        return ""
    nodes = found.value.items if isinstance(found.value, Listing) else [found.value]
    words = [
        f"the file {file}" if file else f"environment variable {variable}"
        for node in nodes
        if isinstance(node, Scalar)
        for file, variable in _SOURCE.findall(node.text)
    ]
    return mask(", ".join(dict.fromkeys(words)))
