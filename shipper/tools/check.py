"""
What is right and wrong with a configuration on this machine: the file itself, and what its globs match now.

Reads no log and asks no cluster. Decides; the command line only prints.
"""

from __future__ import annotations

import fnmatch
import grp
import os
import pwd
import stat
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from shipper.agent import pipelines
from shipper.cluster import ingest
from shipper.cluster.login import way_of
from shipper.config import load
from shipper.config.patterns import compile_pattern
from shipper.config.settings import Elasticsearch
from shipper.errors import ConfigError
from shipper.source.discover import Finder

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shipper.config.settings import Input, Settings
    from shipper.source.discover import Scan

_COMPRESSED = (".gz", ".zst", ".xz", ".bz2", ".zip", ".lz4")
_MAGIC = frozenset("*?[")
_SHOWN = 5  # files that are named one by one


@dataclass(frozen=True, slots=True)
class InputSummary:
    """What one input would read now."""

    id: str
    enabled: bool
    route: str
    globs: list[tuple[str, int]]  # glob, number of files


@dataclass(frozen=True, slots=True)
class Report:
    """
    The outcome of a check of a configuration that could be loaded.

    Attributes:
        errors: what keeps the agent from working, one line each, with what to do.
        warnings: what looks like a mistake, likewise.
        origins: keys of the access whose value does not stand in the file itself, and where it comes from.
    """

    file: Path
    output: str
    path_data: Path
    inputs: list[InputSummary] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    origins: dict[str, str] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when there are no errors, otherwise 1."""
        return 1 if self.errors else 0


def check(file: Path, overrides: Sequence[str] = ()) -> Report:
    """
    Load a configuration and look at the files it names.

    Raises:
        ConfigError: with every problem of the file.
    """
    settings = load(file, overrides)
    report = Report(file, _output(settings), settings.path_data, origins=settings.origins)
    owners: dict[tuple[int, int], tuple[str, str]] = {}
    for one in settings.inputs:
        report.inputs.append(_input(one, report, owners))
    for what, folder in _folders(settings):
        _writable(what, folder, report)
    _own_files(settings, report)
    _pipelines(settings, report)
    return report


def _output(settings: Settings) -> str:
    output = settings.output
    if isinstance(output, Elasticsearch):
        way = way_of(output)
        login = way.replace("user ", "as ", 1) if way.startswith("user ") else way and f"with {way}"
        return f"elasticsearch {', '.join(output.hosts)} {login}".rstrip()
    return f"local {output.path}"


def _route(one: Input) -> str:
    pipeline = one.pipeline
    if pipeline is None:
        return one.data_stream.index
    return f"{one.data_stream.index}, pipeline {pipeline.id or pipeline.file}"


def _input(
    one: Input, report: Report, owners: dict[tuple[int, int], tuple[str, str]]
) -> InputSummary:
    """Look at the files of one input; ``owners`` collects (device, inode) → (input, path)."""
    globs = []
    files: dict[str, os.stat_result] = {}
    problems: dict[str, None] = {}
    for glob in one.paths:
        scan = Finder(msgspec.structs.replace(one, paths=(glob,))).scan()
        globs.append((glob, len(scan.files)))
        files |= scan.files
        if scan.files:
            problems |= dict.fromkeys(scan.problems)
        elif one.enabled:
            report.warnings.append(_nothing(one, glob, scan))
    summary = InputSummary(one.id, one.enabled, _route(one), globs)
    if not one.enabled:
        return summary
    report.warnings.extend(f"input {one.id}: {problem}" for problem in problems)
    _unreadable(one, files, report)
    packed = [path for path in files if path.endswith(_COMPRESSED)]
    if packed:
        report.warnings.append(
            f"input {one.id}: {_some(packed)} {'is' if len(packed) == 1 else 'are'} compressed, by"
            " name: compressed files are left alone; to say so:"
            r" prospector.scanner.exclude_files: ['\.(gz|zst|xz|bz2)$']"
        )
    _shared(one, files, report, owners)
    return summary


def _shared(
    one: Input,
    files: dict[str, os.stat_result],
    report: Report,
    owners: dict[tuple[int, int], tuple[str, str]],
) -> None:
    twice: dict[str, list[str]] = {}
    for path, status in files.items():
        other, name = owners.setdefault((status.st_dev, status.st_ino), (one.id, path))
        if other != one.id:
            twice.setdefault(other, []).append(path if name == path else f"{path} (there {name})")
    for other, paths in twice.items():
        report.errors.append(
            f"the inputs {other} and {one.id} both match {_some(paths)}: only {other} would read them;"
            f" make their paths differ, or leave the file out of one of them with prospector.scanner.exclude_files"
        )


def _unreadable(one: Input, files: dict[str, os.stat_result], report: Report) -> None:
    closed = [path for path in files if not os.access(path, os.R_OK)]
    if not closed:
        return
    status = files[closed[0]]
    group = _name(lambda: grp.getgrgid(status.st_gid).gr_name, status.st_gid)
    owner = _name(lambda: pwd.getpwuid(status.st_uid).pw_name, status.st_uid)
    user = _name(lambda: pwd.getpwuid(os.geteuid()).pw_name, os.geteuid())
    todo = (
        f"add {user} to the group {group}"
        if status.st_mode & stat.S_IRGRP
        else f"let {user} read it, for example with: setfacl -m u:{user}:r FILE"
    )
    report.warnings.append(
        f"input {one.id}: {_some(closed)} cannot be read by {user}"
        f" ({stat.filemode(status.st_mode)} {owner}:{group}); {todo}"
    )


def _nothing(one: Input, glob: str, scan: Scan) -> str:
    """Say why a glob matches nothing: no folder, other files, or all of them left out."""
    start = f"input {one.id}: {glob} matches no file now"
    if scan.problems:
        return f"{start}: {scan.problems[0]}"
    if scan.ignored:
        path, reason = next(iter(scan.ignored.items()))
        return f"{start}: {path} is {reason}"
    bare = msgspec.structs.replace(one, paths=(glob,), include_files=(), exclude_files=())
    left_out = list(Finder(bare).scan().files)
    if left_out:
        return f"{start}: include_files or exclude_files leave out {_some(left_out)}"
    folder = Path("/")
    for part in Path(glob).parts[1:-1]:
        if _MAGIC & set(part):
            break
        if not os.path.isdir(folder / part):  # noqa: PTH112 - Path.is_dir may raise
            return f"{start}: the folder {folder / part} does not exist; files are read as soon as they appear"
        folder /= part
    if os.path.isdir(glob):  # noqa: PTH112 - as above
        return f"{start}: it is a folder; write {glob}/*"
    return f"{start}: nothing in {folder} fits; files are read as soon as they appear"


def _own_files(settings: Settings, report: Report) -> None:
    """Globs that match what the agent writes: each event would make the file longer that it is read from."""
    own = [settings.path_data / name for name in ("checkpoints.db-wal", "dead-letters.db-wal")]
    if not isinstance(settings.output, Elasticsearch):
        own.append(settings.output.path)
    for one in settings.inputs:
        left_out = [compile_pattern(pattern) for pattern in one.exclude_files]
        kept = [compile_pattern(pattern) for pattern in one.include_files]
        caught = [
            (glob, path)
            for glob, path in product(one.paths if one.enabled else (), map(str, own))
            if _covers(glob.split("/"), path.split("/"), deep=one.recursive_glob)
            and not any(pattern.search(path) for pattern in left_out)
            and (not kept or any(pattern.search(path) for pattern in kept))
        ]
        if caught:
            glob, path = caught[0]
            report.errors.append(
                f"input {one.id}: {glob} matches the agent's own {path}: it would ship what it writes, without end;"
                " narrow the glob, or move path.data and output.local.path out of its folders"
            )


def _covers(glob: list[str], path: list[str], *, deep: bool) -> bool:
    """Whether a glob matches a path, both in components; a file need not be there yet."""
    if not glob or not path:
        return not glob and not path
    if glob[0] == "**" and deep:
        rest = glob[1:]
        return not rest or any(_covers(rest, path[skip:], deep=deep) for skip in range(len(path)))
    return fnmatch.fnmatchcase(path[0], glob[0]) and _covers(glob[1:], path[1:], deep=deep)


def _pipelines(settings: Settings, report: Report) -> None:
    """Pipelines must load where they run, and the local store runs none."""
    named = []
    for one in settings.inputs:
        if not one.enabled or one.pipeline is None:
            continue
        try:
            choice = pipelines.choose(settings, one)
            if choice.where == "cluster" and one.pipeline.path is not None:
                ingest.of_input(one)
                if one.pipeline.run == "cluster":
                    wrong = pipelines.load(settings, one)[0].wrong
                    report.warnings.extend(f"input {one.id}: {trouble}" for trouble in wrong)
        except ConfigError as error:
            report.errors.extend(error.problems)
            continue
        for why in choice.reasons:
            there = isinstance(settings.output, Elasticsearch)
            where = "runs in the cluster" if there else "does not run at the edge"
            report.warnings.append(f"input {one.id}: {where}: {why}")
        if choice.where == "cluster" and not isinstance(settings.output, Elasticsearch):
            named.append(one.id)
    if named:
        report.warnings.append(
            f"pipeline of input {_some(named)}: output.local runs no pipelines, its events are kept as they were read;"
            " write run: edge, or write to a cluster"
        )


def _folders(settings: Settings) -> list[tuple[str, Path]]:
    folders = [("path.data", settings.path_data)]
    if not isinstance(settings.output, Elasticsearch):
        folders.append(("the folder of output.local.path", settings.output.path.parent))
    return folders


def _writable(what: str, folder: Path, report: Report) -> None:
    there = folder
    while not os.path.lexists(there) and there != there.parent:
        there = there.parent
    if not os.path.isdir(there):  # noqa: PTH112 - as above
        report.errors.append(f"{what} {folder}: {there} is no folder; name another")
    elif not os.access(there, os.W_OK | os.X_OK):
        report.errors.append(
            f"{what} {folder}: this user may not write in {there}; give it the folder, or name another"
        )


def _some(paths: list[str]) -> str:
    rest = len(paths) - _SHOWN
    return ", ".join(paths[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _name(find: Callable[[], str], number: int) -> str:
    try:
        return find()
    except KeyError:
        return str(number)
