"""Cases of Elasticsearch's ``community_id``; OpenSearch's, under other names, makes the same hash of the same flow."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("community-id")
_ADDRESSES = (
    ("128.232.110.120", "66.35.250.204"), ("66.35.250.204", "128.232.110.120"), ("10.0.0.1", "10.0.0.1"), ("0.0.0.0", "255.255.255.255"),
    ("192.0.2.7", "10.0.0.1"), ("10.0.0.1", "192.0.2.7"), ("127.0.0.1", "128.0.0.1"), ("9.255.255.255", "10.0.0.0"),
    ("2001:db8::1", "2001:db8::2"), ("2001:db8::2", "2001:db8::1"), ("::1", "::1"), ("fe80::1", "ff02::fb"), ("ff02::fb", "fe80::1"),
    ("2001:0db8:0:0::0001", "::"), ("7fff::", "8000::"), ("FE80::ABCD", "fe80::abcd"),
)  # fmt: skip
_PORTS = ((1, 1), (34855, 80), (80, 34855), (1, 63335), (63335, 1), (256, 255), (255, 256), (53, 53), (40000, 33000), (5353, 5354))  # fmt: skip
_TYPES = (0, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 30, 40)
_TYPES6 = (1, 2, 3, 4, 127, 128, 129, 130, 131, 132, 133, 134, 135, 136, 137, 139, 140, 144, 145, 200)  # fmt: skip


def _flow(
    ends: tuple[Any, Any] = _ADDRESSES[0],
    ports: tuple[Any, Any] = (34855, 80),
    **network: Any,
) -> dict[str, Any]:
    return {
        "source": {"ip": ends[0], "port": ports[0]},
        "destination": {"ip": ends[1], "port": ports[1]},
        "network": network or {"transport": "tcp"},
    }


def _node(option: str, document: dict[str, Any], **options: Any) -> Case:
    """A case that OpenSearch's processor judges."""
    return Case(
        option=option, document=document, processor={"community_id": options}, oracle="rewritten"
    )


def _manual(option: str, expected: Any, document: dict[str, Any], **options: Any) -> Case:
    return Case(
        option=option,
        document=document,
        processor={"community_id": options},
        oracle="manual",
        expected=expected,
        page=PAGE,
    )


def _failed(option: str, reason: str, document: dict[str, Any], **options: Any) -> Case:
    return _manual(option, Failed(reason), document, **options)


def _without(path: str, **more: Any) -> dict[str, Any]:
    """A flow that lacks a field."""
    document = _flow() | more
    head, _, leaf = path.partition(".")
    del document[head][leaf]
    return document


def _icmp(kind: Any, code: Any = 0, transport: str = "icmp", **more: Any) -> dict[str, Any]:
    ends = _ADDRESSES[8] if transport != "icmp" else _ADDRESSES[0]
    return _flow(ends, transport=transport) | {"icmp": {"type": kind, "code": code}} | more


def _ends() -> list[Case]:
    both = "source_ip destination_ip"
    cases = [
        _node(both, _flow(ends, transport=name))
        for ends in _ADDRESSES
        for name in ("tcp", "udp", "sctp")
    ]
    moved = {"a": {"b": "10.0.0.1"}, "c": ["10.0.0.2", "10.0.0.3"]}
    cases += [
        _node(both, _flow() | moved, source_ip=one, destination_ip=other)
        for one in ("a.b", "c.0", "c.1", "source.ip")
        for other in ("a.b", "c.0", "destination.ip")
    ]
    mapped = _flow(("::ffff:128.232.110.120", "66.35.250.204"))
    hashed = {"network": {"transport": "tcp", "community_id": "1:LQU9qZlK+B5F3KDmev6m5PMibrg="}}
    cases.append(_manual("source_ip", mapped | hashed, mapped))
    for side, name in (("source_ip", "source"), ("destination_ip", "destination")):
        cases += [
            _failed(side, f"'{text}' is not an IP string literal.", _with_ip(name, text))
            for text in ("x", "", "1.2.3", "1.2.3.256", "10.0.0.0/8", "host.example")
        ]
        path = f"{name}.ip"
        reason = f"field [{path}] of type [java.lang.Integer] cannot be cast to [java.lang.String]"
        cases += [
            _failed(side, reason, _with_ip(name, 5)),
            _node(f"{side} ignore_missing", _without(path)),
            _node(f"{side} ignore_missing", _with_ip(name, None)),
            _failed(f"{side} ignore_missing", f"field [ip] not present as part of path [{path}]", _without(path), ignore_missing=False),
        ]  # fmt: skip
    return cases


def _with_ip(side: str, value: Any) -> dict[str, Any]:
    document = _flow()
    document[side]["ip"] = value
    return document


def _ports() -> list[Case]:
    both = "source_port destination_port"
    cases = [
        _node(both, _flow(ends, ports, transport=name))
        for ports in _PORTS
        for ends in (_ADDRESSES[0], _ADDRESSES[2])
        for name in ("tcp", "udp")
    ]
    cases += [
        _node(both, _flow() | {"p": [1, 2]}, source_port=one, destination_port=other)
        for one, other in (("p.0", "p.1"), ("p.1", "p.0"), ("p.0", "p.0"))
    ]
    hashed = {"network": {"transport": "tcp", "community_id": "1:LQU9qZlK+B5F3KDmev6m5PMibrg="}}
    for ports in (("34855", "80"), (34855.0, 80.9), ("+34855", "0080")):
        document = _flow(ports=ports)
        cases.append(_manual(both, document | hashed, document))
    for side, name, index in (("source_port", "source", 0), ("destination_port", "destination", 1)):
        words = f"{name} port"
        for value in (0, 65536, -1, 70000, None):
            pair = [34855, 80]
            pair[index] = value
            reason = f"invalid {words} [{value or 0}]"
            cases.append(_failed(side, reason, _flow(ports=(pair[0], pair[1]))))
        for value in ("x", "", "80.5", "0x50"):
            pair = [34855, 80]
            pair[index] = value
            cases.append(
                _failed(side, f"unable to parse {words} [{value}]", _flow(ports=(pair[0], pair[1])))
            )
        cases.append(_failed(side, f"invalid {words} [0]", _without(f"{name}.port")))
    return cases


def _protocols() -> list[Case]:
    cases = [
        _node("transport", _flow(_ADDRESSES[n], transport=name))
        for name in ("tcp", "TCP", "Udp", "udp", "sctp", "SCTP")
        for n in (0, 3, 8, 13)
    ]
    cases += [
        _node("iana_number", _flow(_ADDRESSES[n], iana_number=number))
        for number in (6, 17, 132)
        for n in (0, 1, 3, 8, 11, 13)
    ]
    cases += [
        _node("iana_number transport", _flow(iana_number=17, transport="tcp")),
        _node("transport", _flow() | {"p": "udp"}, transport="p"),
        _node("iana_number", _flow() | {"p": 17}, iana_number="p"),
        _node("transport ignore_missing", _without("network.transport")),
        _failed("transport", "could not convert string [x] to transport protocol", _flow(transport="x")),
        _failed("transport", "could not convert string [] to transport protocol", _flow(transport="")),
        _failed("iana_number", "invalid transport protocol number [-1]", _flow(iana_number=-1)),
        _failed("iana_number", "invalid transport protocol number [255]", _flow(iana_number=255)),
        _failed("iana_number", "could not convert value of type [java.lang.Boolean] to transport protocol", _flow(iana_number=True)),
        _failed("transport", "field [transport] not present as part of path [network.transport]", _without("network.transport"), ignore_missing=False),
    ]  # fmt: skip
    same = {"1:LQU9qZlK+B5F3KDmev6m5PMibrg=": ("6", 6, 6.0, "tcp")}
    for hashed, values in same.items():
        for name in ("iana_number", "transport"):
            for value in values:
                document = _flow(**{name: value})
                network = {"network": {name: value, "community_id": hashed}}
                cases.append(_manual(name, document | network, document))
    return cases


def _messages() -> list[Case]:
    both = "icmp_type icmp_code"
    cases = [_node(both, _icmp(kind, code)) for kind in _TYPES for code in (0, 3)]
    cases += [_node(both, _icmp(kind, 1, "ipv6-icmp")) for kind in _TYPES6]
    cases += [
        _node(both, _icmp(8) | {"i": [0, 3]}, icmp_type=one, icmp_code=other)
        for one, other in (("i.0", "i.1"), ("i.1", "i.0"))
    ]
    cases += [
        _failed("icmp_type", "unable to parse icmp type [x]", _icmp("x")),
        _failed("icmp_code", "unable to parse icmp code [x]", _icmp(3, "x")),
        _failed("icmp_code", "unable to parse icmp code [x]", _icmp(8, "x", "icmpv6")),
    ]
    return cases


def _rest() -> list[Case]:
    cases = [
        _node("seed", _flow(_ADDRESSES[n]), seed=seed)
        for seed in (0, 1, 255, 256, 65535, "1")
        for n in (0, 1, 8, 9)
    ]
    cases += [_manual("seed", Invalid(), _flow(), seed=seed) for seed in (-1, 65536, "x", 1.5)]
    cases += [
        _node("target_field", _flow() | {"l": [1], "m": {}}, target_field=target)
        for target in (
            "id", "a.b.c", "network.community_id", "network.id", "source", "m.x", "l.0", "l.1", "l.x", "l", "source.ip.x", "source.ip",
            "destination", "_ingest.x", "ünï", "m", "source.port", "new", "a", "network.transport", "_source.x",
        )
    ]  # fmt: skip
    bare: tuple[dict[str, Any], ...] = ({}, {"a": 1}, {"source": {}}, {"source": None}, {"source": "x"}, {"source": {"ip": None}})  # fmt: skip
    cases += [_node("ignore_missing", document) for document in bare]
    cases += [
        _node("ignore_missing", _flow(_ADDRESSES[n]), ignore_missing=flag)
        for n in (0, 1, 8)
        for flag in (True, False)
    ]
    cases += [
        _failed("ignore_missing", "field [source] not present as part of path [source.ip]", {}, ignore_missing=False),
        _failed("ignore_missing", "unable to construct flow from document", _with_ip("source", None), ignore_missing=False),
        _failed("ignore_missing", "unable to construct flow from document", _flow(transport=None), ignore_missing=False),
        _manual("ignore_missing", Invalid(), _flow(), ignore_missing="true"),
    ]  # fmt: skip
    words = "OpenSearch's community_id is not built"
    cases.append(
        Case(
            option="source_ip",
            document=_flow(),
            processor={
                "community_id": {"source_ip_field": "source.ip", "destination_ip_field": "x"}
            },
            only="opensearch",
            refused=words,
        )
    )
    return cases


CASES = [*_ends(), *_ports(), *_protocols(), *_messages(), *_rest()]
