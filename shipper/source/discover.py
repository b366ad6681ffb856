"""
Discovery: which files do the globs of an input match now?

A scan says what it saw and whether it saw everything: an error while listing (no descriptors left) makes the scan incomplete,
and nobody may conclude from an incomplete scan that a file is gone. A missing right is a problem, yet lasts: whoever holds a
file for deleted looks at its own path first, and is refused there as well.
"""

from __future__ import annotations

import errno
import fnmatch
import os
import re
import stat
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shipper.config.patterns import compile_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from shipper.config.settings import Input

MAX_DEPTH = 8  # levels that `**` stands for, as in Filebeat
_MAGIC = re.compile(r"[*?\[]")
_GONE = {errno.ENOENT, errno.ENOTDIR}


@dataclass(slots=True)
class Scan:
    """
    What one scan of an input saw.

    Attributes:
        files: status by path, in order of modification, oldest first.
        folders: folders whose changes concern the input: those that were listed, and those of links' targets.
        targets: link → the file that it leads to.
        complete: nothing was hidden by an error, missing rights left aside.
        problems: one line each, with what to do.
        ignored: path → why a matching file is not read.
    """

    files: dict[str, os.stat_result] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    targets: dict[str, str] = field(default_factory=dict)
    complete: bool = True
    problems: list[str] = field(default_factory=list)
    ignored: dict[str, str] = field(default_factory=dict)


class Finder:
    """
    Finds the files of one input; the globs are compiled once.

    Args:
        settings: of the input.
        own: paths of the agent's own files and folders: what is there is never read, whatever the globs say.
    """

    def __init__(self, settings: Input, own: Iterable[str] = ()) -> None:
        self._globs = [_split(path) for path in settings.paths]
        self._include = [compile_pattern(pattern) for pattern in settings.include_files]
        self._exclude = [compile_pattern(pattern) for pattern in settings.exclude_files]
        self._recursive = settings.recursive_glob
        self._symlinks = settings.symlinks
        self._own = tuple(os.path.realpath(path) for path in own)

    def scan(self) -> Scan:
        """List all matching files."""
        scan = Scan()
        found: dict[str, os.stat_result] = {}
        for base, parts in self._globs:
            for path in self._walk(base, parts, scan):
                if path not in found and self._wanted(path):
                    status = self._status(path, scan)
                    if status is not None:
                        found[path] = status
        # Rotated files first: their lines are older.
        scan.files = dict(sorted(found.items(), key=lambda item: (item[1].st_mtime_ns, item[0])))
        return scan

    def _wanted(self, path: str) -> bool:
        if self._include and not any(pattern.search(path) for pattern in self._include):
            return False
        return not any(pattern.search(path) for pattern in self._exclude)

    def _status(self, path: str, scan: Scan) -> os.stat_result | None:
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                if not self._symlinks:
                    scan.ignored[path] = (
                        "a symbolic link; set prospector.scanner.symlinks: true to follow it"
                    )
                    return None
                status = os.stat(path)  # noqa: PTH116
                target = os.path.realpath(path)
                scan.targets[path] = target
                scan.folders.add(os.path.dirname(target))  # noqa: PTH120
        except OSError as error:
            if error.errno not in _GONE:
                _report(scan, path, error)
            return None
        if stat.S_ISREG(status.st_mode):
            if self._own and self._is_own(path):
                scan.ignored[path] = "one of the agent's own files; exclude it"
                return None
            return status
        if not stat.S_ISDIR(status.st_mode):
            scan.ignored[path] = "not a regular file"
        return None

    def _is_own(self, path: str) -> bool:
        real = os.path.realpath(path)
        return any(real == own or real.startswith(own + "/") for own in self._own)

    def _walk(self, folder: str, parts: tuple[str, ...], scan: Scan) -> Iterator[str]:
        if not parts:
            yield folder
            return
        part, rest = parts[0], parts[1:]
        if part == "**" and self._recursive:
            yield from self._descend(folder, rest, scan, MAX_DEPTH)
        elif _MAGIC.search(part):
            match = re.compile(fnmatch.translate(part)).match
            for name, _ in _entries(folder, scan):
                if match(name):
                    yield from self._walk(os.path.join(folder, name), rest, scan)  # noqa: PTH118
        else:
            if not rest and os.path.isdir(folder):  # noqa: PTH112
                scan.folders.add(folder)
            yield from self._walk(os.path.join(folder, part), rest, scan)  # noqa: PTH118

    def _descend(self, folder: str, rest: tuple[str, ...], scan: Scan, depth: int) -> Iterator[str]:
        if rest:
            yield from self._walk(folder, rest, scan)
        for name, is_folder in _entries(folder, scan):
            path = os.path.join(folder, name)  # noqa: PTH118
            if is_folder and depth > 0:
                yield from self._descend(path, rest, scan, depth - 1)
            elif not rest and not is_folder:
                yield path


def _entries(folder: str, scan: Scan) -> list[tuple[str, bool]]:
    """Names in a folder, and whether each is a folder itself (links to folders are not followed by ``**``)."""
    try:
        with os.scandir(folder) as entries:
            scan.folders.add(folder)
            return [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError as error:
        if error.errno not in _GONE:
            _report(scan, folder, error)
        return []


def _report(scan: Scan, path: str, error: OSError) -> None:
    if error.errno not in {errno.EACCES, errno.EPERM, errno.ELOOP}:
        scan.complete = False
    if error.errno in {errno.EMFILE, errno.ENFILE}:
        advice = "too few file descriptors: raise the limit (LimitNOFILE, ulimit -n) or set harvester_limit"
    elif error.errno in {errno.EACCES, errno.EPERM}:
        advice = "the agent's user may not look there: give it the right (group adm, an ACL), or exclude it"
    else:
        advice = "it is tried again at the next scan"
    scan.problems.append(f"{path}: {error.strerror}; {advice}")


def _split(path: str) -> tuple[str, tuple[str, ...]]:
    """The part of a glob that names a folder, and the components from the first wildcard on."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        if _MAGIC.search(part):
            return "/".join(parts[:index]) or "/", tuple(parts[index:])
    return os.path.dirname(path) or "/", (os.path.basename(path),)  # noqa: PTH119, PTH120
