"""Cases of Elasticsearch's ``network_direction``; what the names and ranges hold was asked of its server's own classes."""

from __future__ import annotations

from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("network-direction")
_INSIDE, _OUTSIDE = "10.1.2.3", "8.8.8.8"
_NETWORKS = ["10.0.0.0/8"]
_BY_ENDS = {
    (_INSIDE, _INSIDE): "internal", (_INSIDE, _OUTSIDE): "outbound", (_OUTSIDE, _INSIDE): "inbound", (_OUTSIDE, _OUTSIDE): "external",
}  # fmt: skip
_WITHIN: tuple[tuple[str, str, bool], ...] = (
    ("10.0.0.1", "10.0.0.0/8", True), ("11.0.0.1", "10.0.0.0/8", False), ("10.0.0.1", "10.0.0.1", True), ("10.0.0.1", "10.0.0.2", False),
    ("10.0.0.1", "10.0.0.9/8", True), ("10.0.0.1", "10.0.0.0/8/", True), ("10.0.0.1", "10.0.0.0/+8", True), ("::ffff:10.0.0.1", "10.0.0.0/8", True),
    ("10.0.0.1", "::/0", True), ("::1", "0.0.0.0/0", False), ("10.0.0.1", "0::/96", False), ("fe80::1%eth0", "fe80::/10", True),
    ("::a00:1", "10.0.0.0/8", False), ("0:0:0:0:0:ffff:0a00:1", "10.0.0.1", True), ("1.2.3.4", "0.0.0.0/0", True),
    ("127.0.0.1", "loopback", True), ("127.9.9.9", "loopback", True), ("::1", "loopback", True), ("128.0.0.1", "loopback", False),
    ("169.254.1.1", "link_local_unicast", True), ("fe80::1", "link_local_unicast", True), ("febf::1", "link_local_unicast", True),
    ("fec0::1", "link_local_unicast", False), ("8.8.8.8", "unicast", True), ("8.8.8.8", "global_unicast", True),
    ("255.255.255.255", "unicast", False), ("224.0.0.1", "unicast", False), ("0.0.0.0", "global_unicast", False), ("10.0.0.1", "global_unicast", True),
    ("ff01::1", "interface_local_multicast", True), ("ff02::1", "interface_local_multicast", False), ("224.0.0.1", "interface_local_multicast", False),
    ("224.0.0.5", "link_local_multicast", True), ("224.0.1.5", "link_local_multicast", False), ("ff02::fb", "link_local_multicast", True),
    ("224.0.1.5", "multicast", True), ("239.255.255.255", "multicast", True), ("240.0.0.1", "multicast", False), ("ff0e::1", "multicast", True),
    ("0.0.0.0", "unspecified", True), ("::", "unspecified", True), ("0.0.0.1", "unspecified", False),
    ("10.255.255.255", "private", True), ("172.16.0.1", "private", True), ("172.32.0.1", "private", False), ("192.168.9.9", "private", True),
    ("fd00::1", "private", True), ("fc00::1", "private", False), ("8.8.8.8", "public", True), ("10.0.0.1", "public", False),
    ("127.0.0.1", "public", False), ("255.255.255.255", "public", False), ("224.0.0.1", "public", False), ("224.0.1.1", "public", True),
    ("ff01::1", "public", False), ("2001:db8::1", "public", True), ("::", "public", False),
)  # fmt: skip
_BROKEN: tuple[tuple[str, str], ...] = (
    ("x", "'x' is not an IP string literal."), ("", "'' is not an IP string literal."), ("Loopback", "'Loopback' is not an IP string literal."),
    ("10.0.0.0/33", "Illegal prefix length [33] in [10.0.0.0/33]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges"),
    ("10.0.0.0/-1", "Illegal prefix length [-1] in [10.0.0.0/-1]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges"),
    ("/", "Expected [ip/prefix] but was [/]"), ("1/2/3", "Expected [ip/prefix] but was [1/2/3]"), ("/8", "'' is not an IP string literal."),
    (" 10.0.0.0/8", "' 10.0.0.0' is not an IP string literal."),
)  # fmt: skip


def _flow(source: Any = _INSIDE, destination: Any = _OUTSIDE, **more: Any) -> dict[str, Any]:
    return {"source": {"ip": source}, "destination": {"ip": destination}, **more}


def _case(option: str, expected: Any, document: dict[str, Any], **options: Any) -> Case:
    if "internal_networks_field" not in options:
        options.setdefault("internal_networks", _NETWORKS)
    return Case(
        option=option,
        processor={"network_direction": options},
        document=document,
        oracle="manual",
        expected=expected,
        page=PAGE,
    )


def _done(document: dict[str, Any], direction: str) -> dict[str, Any]:
    return document | {"network": {"direction": direction}}


def _ends() -> list[Case]:
    cases = []
    for ends, direction in _BY_ENDS.items():
        document = _flow(*ends)
        moved = {"a": {"b": list(ends)}, "c": ends[0], "d": ends[1]}
        cases.append(_case("source_ip destination_ip", _done(document, direction), document))
        cases += [
            _case("source_ip destination_ip", _done(moved, direction), moved, source_ip=one, destination_ip=other)
            for one, other in (("c", "d"), ("a.b.0", "a.b.1"), ("_source.c", "d"))
        ]  # fmt: skip
    for bad in ("x", "", "10.1", "1.2.3.4.5", "10.0.0.256", "::g", "10.1.2.3/8"):
        reason = Failed(f"'{bad}' is not an IP string literal.")
        cases.append(_case("source_ip", reason, _flow(bad)))
        cases.append(_case("destination_ip", reason, _flow(_INSIDE, bad)))
    for value, name in ((5, "java.lang.Integer"), ([_INSIDE], "java.util.ArrayList"), ({}, "java.util.HashMap"), (True, "java.lang.Boolean")):  # fmt: skip
        words = "field [{}] of type [{}] cannot be cast to [java.lang.String]"
        cases.append(_case("source_ip", Failed(words.format("source.ip", name)), _flow(value)))
        cases.append(
            _case("destination_ip", Failed(words.format("destination.ip", name)), _flow(_INSIDE, value))
        )  # fmt: skip
    cases += [
        _case(option, Invalid(), _flow(), **{option: value})
        for option in ("source_ip", "destination_ip", "target_field")
        for value in (5, ["a"])
    ]
    return cases


def _ranges() -> list[Case]:
    cases = []
    for address, network, within in _WITHIN:
        document = _flow(address, _OUTSIDE)
        beyond = network in {"::/0", "0.0.0.0/0", "unicast", "global_unicast", "public"}
        word = {(True, True): "internal", (True, False): "outbound", (False, True): "inbound", (False, False): "external"}[within, beyond]  # fmt: skip
        cases.append(_case("internal_networks", _done(document, word), document, internal_networks=[network]))  # fmt: skip
        listed = document | {"n": [network]}
        cases.append(_case("internal_networks_field", _done(listed, word), listed, internal_networks_field="n"))  # fmt: skip
    for network, reason in _BROKEN:
        cases.append(_case("internal_networks", Failed(reason), _flow(), internal_networks=[network]))  # fmt: skip
        listed = _flow(n=[network])
        cases.append(_case("internal_networks_field", Failed(reason), listed, internal_networks_field="n"))  # fmt: skip
    document = _flow(n="10.0.0.0/8")
    cases += [
        _case("internal_networks", _done(document, "outbound"), document, internal_networks=["{{n}}"]),
        _case("internal_networks", Failed("'x' is not an IP string literal."), document, internal_networks=["10.0.0.0/8", "x"]),
        _case("internal_networks", _done(_flow(), "external"), _flow(), internal_networks=[]),
        _case("internal_networks", Failed(None, "number_format_exception"), _flow(), internal_networks=["10.0.0.0/x"]),
        _case("internal_networks", Invalid(), _flow(), internal_networks="10.0.0.0/8"),
        _case("internal_networks", Invalid(), _flow(), internal_networks=None),
        _case("internal_networks internal_networks_field", Invalid(), _flow(), internal_networks=["loopback"], internal_networks_field="n"),
        _case("internal_networks_field", Invalid(), _flow(), internal_networks_field=5),
        _case("internal_networks_field", Failed("field [n] of type [java.lang.String] cannot be cast to [java.util.ArrayList]"), document, internal_networks_field="n"),
        _case("internal_networks_field", _flow(), _flow(), internal_networks_field="n"),
        _case("internal_networks_field", Failed(None, "class_cast_exception"), _flow(n=[5]), internal_networks_field="n"),
        _case("internal_networks_field", Failed("field [n] not present as part of path [n]"), _flow(), internal_networks_field="n", ignore_missing=False),
    ]  # fmt: skip
    return cases


def _rest() -> list[Case]:
    cases = []
    for document in ({}, {"source": {}}, {"source": {"ip": _INSIDE}}, _flow(None), _flow(_INSIDE, None), {"source.ip": _INSIDE}, {"source": 5}, {"destination": {"ip": _INSIDE}}, {"source": []}):  # fmt: skip
        cases.append(_case("ignore_missing", document, document))
        cases.append(_case("ignore_missing", document, document, ignore_missing=True))
    unable = "unable to calculate network direction from document"
    missing = "field [{}] not present as part of path [{}]"
    cases += [
        _case("ignore_missing", Failed(missing.format("source", "source.ip")), {}, ignore_missing=False),
        _case("ignore_missing", Failed(missing.format("ip", "source.ip")), {"source": {}}, ignore_missing=False),
        _case("ignore_missing", Failed(missing.format("destination", "destination.ip")), {"source": {"ip": _INSIDE}}, ignore_missing=False),
        _case("ignore_missing", Failed(unable), _flow(None), ignore_missing=False),
        _case("ignore_missing", Failed(unable), _flow(_INSIDE, None), ignore_missing=False),
        _case("ignore_missing", Invalid(), _flow(), ignore_missing="true"),
    ]  # fmt: skip
    document = _flow(s="x", m={}, l=[1])
    targets: dict[str, Any] = {
        "t": document | {"t": "outbound"},
        "s": document | {"s": "outbound"},
        "m.x": document | {"m": {"x": "outbound"}},
        "l.0": document | {"l": ["outbound"]},
        "a.b.c": document | {"a": {"b": {"c": "outbound"}}},
        "source.ip": document | {"source": {"ip": "outbound"}},
        "_source.t": document | {"t": "outbound"},
        "ü": document | {"ü": "outbound"},
        "m": document | {"m": "outbound"},
        "l": document | {"l": "outbound"},
        "new.x": document | {"new": {"x": "outbound"}},
        "source.x": document | {"source": {"ip": _INSIDE, "x": "outbound"}},
        "destination": document | {"destination": "outbound"},
        "destination.ip": document | {"destination": {"ip": "outbound"}},
        "_ingest.x": document,
        "{{s}}": document | {"{{s}}": "outbound"},
        "s.x": Failed("cannot set [x] with parent object of type [java.lang.String] as part of path [s.x]"),
        "l.1": Failed("[1] is out of bounds for array with length [1] as part of path [l.1]"),
        "": Failed("path cannot be null nor empty"),
    }  # fmt: skip
    cases += [_case("target_field", wanted, document, target_field=to) for to, wanted in targets.items()]  # fmt: skip
    return cases


CASES = [*_ends(), *_ranges(), *_rest()]
