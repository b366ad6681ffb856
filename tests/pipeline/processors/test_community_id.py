"""``community_id``: a flow has one hash, whichever way it is looked at."""

from __future__ import annotations

import base64
import ipaddress
import struct
from hashlib import sha1
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.parity.edge import edge

_ADDRESS = st.ip_addresses(v=4).map(str) | st.ip_addresses(v=6).map(str)
_PORT = st.integers(1, 65535)


def hashed(document: dict[str, Any], **options: Any) -> str:
    """What the edge writes for a flow."""
    pipeline = {"processors": [{"community_id": options}]}
    (outcome,) = edge(pipeline, [document], "elasticsearch")
    assert outcome.kind == "document", outcome
    found: str = outcome.source["network"]["community_id"]
    return found


def flow(one: str, other: str, ports: tuple[int, int], protocol: Any) -> dict[str, Any]:
    """A document with a flow."""
    return {
        "source": {"ip": one, "port": ports[0]},
        "destination": {"ip": other, "port": ports[1]},
        "network": {"transport": protocol},
    }


@given(_ADDRESS, _ADDRESS, _PORT, _PORT, st.sampled_from(["tcp", "udp", "sctp", "gre"]))
def test_both_directions_are_one_flow(
    one: str, other: str, here: int, there: int, protocol: str
) -> None:
    numbers = {int(ipaddress.ip_address(text)) for text in (one, other)}
    assume(one == other or len(numbers) == 2)  # the cluster compares numbers: 0.0.0.1 is as ::1
    forth = hashed(flow(one, other, (here, there), protocol))
    back = hashed(flow(other, one, (there, here), protocol))
    assert forth == back


@given(_ADDRESS, _ADDRESS, st.sampled_from([2, 47, 50, 88, 254]), st.integers(0, 65535))
def test_a_protocol_without_ports_is_hashed_without_them(
    one: str, other: str, protocol: int, seed: int
) -> None:
    ends = sorted(
        (ipaddress.ip_address(other), ipaddress.ip_address(one)), key=int
    )  # of equal numbers, the destination is first
    mapped = [getattr(end, "ipv4_mapped", None) or end for end in ends]
    if mapped != ends:
        return
    tail = struct.pack("!BB", protocol, 0)
    data = struct.pack("!H", seed) + b"".join(end.packed for end in ends) + tail
    wanted = "1:" + base64.b64encode(sha1(data, usedforsecurity=False).digest()).decode()
    assert hashed(flow(one, other, (1, 2), protocol), seed=seed) == wanted


@pytest.mark.parametrize(
    ("seed", "wanted"),
    [(0, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="), (1, "1:3V71V58M3Ksw/yuFALMcW0LAHvc=")],
)
def test_the_specifications_example(seed: int, wanted: str) -> None:
    document = flow("128.232.110.120", "66.35.250.204", (34855, 80), "tcp")
    assert hashed(document, seed=seed) == wanted
