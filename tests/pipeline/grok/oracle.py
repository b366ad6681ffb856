"""
The products' own grok libraries, asked over a pipe: thousands of questions a second without any node.

An answer for one text is None (no match), "timeout", "failed" (the library threw), or ``(begin, end, captures)``: the
span of the match in UTF-16 units and its captures, in which a number that is not a string is ``{"Integer": "3"}``.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import os
import subprocess
import threading
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from shipper.pipeline.document import METADATA, Document
from shipper.pipeline.document import Path as FieldPath
from shipper.pipeline.failure import Failure
from shipper.pipeline.values import class_name, to_string
from tests.cluster.rig import homes, java
from tests.parity.outcome import Outcome

VERSIONS = {"elasticsearch": "9.1.0", "opensearch": "3.4.0"}
NO_MATCH = "Provided Grok expressions do not match field value: [{}]"
_LOCK = threading.RLock()  # cases are run by several threads
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
        command = [
            java.find_java().command,
            "-Xmx192m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
        ]
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
        pairs = ",".join(
            f"{_encode(k)}:{_encode(v)}".replace("=", "") for k, v in (definitions or {}).items()
        )
        return self._ask(  # type: ignore[no-any-return]
            "MATCH", bank, _encode(pattern), pairs, "01"[capture_all], ",".join(map(_encode, texts))
        )

    def _ask(self, *question: str) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        with _LOCK:
            self.process.stdin.write("\t".join(question) + "\n")
            self.process.stdin.flush()
            answer = json.loads(self.process.stdout.readline())
        if isinstance(answer, dict) and set(answer) == {"error"}:
            raise OracleError(answer["error"])
        return answer


def oracle(product: str) -> Oracle:
    """The one process of this product in this test run."""
    with _LOCK:
        return _oracle(product)


@cache
def _oracle(product: str) -> Oracle:
    found = Oracle(product)
    atexit.register(found.close)
    return found


def plain(value: Any) -> Any:
    """A capture as JSON has it: numbers as numbers, whatever their class."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, dict):
        return value
    ((kind, text),) = value.items()
    if kind == "Boolean":
        return text == "true"
    return int(text) if kind in {"Integer", "Long"} else float(text)


def classed(value: Any) -> Any:
    """A capture of ours with the classes of its numbers, as the oracle writes it."""
    if isinstance(value, list):
        return [classed(item) for item in value]
    if isinstance(value, str):
        return value
    text = str(value).lower() if isinstance(value, bool) else to_string(value)
    return {class_name(value).rpartition(".")[2]: text}


def document_after(given: dict[str, Any], answer: Any) -> Outcome:
    """
    What the processor makes of a document of one text ``m`` with such an answer.

    Args:
        given: ``_source`` and metadata, as ``_simulate`` takes them.
        answer: of the oracle.
    """
    if answer is None:
        reason = NO_MATCH.format(given["_source"]["m"])
        return Outcome("failed", reason=reason, type="illegal_argument_exception")
    captures = answer[2]
    if isinstance(captures, str):
        return Outcome("failed", reason=captures, type="number_format_exception", foreign=True)
    metadata = {name: value for name, value in given.items() if name != "_source"}
    document = Document({**given["_source"], **metadata})
    try:
        for name, value in captures.items():
            FieldPath.parse(name).set(document, plain(value))
    except Failure as failure:
        return Outcome("failed", reason=failure.reason, type=failure.type)
    metadata = {name: document.ctx.pop(name) for name in METADATA if name in document.ctx}
    return Outcome("document", source=document.ctx, metadata=metadata)
