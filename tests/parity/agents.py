"""
The list of agents of the cluster that the edge is compared with: read out of the module's jar, kept in a temporary folder.

With the same list ``user_agent`` has to find the same; with the default one it finds what that release of uap-core knows.
"""

from __future__ import annotations

import atexit
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from tests.cluster.rig import homes
from tests.cluster.rig.node import OPENSEARCH

FILE = "regexes.yml"
version = OPENSEARCH
"""Of the node; ``--opensearch`` sets it."""


@cache
def folder() -> Path:
    """
    Folder to give to the edge as ``pipeline.user_agent.regex_directory``.

    Raises:
        RigMissingError: Java, Maven or an artifact cannot be had.
    """
    module = homes.home("opensearch", version) / "modules" / "ingest-user-agent"
    (jar,) = module.glob("*.jar")
    made = tempfile.TemporaryDirectory(prefix="shipper-agents-")
    atexit.register(made.cleanup)
    with zipfile.ZipFile(jar) as archive:
        archive.extract(FILE, made.name)
    return Path(made.name)
