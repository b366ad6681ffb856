"""
Elasticsearch's ``community_id``: the hash of a flow that Zeek, Suricata and others write, too.

Version 1 of the Community ID specification: SHA-1 over a seed, both ends in order, the protocol, and ports or ICMP's type and code.
"""

from __future__ import annotations

import base64
import hashlib
import math
from typing import TYPE_CHECKING, Any, Final

from shipper.pipeline.document import java_int
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import ELASTICSEARCH
from shipper.pipeline.processors.convert import packed
from shipper.pipeline.values import class_name, to_string

if TYPE_CHECKING:
    from shipper.pipeline.document import Document, Path
    from shipper.pipeline.options import Build, Options
    from shipper.pipeline.processors import Run

_ICMP, _ICMP6 = 1, 58
_NUMBERS: Final = {
    "icmp": _ICMP,
    "igmp": 2,
    "tcp": 6,
    "udp": 17,
    "gre": 47,
    "ipv6-icmp": _ICMP6,
    "icmpv6": _ICMP6,
    "eigrp": 88,
    "ospf": 89,
    "pim": 103,
    "sctp": 132,
}
_WITH_PORTS: Final = frozenset([6, 17, 132])
_MOST_PORT = 65535
_MOST_PROTOCOL = 254
_PAIRS = {
    _ICMP: [(0, 8), (9, 10), (13, 14), (15, 16), (17, 18)],
    _ICMP6: [(128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145)],
}
_ANSWERS: Final = {
    protocol: dict([*pairs, *((answer, question) for question, answer in pairs)])
    for protocol, pairs in _PAIRS.items()
}
"""A type of ICMP message, and that of its answer: with both known the two directions of a flow are one."""
_MAPPED = bytes(10) + b"\xff\xff"


def community_id(options: Options, build: Build) -> Run:
    """Sets the hash of the flow that a document tells of."""
    if build.flavour != ELASTICSEARCH:
        options.refuse(None, "OpenSearch's community_id is not built")
        for name in _OPENSEARCH:
            options.node(name)
        return lambda _document: None
    source, destination = _field(options, "source_ip"), _field(options, "destination_ip")
    ports = [_field(options, "source_port"), _field(options, "destination_port")]
    iana, transport = _field(options, "iana_number"), _field(options, "transport")
    message = [_field(options, "icmp_type"), _field(options, "icmp_code")]
    target = _field(options, "target_field")
    ignore_missing = options.flag("ignore_missing", default=True)
    seed = options.integer("seed", 0)
    if not 0 <= seed <= _MOST_PORT:
        options.wrong("seed", "must be a value between 0 and 65535")
        seed = 0
    start = seed.to_bytes(2, "big")

    def read(path: Path, document: Document) -> Any:
        return path.get_or_none(document) if ignore_missing else path.get(document)

    def flow(document: Document) -> bytes | None:
        ends = [path.get_text(document, ignore_missing=ignore_missing) for path in (source, destination)]  # fmt: skip
        protocol = iana.get_or_none(document)
        if ends[0] is None or ends[1] is None:
            return None
        addresses = [_address(end) for end in ends if end is not None]
        if protocol is None:
            protocol = read(transport, document)
        if protocol is None:
            return None
        number = _protocol(protocol)
        if number in _WITH_PORTS:
            names = ("source port", "destination port")
            numbers = [
                _port(read(path, document), name) for path, name in zip(ports, names, strict=True)
            ]
            return _flow(addresses, number, numbers)
        if number in _ANSWERS:
            names = ("icmp type", "icmp code")
            kind, code = (
                _number(path.get_or_none(document), name)
                for path, name in zip(message, names, strict=True)
            )
            answer = _ANSWERS[number].get(kind)
            if answer is None:
                return _flow(addresses, number, [kind, code], ordered=True)
            return _flow(addresses, number, [kind, answer])
        return _flow(addresses, number, [])

    def run(document: Document) -> None:
        found = flow(document)
        if found is not None:
            digest = hashlib.sha1(start + found, usedforsecurity=False).digest()
            target.set(document, f"1:{base64.b64encode(digest).decode()}")
        elif not ignore_missing:
            raise Failure("unable to construct flow from document")

    return run


_DEFAULTS: Final = {
    "source_ip": "source.ip",
    "source_port": "source.port",
    "destination_ip": "destination.ip",
    "destination_port": "destination.port",
    "iana_number": "network.iana_number",
    "icmp_type": "icmp.type",
    "icmp_code": "icmp.code",
    "transport": "network.transport",
    "target_field": "network.community_id",
}

_OPENSEARCH: Final = (
    "source_ip_field",
    "source_port_field",
    "destination_ip_field",
    "destination_port_field",
    "iana_protocol_number_field",
    "protocol_field",
    "icmp_type_field",
    "icmp_code_field",
    "seed",
    "target_field",
    "ignore_missing",
)


def _field(options: Options, name: str) -> Path:
    return options.path_plain(options.text(name, _DEFAULTS[name]))


def _flow(
    addresses: list[bytes], protocol: int, numbers: list[int], *, ordered: bool = False
) -> bytes:
    """
    What is hashed after the seed.

    Args:
        addresses: of source and destination.
        protocol: its number.
        numbers: ports, or what stands for them; empty where the protocol has none.
        ordered: the direction counts.
    """
    first, second = (int.from_bytes(address, "big") for address in addresses)
    turned = first > second or (first == second and (not numbers or numbers[0] >= numbers[1]))
    if turned and not ordered:
        addresses, numbers = addresses[::-1], numbers[::-1]
    tail = b"".join((number & 0xFFFF).to_bytes(2, "big") for number in numbers)
    return b"".join(addresses) + bytes([protocol & 0xFF, 0]) + tail


def _address(text: str) -> bytes:
    found = packed(text, any_digits=False)
    if found is None:
        raise Failure(f"'{text}' is not an IP string literal.")
    return found[12:] if found.startswith(_MAPPED) else found


def _protocol(value: Any) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _checked(_int_value(value))
    if not isinstance(value, str):
        reason = f"could not convert value of type [{class_name(value)}] to transport protocol"
        raise Failure(reason)
    known = _NUMBERS.get(value.lower())
    if known is not None:
        return known
    number = java_int(value)
    if number is None:
        raise Failure(f"could not convert string [{value}] to transport protocol")
    return _checked(number)


def _checked(number: int) -> int:
    if not 0 <= number <= _MOST_PROTOCOL:
        raise Failure(f"invalid transport protocol number [{number}]")
    return number


def _port(value: Any, name: str) -> int:
    number = _number(value, name)
    if not 0 < number <= _MOST_PORT:
        raise Failure(f"invalid {name} [{number}]")
    return number


def _number(value: Any, name: str) -> int:
    if value is None:
        return 0
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _int_value(value)
    number = java_int(value) if isinstance(value, str) else None
    if number is None:
        raise Failure(f"unable to parse {name} [{to_string(value)}]")
    return number


def _int_value(value: float) -> int:
    """``Number.intValue()``: whole numbers wrap around, others end at the largest."""
    if isinstance(value, int):
        return (value + 2**31) % 2**32 - 2**31
    return 0 if math.isnan(value) else int(max(-(2.0**31), min(value, 2.0**31 - 1)))
