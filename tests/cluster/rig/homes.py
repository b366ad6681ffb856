"""
Home folders of the servers: jars from Maven Central, sorted as the products' archives have them.

Homes live in a cache, one per recipe (product, version, these files' content), built once under a file lock and put in
place by one rename, so that any number of test processes may ask at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.cluster.rig import java

if TYPE_CHECKING:
    from collections.abc import Iterator

LAUNCHERS = Path(__file__).parent / "launchers"
_LOGGING = """\
status = error
appender.c.type = Console
appender.c.name = c
appender.c.layout.type = PatternLayout
appender.c.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = info
rootLogger.appenderRef.c.ref = c
"""

# Module, its plug-in class, the modules it extends, and its jars by the start of their names.
_OPENSEARCH_MODULES = (
    ("transport-netty4", "org.opensearch.transport.Netty4ModulePlugin", "", ("transport-netty4-client-", "netty-")),
    (
        "lang-painless",
        "org.opensearch.painless.PainlessModulePlugin",
        "",
        ("lang-painless-", "opensearch-scripting-painless-spi-", "asm-", "antlr4-runtime-"),
    ),
    (
        "ingest-common",
        "org.opensearch.ingest.common.IngestCommonModulePlugin",
        "lang-painless",
        ("ingest-common-", "opensearch-grok-", "opensearch-dissect-", "joni-", "jcodings-"),
    ),
    ("ingest-user-agent", "org.opensearch.ingest.useragent.IngestUserAgentModulePlugin", "", ("ingest-user-agent-",)),
    ("lang-mustache", "org.opensearch.script.mustache.MustacheModulePlugin", "", ("lang-mustache-client-", "compiler-")),
    ("mapper-extras", "org.opensearch.index.mapper.MapperExtrasModulePlugin", "", ("mapper-extras-client-",)),
    (
        "reindex",
        "org.opensearch.index.reindex.ReindexModulePlugin",
        "",
        ("reindex-client-", "opensearch-ssl-config-", "opensearch-rest-client-", "http", "commons-logging-", "commons-codec-"),
    ),
    (
        "analysis-common",
        "org.opensearch.analysis.common.CommonAnalysisModulePlugin",
        "lang-painless",
        ("analysis-common-",),
    ),
)  # fmt: skip


def cache_folder() -> Path:
    """Where homes and launchers are kept between runs."""
    given = os.environ.get("SHIPPER_RIG_CACHE")
    folder = Path(given) if given else Path("~/.cache/shipper-rig").expanduser()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def home(product: str, version: str, *, secure: bool = False) -> Path:
    """
    A server's home folder, built if it is not in the cache yet.

    Raises:
        RigMissingError: Java, Maven or an artifact cannot be had.
    """
    recipe = hashlib.sha256()
    for source in (Path(__file__), Path(java.__file__), *sorted(LAUNCHERS.iterdir())):
        recipe.update(source.read_bytes())
    name = f"{product}-{version}{'-secure' if secure else ''}-{recipe.hexdigest()[:10]}"
    done = cache_folder() / name
    with locked(f"{product}-{version}"):
        if not done.exists():
            building = cache_folder() / f"{name}.building"
            shutil.rmtree(building, ignore_errors=True)
            jars = _jars(product, version)
            build = _opensearch if product == "opensearch" else _elasticsearch
            build(building, version, jars, secure=secure)
            building.rename(done)
    return done


@contextmanager
def locked(name: str) -> Iterator[None]:
    """Holds a lock that all test processes of this machine share."""
    with (cache_folder() / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _jars(product: str, version: str) -> Path:
    """The server and its modules with all they depend on, in one folder."""
    excluding: dict[str, str] = {}
    if product == "opensearch":
        modules: tuple[str, ...] = (
            "transport-netty4-client", "ingest-common", "ingest-user-agent", "lang-painless",
            "opensearch-scripting-painless-spi", "lang-mustache-client", "mapper-extras-client", "reindex-client",
            "analysis-common",
        )  # fmt: skip
        artifacts = [f"org.opensearch:opensearch:{version}"]
        artifacts += [f"org.opensearch:opensearch-plugin-classloader:{version}"]
        artifacts += [f"org.opensearch.plugin:{module}:{version}" for module in modules]
        artifacts += ["org.apache.logging.log4j:log4j-core:2.21.0"]
    else:
        plugin = "org.elasticsearch.plugin"
        modules = ("transport-netty4", "x-pack-core", "x-pack-security")
        artifacts = [f"org.elasticsearch:elasticsearch:{version}"]
        artifacts += [f"{plugin}:{module}:{version}" for module in modules]
        excluding = {
            f"{plugin}:x-pack-core": f"{plugin}:x-pack-template-resources",
            f"{plugin}:x-pack-security": "*:*",
        }
    recipe = hashlib.sha256(repr((artifacts, excluding)).encode()).hexdigest()[:10]
    folder = cache_folder() / f"{product}-{version}-jars-{recipe}"
    if not folder.exists():
        java.fetch(artifacts, folder, excluding=excluding)
    return folder


def _skeleton(target: Path, jars: Path) -> None:
    for name in ("lib", "modules", "plugins", "config"):
        (target / name).mkdir(parents=True)
    for jar in jars.glob("*.jar"):
        (target / "lib" / jar.name).hardlink_to(jar)
    (target / "config" / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")


def _module(
    target: Path, name: str, class_name: str, extends: str, starts: tuple[str, ...]
) -> Path:
    """Moves jars out of ``lib`` into a module of their own and describes it."""
    folder = target / "modules" / name
    folder.mkdir()
    for jar in sorted((target / "lib").glob("*.jar")):
        if jar.name.startswith(starts):
            jar.rename(folder / jar.name)
    return _describe(target, folder, class_name, extends)


def _describe(target: Path, folder: Path, class_name: str, extends: str) -> Path:
    server = next((target / "lib").glob("opensearch-[0-9]*.jar"), None)
    product = "opensearch" if server else "elasticsearch"
    server = server or next((target / "lib").glob("elasticsearch-[0-9]*.jar"))
    version = server.stem.removeprefix(f"{product}-")
    lines = {
        "description": folder.name,
        "version": version,
        "name": folder.name,
        "classname": class_name,
        "java.version": str(java.OLDEST),
        f"{product}.version": version,
        "extended.plugins": extends,
        "has.native.controller": "false",
    }
    text = "".join(f"{key}={value}\n" for key, value in lines.items())
    (folder / "plugin-descriptor.properties").write_text(text, encoding="utf-8")
    return folder


def _launcher(target: Path, source: str, jar: Path, *, replace: tuple[str, str] = ("", "")) -> None:
    text = (LAUNCHERS / source).read_text(encoding="utf-8")
    copy = target / source
    copy.write_text(text.replace(*replace) if replace[0] else text, encoding="utf-8")
    java.compile_jar(copy, sorted((target / "lib").glob("*.jar")), jar, cache_folder())
    copy.unlink()


def _opensearch(target: Path, version: str, jars: Path, *, secure: bool) -> None:
    _skeleton(target, jars)
    for name, class_name, extends, starts in _OPENSEARCH_MODULES:
        _module(target, name, class_name, extends, starts)
    for jar in (target / "lib").glob("slf4j-api-*.jar"):
        jar.unlink()  # the security plug-in brings its own, and a class may be there only once
    (target / "config" / "opensearch.yml").touch()
    _launcher(target, "OpenSearchMain.java", target / "lib" / "launcher.jar")
    if not secure:
        return
    names = ("opensearch-security", "opensearch-job-scheduler")
    fetched = target / "fetched"
    artifacts = [f"org.opensearch.plugin:{name}:{version}.0:zip" for name in names]
    java.fetch([*artifacts, "org.apache.commons:commons-collections4:4.5.0"], fetched)
    for name in names:
        with zipfile.ZipFile(next(fetched.glob(f"{name}-*.zip"))) as archive:
            archive.extractall(target / "plugins" / name)
    security = target / "plugins" / "opensearch-security"
    collections = next(fetched.glob("commons-collections4-*.jar"))
    if not list(security.glob("commons-collections4-*.jar")):
        collections.rename(security / collections.name)
    # It extends a plug-in that Maven Central does not have, and only for the attributes of workload groups.
    descriptor = security / "plugin-descriptor.properties"
    text = descriptor.read_text(encoding="utf-8")
    descriptor.write_text(
        re.sub(r"(?m)^extended\.plugins=.*", "extended.plugins=", text), encoding="utf-8"
    )
    shutil.rmtree(fetched)


def _elasticsearch(target: Path, version: str, jars: Path, *, secure: bool) -> None:
    _skeleton(target, jars)
    _module(
        target,
        "transport-netty4",
        "org.elasticsearch.transport.netty4.Netty4Plugin",
        "",
        ("transport-netty4-", "netty-"),
    )
    held = target / "held"
    held.mkdir()
    for jar in sorted((target / "lib").glob("*.jar")):
        if jar.name.startswith(("x-pack-", "unboundid-", "http", "commons-")):
            jar.rename(held / jar.name)
    (target / "config" / "elasticsearch.yml").touch()
    _launcher(target, "ElasticsearchMain.java", target / "lib" / "launcher.jar")
    root = target / "modules" / "rest-root"
    root.mkdir()
    older = ("AbstractTokenFilterFactory(name)", "AbstractTokenFilterFactory(name, settings)")
    _launcher(
        target,
        "RootPlugin.java",
        root / "root.jar",
        replace=older if version.startswith("8.") else ("", ""),
    )
    _describe(target, root, "rig.RootPlugin", "")
    if secure:
        _x_pack(target, held)
    shutil.rmtree(held)


def _x_pack(target: Path, held: Path) -> None:
    core, security = (target / "modules" / name for name in ("x-pack-core", "x-pack-security"))
    for folder in (core, security):
        folder.mkdir()
    for jar in sorted(held.iterdir()):
        jar.rename((security if jar.name.startswith("x-pack-security") else core) / jar.name)
    fetched = target / "fetched"
    java.fetch(
        [
            "org.opensaml:opensaml-saml-impl:4.0.1",
            "com.nimbusds:nimbus-jose-jwt:10.0.2",
            "com.nimbusds:oauth2-oidc-sdk:11.22.2",
        ],
        fetched,
    )
    present = {_bare(jar) for folder in (target / "lib", core) for jar in folder.glob("*.jar")}
    for jar in fetched.glob("*.jar"):
        if _bare(jar) not in present and not jar.name.startswith(("spring", "velocity")):
            jar.rename(security / jar.name)
    shutil.rmtree(fetched)
    for jar in (target / "modules" / "transport-netty4").glob("*.jar"):
        (security / jar.name).hardlink_to(jar)
    _describe(target, core, "org.elasticsearch.xpack.core.XPackPlugin", "")
    _describe(target, security, "org.elasticsearch.xpack.security.Security", "x-pack-core")


def _bare(jar: Path) -> str:
    return re.sub(r"-\d.*", "", jar.name)
