"""
Elasticsearch's ``network_direction``: whether a flow comes in, goes out, or stays inside or outside of some networks.

Networks are CIDR ranges or names; what the names mean is Java's ``InetAddress``, where an IPv4 address in IPv6's clothes is IPv4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.document import cast_reason, java_int
from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.convert import packed
from shipper.pipeline.values import class_name

if TYPE_CHECKING:
    from collections.abc import Callable

    from shipper.pipeline.document import Document, Path
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_MAPPED = bytes(10) + b"\xff\xff"
_BROADCAST = b"\xff" * 4


def network_direction(options: Options, build: Build) -> Run:  # noqa: ARG001 - a processor's form
    """Sets ``internal``, ``external``, ``inbound`` or ``outbound``."""
    source = _field(options, "source_ip", "source.ip")
    destination = _field(options, "destination_ip", "destination.ip")
    target = _field(options, "target_field", "network.direction")
    ignore_missing = options.flag("ignore_missing", default=True)
    written = options.items("internal_networks", None)
    field = options.text("internal_networks_field", None)
    if (written is None) == (field is None):
        reason = (
            "or [internal_networks_field] must be specified"
            if written is None
            else "and [internal_networks_field] cannot both be used"
        )
        options.wrong("internal_networks", reason, "write one of the two")
        return lambda _document: None
    templates = [options.template_of("internal_networks", text) for text in written or []]
    listed = options.path_plain(field) if field is not None else None

    def networks(document: Document) -> list[Any] | None:
        if listed is None:
            return [template.render(document) for template in templates]
        value = listed.get_or_none(document) if ignore_missing else listed.get(document)
        if value is not None and type(value) is not list:
            raise Failure(cast_reason(listed.text, value, "java.util.ArrayList"))
        return value

    def direction(document: Document) -> str | None:
        known = networks(document)
        if known is None:
            return None
        start = source.get_text(document, ignore_missing=ignore_missing)
        if start is None:
            return None
        end = destination.get_text(document, ignore_missing=ignore_missing)
        if end is None:
            return None
        inside = [any(_in_network(text, network) for network in known) for text in (start, end)]
        return _DIRECTIONS[inside[0], inside[1]]

    def run(document: Document) -> None:
        found = direction(document)
        if found is not None:
            target.set(document, found)
        elif not ignore_missing:
            raise Failure("unable to calculate network direction from document")

    return run


_DIRECTIONS: Final = {
    (True, True): "internal",
    (True, False): "outbound",
    (False, True): "inbound",
    (False, False): "external",
}


def _field(options: Options, name: str, default: str) -> Path:
    return options.path_plain(options.text(name, default))


def _address(text: str) -> bytes:
    found = packed(text, any_digits=False)
    if found is None:
        raise Failure(f"'{text}' is not an IP string literal.")
    return found[12:] if found.startswith(_MAPPED) else found


def _in_network(text: str, network: Any) -> bool:
    if not isinstance(network, str):
        if network is None:
            raise Failure("the network is null", "null_pointer_exception", foreign=True)
        reason = f"class {class_name(network)} cannot be cast to class java.lang.String"
        raise Failure(reason, "class_cast_exception", foreign=True)
    address = _address(text)
    named = _NAMED.get(network)
    return named(address) if named else in_range(address, network)


def in_range(address: bytes, network: str) -> bool:
    """
    Whether an address is in a range, or is the one address.

    Raises:
        Failure: it is no range.
    """
    if "/" not in network:
        return _wide(address) == _wide(_address(network))
    fields = network.split("/")
    while fields and not fields[-1]:
        fields.pop()
    if len(fields) != 2:
        raise Failure(f"Expected [ip/prefix] but was [{network}]")
    base = _address(fields[0])
    if ":" in fields[0] and len(base) == 4:
        raise Failure(
            f"CIDR notation is not allowed with IPv6-mapped IPv4 address [{fields[0]} as it introduces ambiguity as to"
            " whether the prefix length should be interpreted as a v4 prefix length or a v6 prefix length"
        )
    prefix = java_int(fields[1])
    if prefix is None:
        raise Failure(f'For input string: "{fields[1]}"', "number_format_exception", foreign=True)
    if not 0 <= prefix <= 8 * len(base):
        raise Failure(
            f"Illegal prefix length [{prefix}] in [{network}]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges"
        )
    free = 8 * len(base) - prefix
    lower = int.from_bytes(base, "big") >> free << free
    upper = lower + (1 << free) - 1
    ends = [_wide(end.to_bytes(len(base), "big")) for end in (lower, upper)]
    if len(address) == len(base):
        return lower <= int.from_bytes(address, "big") <= upper
    return ends[0] <= _wide(address) <= ends[1]


def _wide(address: bytes) -> bytes:
    """In 16 bytes."""
    return address if len(address) == 16 else _MAPPED + address


def _loopback(address: bytes) -> bool:
    return address[0] == 127 if len(address) == 4 else address == bytes(15) + b"\1"


def _link_local(address: bytes) -> bool:
    if len(address) == 4:
        return address[:2] == b"\xa9\xfe"
    return address[0] == 0xFE and address[1] & 0xC0 == 0x80


def _multicast(address: bytes) -> bool:
    return address[0] & 0xF0 == 0xE0 if len(address) == 4 else address[0] == 0xFF


def _link_local_multicast(address: bytes) -> bool:
    if len(address) == 4:
        return address[:3] == b"\xe0\0\0"
    return address[0] == 0xFF and address[1] & 0x0F == 2


def _interface_local_multicast(address: bytes) -> bool:
    return len(address) == 16 and address[0] == 0xFF and address[1] & 0x0F == 1


def _unspecified(address: bytes) -> bool:
    return not any(address)


def _unicast(address: bytes) -> bool:
    others = (_unspecified, _loopback, _multicast, _link_local)
    return address != _BROADCAST and not any(other(address) for other in others)


def _private(address: bytes) -> bool:
    return any(in_range(address, network) for network in _PRIVATE)


def _public(address: bytes) -> bool:
    others = (
        _private, _loopback, _unspecified, _link_local, _link_local_multicast, _interface_local_multicast,
    )  # fmt: skip
    return address != _BROADCAST and not any(other(address) for other in others)


_PRIVATE: Final = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fd00::/8")
_NAMED: Final[dict[str, Callable[[bytes], bool]]] = {
    "loopback": _loopback,
    "global_unicast": _unicast,
    "unicast": _unicast,
    "link_local_unicast": _link_local,
    "interface_local_multicast": _interface_local_multicast,
    "link_local_multicast": _link_local_multicast,
    "multicast": _multicast,
    "unspecified": _unspecified,
    "private": _private,
    "public": _public,
}
