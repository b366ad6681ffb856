"""
Asks the products' own date classes, by a small Java program over the jars that the rig keeps.

Elasticsearch's processor itself cannot be asked on a node of the rig; its classes for dates can.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cluster.rig import homes, java

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE = Path(__file__).with_name("DateOracle.java")
VERSIONS = {"elasticsearch": "9.1.0", "opensearch": "3.4.0"}
OLDEST = 23  # older machines have other names for months and days
Question = tuple[str, str, str, int, str, str]
"""Zone, locale, format, current year, output format, text."""


class Oracle:
    """One Java process; answers begin with ``=`` or ``!``."""

    def __init__(self, product: str) -> None:
        """
        Start it.

        Raises:
            RigMissingError: this machine has no Java that is new enough.
        """
        runtime, version = java.find_java(), VERSIONS[product]
        if runtime.major < OLDEST:
            raise java.RigMissingError(f"Java {OLDEST} or newer, for the names of months and days")
        with homes.locked(f"{product}-{version}"):
            jars = homes._jars(product, version)
            recipe = hashlib.sha256(SOURCE.read_bytes() + version.encode()).hexdigest()[:10]
            compiled = homes.cache_folder() / f"date-oracle-{product}-{recipe}.jar"
            if not compiled.exists():
                java.compile_jar(SOURCE, sorted(jars.glob("*.jar")), compiled, homes.cache_folder())
        path = os.pathsep.join(map(str, [compiled, *sorted(jars.glob("*.jar"))]))
        options = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx192m", "-Duser.language=en"]
        self._process = subprocess.Popen(
            [runtime.command, *options, "-cp", path, "DateOracle", f"org.{product}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def ask(self, questions: Sequence[Question]) -> list[str]:
        """The answers, in order."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        data = "".join(
            "\t".join(_escaped(str(part)) for part in question) + "\n" for question in questions
        ).encode()

        def write() -> None:
            stdin.write(data)
            stdin.flush()

        writer = threading.Thread(target=write)
        writer.start()
        answers = [_plain(stdout.readline().decode().rstrip("\n")) for _ in questions]
        writer.join()
        return answers

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


def _escaped(text: str) -> str:
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[index : index + 2], "big") for index in range(0, len(units), 2)]
    return "".join(
        chr(code) if chr(code).isascii() and chr(code).isalnum() else f"\\u{code:04x}"
        for code in codes
    )


def _plain(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
