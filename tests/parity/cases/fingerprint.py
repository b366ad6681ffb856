"""Cases of ``fingerprint``: OpenSearch's by the node, Elasticsearch's by what its manual says is hashed."""

from __future__ import annotations

import base64
import hashlib
import struct
from typing import Any

from tests.parity.case import Case, Failed, Invalid
from tests.parity.cases._fields import VALUES
from tests.parity.options import ES, PAGES

PAGE = PAGES[ES].format("fingerprint")
KIND = "fingerprint"
THREADS = 1  # OpenSearch's digests are shared by its threads: two calls at once make wrong hashes
_RICH = {
    "a": 1, "b": {"c": [1, 2.5], "d": {"e": None}}, "z": "ü", "B": True, "l": [{"x": 1, "A": 2}], "e": {}, "n": None, "big": 2**70,
    "long": 2**40, "\uffff": "1", "😀": "2",
}  # fmt: skip
_TARGETS: tuple[Any, ...] = (
    "t", "a", "a.b", "b.x", "b.c.0", "b.c.5", "b.c.x", "n.x", "z.x", "_source.t", "_ingest.t", "b", "", ".", "t.", "x.y.z", "{{a}}", "l.0.x",
    "e.e", 5, ["a"], "ü", "_ingest.x.y",
)  # fmt: skip


def _node(option: str, options: dict[str, Any], document: dict[str, Any]) -> Case:
    return Case(option=option, processor={KIND: options}, document=document, only="opensearch")


def _opensearch() -> list[Case]:
    cases = [_node("fields", {"fields": ["a"]}, {"a": value, "b": 1}) for value in VALUES]
    cases += [_node("exclude_fields", {}, {"a": value, "b": 1}) for value in VALUES]
    lists: tuple[Any, ...] = (
        ["a"], ["b", "a"], ["a", "a"], ["b.c"], ["b.c.0"], ["b.c.9"], ["b.d.e"], ["n"], ["e"], ["nope"], ["nope", "a"], ["_index"],
        ["_index", "a"], ["l.0"], ["z", "\uffff", "😀"], [], None, [""], ["a", ""], "a", 5, [5], [None], ["a."],
        ["."], ["_source.a"], ["{{a}}"], ["big"], ["long"], ["b"],
    )  # fmt: skip
    for option in ("fields", "exclude_fields"):
        for names in lists:
            cases += [
                _node(f"{option} ignore_missing", {option: names, "ignore_missing": flag}, _RICH)
                for flag in (True, False)
            ]
    cases += [
        _node("fields exclude_fields", {"fields": one, "exclude_fields": other}, _RICH)
        for one in ([], ["a"])
        for other in ([], ["b"])
    ]
    cases += [
        _node("exclude_fields", {"exclude_fields": ["b"]}, document)
        for document in ({}, {"b": 1}, {"a.b": 1}, {"a": {"b.c": 1, "b": {"c": 2}}}, {"": 1}, {"a": {"": {"": 1}}})
    ]  # fmt: skip
    methods = ("MD5", "SHA-1", "SHA-256", "SHA3-256")
    spelled: list[Any] = [f"{name}@2.16.0" for name in methods]
    spelled += [name.lower() for name in spelled]
    spelled += [*methods, "Sha-1@2.16.0", "SHA-512@2.16.0", "", 5, None, "MurmurHash3"]
    cases += [
        _node("hash_method", {"fields": ["a"], "hash_method": name}, document)
        for name in spelled
        for document in (_RICH, {"a": "x" * 1000})
    ]
    cases += [
        _node("target_field", {"fields": ["a"], "target_field": to}, _RICH) for to in _TARGETS
    ]
    cases += [
        _node("ignore_missing", {"fields": ["a"], "ignore_missing": flag}, document)
        for flag in (True, False, "true", 1)
        for document in ({}, {"a": None}, {"a": 1}, {"b": 1})
    ]
    cases += [_node("fields", {"fields": ["a"], "salt": "x"}, {"a": 1}), _node("fields", {"fields": ["a"], "method": "MD5"}, {"a": 1})]  # fmt: skip
    return cases


# -- Elasticsearch -----------------------------------------------------------------------------------------------------


def _manual(option: str, expected: Any, options: dict[str, Any], document: dict[str, Any]) -> Case:
    return Case(
        option=option,
        processor={KIND: options},
        document=document,
        oracle="manual",
        expected=expected,
        page=PAGE,
    )


def _hashed(*parts: bytes, method: str = "sha1", salt: bytes = b"") -> str:
    """Of values each after a zero byte, as the cluster feeds its digest."""
    data = salt + b"".join(b"\0" + part for part in parts)
    return base64.b64encode(hashlib.new(method, data).digest()).decode()


_ONE = struct.pack("<i", 1)
_BYTES: tuple[tuple[Any, tuple[bytes, ...]], ...] = (
    ("x", (b"x",)), ("", (b"",)), ("ü😀", ("ü😀".encode(),)), (1, (_ONE,)), (-1, (b"\xff" * 4,)),
    (2**31, (struct.pack("<q", 2**31),)), (-(2**63), (struct.pack("<q", -(2**63)),)), (1.5, (struct.pack("<d", 1.5),)),
    (-0.0, (struct.pack("<d", -0.0),)), (True, (b"\1",)), (False, (b"\2",)), ([], ()), ({}, ()), ([1, "x"], (_ONE, b"x")),
    ([None], (b"",)), ([[1], []], (_ONE,)), ({"b": 1, "a": "x"}, (b"a", b"x", b"b", _ONE)), ({"a": {"b": 1}}, (b"a", b"b", _ONE)),
    ({"B": 1, "a": 1}, (b"B", _ONE, b"a", _ONE)), ([{"a": [True]}], (b"a", b"\1")), ({"a": None}, (b"a", b"")),
    ({"\uffff": 1, "😀": 1}, ("😀".encode(), _ONE, "\uffff".encode(), _ONE)),
)  # fmt: skip


def _elasticsearch() -> list[Case]:
    cases = [
        _manual("fields", document | {"fingerprint": _hashed(*parts)}, {"fields": ["a"]}, document)
        for value, parts in _BYTES
        for document in ({"a": value},)
    ]
    both = {"a": 1, "b": "x"}
    cases += [
        _manual("fields", both | {"fingerprint": _hashed(_ONE, b"x")}, {"fields": names}, both)
        for names in (["a", "b"], ["b", "a"])
    ]
    cases += [
        _manual("fields", both | {"fingerprint": _hashed(_ONE, _ONE)}, {"fields": ["a", "a"]}, both),
        _manual("fields", Failed("cannot convert object of type [java.math.BigInteger] to bytes"), {"fields": ["a"]}, {"a": 2**70}),
        *(_manual("fields", Invalid(), {"fields": names}, both) for names in ([], "a", None, 5)),
        _manual("fields", Invalid(), {}, both),
        _manual("fields", Invalid(), {"fields": ["a"], "exclude_fields": ["b"]}, both),
        _manual("fields", Invalid(), {"fields": ["a"], "hash_method": "MD5@2.16.0"}, both),
    ]  # fmt: skip
    methods = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-512": "sha512"}
    cases += [
        _manual("method", document | {"fingerprint": _hashed(*parts, method=name)}, {"fields": ["a"], "method": method}, document)
        for method, name in methods.items()
        for value, parts in _BYTES[:5]
        for document in ({"a": value},)
    ]  # fmt: skip
    cases += [_manual("method", Invalid(), {"fields": ["a"], "method": name}, both) for name in ("md5", "SHA1", "", 5, "SHA-384", "murmurhash3")]  # fmt: skip
    salts = {"s": b"s", "ü": "ü".encode(), " ": b"", "": b"", " x": b" x", "\u00a0": "\u00a0".encode(), "\t\n": b"", "\x1f": b"", "\x85": "\x85".encode(), "\u2003": b""}  # fmt: skip
    cases += [
        _manual("salt", document | {"fingerprint": _hashed(part, salt=added)}, {"fields": ["a"], "salt": salt}, document)
        for salt, added in salts.items()
        for value, part in (("x", b"x"), (1, _ONE))
        for document in ({"a": value},)
    ]  # fmt: skip
    cases += [_manual("salt", Invalid(), {"fields": ["a"], "salt": salt}, both) for salt in (5, ["a"], True)]  # fmt: skip
    gone = "missing field [{}] when calculating fingerprint"
    for document in ({}, {"a": None}, {"b": {"a": 1}}, {"a.b": 1}, {"b": 5}):
        wanted = _manual("ignore_missing", document, {"fields": ["a"], "ignore_missing": True}, document)  # fmt: skip
        cases += [wanted, _manual("ignore_missing", Failed(gone.format("a")), {"fields": ["a"]}, document)]  # fmt: skip
        cases += [_manual("ignore_missing", Failed(gone.format("a")), {"fields": ["a"], "ignore_missing": False}, document)]  # fmt: skip
        done = document | {"fingerprint": _hashed(b"v"), "v": "v"}
        cases += [_manual("ignore_missing", done, {"fields": ["v", "a"], "ignore_missing": True}, document | {"v": "v"})]  # fmt: skip
    cases += [
        _manual("ignore_missing", Failed(gone.format("z")), {"fields": ["a", "z"]}, {}),
        _manual("ignore_missing", Invalid(), {"fields": ["a"], "ignore_missing": "true"}, {}),
    ]
    done = _hashed(_ONE)
    cases += [
        _manual("target_field", {"a": 1, "t": done}, {"fields": ["a"], "target_field": "t"}, {"a": 1}),
        _manual("target_field", {"a": 1, "t": {"u": done}}, {"fields": ["a"], "target_field": "t.u"}, {"a": 1}),
        _manual("target_field", {"a": done}, {"fields": ["a"], "target_field": "a"}, {"a": 1}),
        _manual("target_field", Invalid(), {"fields": ["a"], "target_field": 5}, {"a": 1}),
    ]  # fmt: skip
    return cases


def _by_server() -> list[Case]:
    """MurmurHash3 of what begins with a zero byte: figures of Elasticsearch's own class, which its server has."""
    known = {
        "": "RhCr5W7/XLVRYi2qePg1gw==",
        "a": "6Nc7wbtqkqIracv8/BGGPQ==",
        "abcdefghijklmno": "W3GboEaqm/sTiB+KGOUlIQ==",
        "0123456789abcdef": "9MvOlmc+DnGfi5b6n1mMVA==",
        "hello wörld 1234567890 1234567890 xyz": "pANrtNEME/oNC0HeUaTvfg==",
    }
    return [
        _manual("method", document | {"fingerprint": done}, {"fields": ["a"], "method": "MurmurHash3"}, document)
        for text, done in known.items()
        for document in ({"a": text},)
    ]  # fmt: skip


CASES = [*_opensearch(), *_elasticsearch(), *_by_server()]
