"""
The products' own grok libraries, asked over a pipe: thousands of questions a second without any node.

An answer for one text is None (no match), "timeout", "failed" (the library threw), or ``(begin, end, captures)``: the
span of the match in UTF-16 units and its captures, in which a number that is not a string is ``{"Integer": "3"}``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.cluster.rig import homes, java

VERSIONS = {"elasticsearch": "9.1.0", "opensearch": "3.4.0"}
SOURCE = Path(__file__).with_name("GrokOracle.java")


def _encode(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()


class OracleError(Exception):
    """The library refuses the pattern; the message is its class and its words."""


@dataclass
class Oracle:
    """One product's library in a process of its own."""

    product: str
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        version = VERSIONS[self.product]
        with homes.locked(f"{self.product}-{version}"):
            jars = homes._jars(self.product, version)
            recipe = hashlib.sha256(SOURCE.read_bytes() + version.encode()).hexdigest()[:10]
            compiled = homes.cache_folder() / f"grok-oracle-{self.product}-{recipe}.jar"
            if not compiled.exists():
                java.compile_jar(SOURCE, sorted(jars.glob("*.jar")), compiled, homes.cache_folder())
        path = os.pathsep.join(map(str, [compiled, *sorted(jars.glob("*.jar"))]))
        command = [java.find_java().command, "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        self.process = subprocess.Popen(
            [*command, "-cp", path, "GrokOracle", self.product],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )

    def close(self) -> None:
        """Ends the process."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(30)

    def bank(self, name: str) -> dict[str, str]:
        """All names of a bank and their texts."""
        answer: dict[str, str] = self._ask("BANK", name)
        return answer

    def match(
        self,
        bank: str,
        pattern: str,
        texts: list[str],
        definitions: dict[str, str] | None = None,
        *,
        capture_all: bool = False,
    ) -> list[Any]:
        """
        Searches a pattern in each text.

        Raises:
            OracleError: the pattern is refused.
        """
        if not texts:
            return []
        pairs = ",".join(f"{_encode(k)}:{_encode(v)}".replace("=", "") for k, v in (definitions or {}).items())
        return self._ask(  # type: ignore[no-any-return]
            "MATCH", bank, _encode(pattern), pairs, "01"[capture_all], ",".join(map(_encode, texts))
        )

    def _ask(self, *question: str) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\t".join(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict) and set(answer) == {"error"}:
            raise OracleError(answer["error"])
        return answer


@cache
def oracle(product: str) -> Oracle:
    """The one process of this product in this test run."""
    return Oracle(product)
