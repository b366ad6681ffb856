"""``uri_parts``: cut as Java's own classes cut."""

from __future__ import annotations

import hashlib
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shipper.pipeline.failure import Failure
from shipper.pipeline.processors.uri_parts import take_apart
from tests.cluster.rig import homes, java

SOURCE = Path(__file__).with_name("UriOracle.java")
TEXTS = (
    "http://user:pa%20ss@example.org:8080/a/b.c/d.tar.gz?x=1&y=%41#frag", "/a b", "/search?q=a|b", "/x.y/z", "", "?", "#", "http:", "http:x",
    "http://", "http:///p", "//h/p", "//", "mailto:a@b.c", "http://[::1]:80/", "http://[::1%25eth0]/", "http://[fe80::1%1]/", "http://[::g]/",
    "http://a_b.c/", "http://1.2.3.4:5/", "http://1.2.3.256/", "http://1.2.3/", "http://a.1/", "http://a-.b/", "http://-a/", "http://a..b/",
    "http://a.:80", "http://a:/", "http://a:x/", "http://a:99999999999/", "http://u@h@i/", "http://u:p:q@h/", "http://@h/", "http://h/%zz",
    "/%e2%82%ac/%ff%fe", "http://ex ample.com/", "http://example.com/a b", "https://h/a/../b/./c/..", "http://h/p?q?r#s#t", "ftp://h/a",
    "file:///etc/x", "HTTP://H.Ex/", "1http://x", "h+t.p-1:x", "http://ünï.de/ä?ö#ü", "http://h/\u00a0", "a/b:c", "a:b/c", "a:/b", "http://h?x",
    "/\\x16\\x03", "*", "host:443", "http://a%41/", "http://a%zz/", "http://[/", "http://[::1]x/", "http://h/;p=1,2$!~*'()[]", "http://h/?[x]{y}",
    " http://h/ ", "http://h\x7f", "url:http://h/ x", "http://user name@h:8/ y", "http://[::1]:8/ y", "http://h:-1/ y", "http:////a/ y",
    "http://1.1.1.1.1/", "http://1a/", "http://1.a/", "mailto:a b?x=1?y#z", "http://h/\ud800", "//[::1.2.3.4]/",
)  # fmt: skip
OLDEST = 24  # older machines take more hosts
LETTERS = "/:?#@[]%a1.-_ \\|ü&=+;,$!~*'()^{}\"<>`2eAG\u00a0\u0085"
PARTS = ("scheme", "user_info", "domain", "port", "path", "query", "fragment")


def altered(text: str, chance: random.Random) -> str:
    """A text with up to two changes."""
    letters = list(text)
    for _ in range(chance.randrange(3)):
        at = chance.randrange(len(letters) + 1)
        letters[at : at + chance.randrange(2)] = chance.choice(["", chance.choice(LETTERS)])
    return "".join(letters)


def asked(texts: list[str]) -> list[dict[str, Any] | None]:
    """
    What Java's classes make of texts.

    Raises:
        RigMissingError: this machine has no Java.
    """
    runtime = java.find_java()
    if runtime.major < OLDEST:
        raise java.RigMissingError(f"Java {OLDEST} or newer, as Elasticsearch 9.1 brings")
    recipe = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:10]
    compiled = homes.cache_folder() / f"uri-oracle-{recipe}.jar"
    if not compiled.exists():
        java.compile_jar(SOURCE, [], compiled, homes.cache_folder())
    lines = "".join(f"{text.encode('utf-16-be', 'surrogatepass').hex()}\n" for text in texts)
    command = [runtime.command, "-XX:TieredStopAtLevel=1", "-cp", str(compiled), "UriOracle"]
    answer = subprocess.run(command, input=lines.encode(), capture_output=True, check=True)
    return [read(line) for line in answer.stdout.decode().splitlines()]


def read(line: str) -> dict[str, Any] | None:
    """One answer: the parts that are there."""
    if not line:
        return None
    values = [
        bytes.fromhex(part[1:]).decode("utf-16-be", "surrogatepass") if part[0] == "+" else None
        for part in line.split()
    ]
    return {name: value for name, value in zip(PARTS, values, strict=True) if value is not None}


def found(text: str) -> dict[str, Any] | None:
    """The same of ours."""
    try:
        parts = take_apart(text)
    except Failure:
        return None
    port = str(parts.get("port", -1))
    shown = {name: parts[name] for name in PARTS if parts.get(name) is not None}
    return shown | {"port": port}


def test_texts_are_cut_as_java_cuts_them() -> None:
    chance = random.Random(20_230_117)
    texts = [*TEXTS, *(altered(chance.choice(TEXTS), chance) for _ in range(3000))]
    try:
        wanted = asked(texts)
    except java.RigMissingError as missing:
        pytest.skip(str(missing))
    differences = [
        (text, theirs, ours)
        for text, theirs in zip(texts, wanted, strict=True)
        if theirs != (ours := found(text))
    ]
    assert not differences, differences[:10]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/a/b.tar.gz", {"path": "/a/b.tar.gz", "extension": "gz"}),
        ("/a.b/c", {"path": "/a.b/c"}),
        ("c.d", {"path": "c.d"}),
        ("/a.", {"path": "/a.", "extension": ""}),
        ("//u@h/", {"domain": "h", "path": "/", "user_info": "u"}),
        (
            "//u:@h/",
            {"domain": "h", "path": "/", "user_info": "u:", "username": "u", "password": ""},
        ),
        ("x:y", {"scheme": "x"}),
    ],
)
def test_parts_that_java_does_not_name(text: str, wanted: dict[str, Any]) -> None:
    assert take_apart(text) == {"domain": None, "scheme": None} | wanted
