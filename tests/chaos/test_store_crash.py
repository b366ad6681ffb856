"""The checkpoint store after kills and power cuts: one consistent state, none of what was committed lost."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from shipper.checkpoint.store import Store

ROOT = Path(__file__).resolve().parents[2]
FILES = 5
SEED = random.randrange(2**32)

# Commits over and over: in each, all files get the number of the commit as offset. Says so when it is durable.
WRITER = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from shipper.checkpoint.store import FileRecord, Store
store = Store(Path(sys.argv[1]))
begin = max((record.offset for record in store.files()), default=0)
os.write(1, b"begun\\n")
for number in range(begin + 1, begin + 1 + int(sys.argv[2])):
    records = [FileRecord(f"key-{{i:012d}}", "in", "/logs/%d" % i + "x" * (number % 3000), 1, i, offset=number)
               for i in range({FILES})]
    store.commit(records, marks=[(records[0].key, number + 1, "idle")])
    os.write(1, b"committed %d\\n" % number)
store.close()
"""


def state(folder: Path) -> int:
    """The number of the commit that the store is in; fails if it mixes several."""
    store = Store(folder)
    try:
        records = store.files()
    finally:
        store.close()
    offsets = {record.offset for record in records}
    assert len(offsets) <= 1, f"commits are mixed: {offsets}"
    if not offsets:
        return 0
    assert len(records) == FILES
    (number,) = offsets
    assert {tuple(record.marks) for record in records} == {(number + 1,), ()}
    return number


def test_killed_while_it_commits(tmp_path):
    """After kill -9 at any moment the store is in the last commit that was acknowledged, or the one after it."""
    dice = random.Random(SEED)
    acknowledged = 0
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "data"), "100000"], stdout=subprocess.PIPE
        )
        assert process.stdout
        for _ in range(dice.randint(1, 200)):
            said = process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        said += process.stdout.read()
        process.wait(30)
        process.stdout.close()
        acknowledged = max(
            [acknowledged, *(int(number) for number in re.findall(rb"committed (\d+)\n", said))]
        )

        assert acknowledged <= state(tmp_path / "data") <= acknowledged + 1, f"seed {SEED}"


# What the writer did, as strace tells it, and what of it a power cut leaves.


@dataclass
class Operation:
    """One change of one file, or a statement of the writer's."""

    kind: str  # write | cut | sync | remove | said
    path: str = ""
    offset: int = 0
    data: bytes = b""


@dataclass
class Disk:
    """What is on the disk of each file for certain, and what may be."""

    durable: dict[str, bytearray] = field(default_factory=dict)
    pending: dict[str, list[Operation]] = field(default_factory=lambda: defaultdict(list))

    def apply(self, operation: Operation) -> None:
        if operation.kind == "sync":
            for one in self.pending.pop(operation.path, []):
                change(self.durable, one)
            self._sync_names(operation.path)
        else:
            self.pending[operation.path].append(operation)

    def _sync_names(self, folder: str) -> None:
        """A folder that is synced has lost the names of removed files for good."""
        for path, operations in self.pending.items():
            kinds = [one.kind for one in operations]
            if str(Path(path).parent) == folder and "remove" in kinds:
                self.durable.pop(path, None)
                del operations[: len(kinds) - kinds[::-1].index("remove")]

    def after_power_cut(self, dice: random.Random, folder: Path) -> None:
        """
        Write the files as they may be found: of what was not synced, any subset, and the sectors of a write one by one.

        File systems keep the order of creation and removal better than that; both are taken as done or not done.
        """
        files = {path: bytearray(data) for path, data in self.durable.items()}
        for operations in self.pending.values():
            luck = dice.choice((0.0, 0.5, 0.9, 1.0))
            for one in operations:
                if one.kind != "write":
                    if dice.random() < luck:
                        change(files, one)
                    continue
                for at in range(0, len(one.data), 512):
                    if dice.random() < luck:
                        sector = one.data[at : at + 512]
                        if dice.random() < 0.05:
                            sector = sector[: dice.randrange(len(sector))]
                        change(files, Operation("write", one.path, one.offset + at, sector))
        folder.mkdir()
        for path, data in files.items():
            (folder / Path(path).name).write_bytes(data)


def change(files: dict[str, bytearray], operation: Operation) -> None:
    if operation.kind == "remove":
        files.pop(operation.path, None)
        return
    file = files.setdefault(operation.path, bytearray())
    if operation.kind == "cut":
        del file[operation.offset :]
        file.extend(bytes(operation.offset - len(file)))
        return
    end = operation.offset + len(operation.data)
    file.extend(bytes(max(0, end - len(file))))
    file[operation.offset : end] = operation.data


_CALL = re.compile(r"^(?:\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_PATH = re.compile(r"^(\d+)<([^>]*)>")


def text_of(path: str) -> str:
    """A path as strace prints it with -xx, or without."""
    return bytes.fromhex(path.replace("\\x", "")).decode() if "\\x" in path else path


def recorded(trace: Path, folder: Path) -> list[Operation]:
    """The operations on the files of a folder."""
    operations = []
    for text in trace.read_text("latin-1").splitlines():
        found = _CALL.match(text)
        if found is None or int(found[3]) < 0:
            continue
        name, arguments = found[1], found[2]
        where = _PATH.match(arguments)
        path = text_of(where[2]) if where else ""
        data = re.search(r'"((?:\\x[0-9a-f]{2})*)"', arguments)
        content = bytes.fromhex(data[1].replace("\\x", "")) if data else b""
        if name == "write" and where and where[1] == "1":
            operations.append(Operation("said", data=content))
        elif name in {"unlink", "unlinkat"}:
            if content.decode().startswith(str(folder)):
                operations.append(Operation("remove", content.decode()))
        elif not path.startswith(str(folder)) or path.endswith(("-shm", ".lock")):
            continue
        elif name == "pwrite64":
            assert len(content) == int(found[3]), "strace cut a write"
            operations.append(Operation("write", path, int(arguments.rsplit(",", 1)[1]), content))
        elif name == "ftruncate":
            operations.append(Operation("cut", path, int(arguments.rsplit(",", 1)[1])))
        elif name in {"fsync", "fdatasync"}:
            operations.append(Operation("sync", path))
        else:
            assert name not in {"write", "pwritev", "writev", "rename"}, (
                f"not foreseen: {text[:200]}"
            )
    return operations


def traced(folder: Path, commits: int, trace: Path) -> bool:
    """Run the writer under strace; False where that is not possible."""
    if shutil.which("strace") is None:
        return False
    calls = "pwrite64,write,writev,pwritev,ftruncate,fsync,fdatasync,unlink,unlinkat,rename"
    command = [
        "strace",
        "-f",
        "-y",
        "-xx",
        "-s",
        "100000",
        "-o",
        str(trace),
        "-e",
        f"trace={calls}",
    ]
    done = subprocess.run(
        [*command, sys.executable, "-c", WRITER, str(folder), str(commits)],
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def test_power_cut_at_any_moment(tmp_path):
    """
    Writes that were not synced are lost, torn or done in any order: the store opens in one state that was committed.

    The writer's system calls are recorded, and the disk is put together as it may be after a cut at a random call.
    """
    dice = random.Random(SEED)
    folder, trace = tmp_path / "data", tmp_path / "trace"
    if not traced(folder, 700, trace):
        pytest.skip("strace is missing or may not trace here")
    operations = recorded(trace, folder)
    first = next(at for at, operation in enumerate(operations) if operation.kind == "said")
    folded = [one for one in operations[first:] if one.kind == "write" and one.path.endswith(".db")]
    assert folded, "more commits are needed: the log was never folded back into the store"
    moments = sorted(dice.sample(range(len(operations)), 80))
    disk, acknowledged, at = Disk(), 0, 0
    for turn, moment in enumerate(moments):
        for operation in operations[at:moment]:
            if operation.kind != "said":
                disk.apply(operation)
            elif operation.data.startswith(b"committed"):
                acknowledged = int(operation.data.split()[1])
        at = moment
        found = tmp_path / f"found-{turn}"
        disk.after_power_cut(dice, found)

        number = state(found)

        assert acknowledged <= number <= acknowledged + 1, f"seed {SEED}, call {moment}"
        shutil.rmtree(found)


def test_torn_end_of_the_log(tmp_path):
    """
    Copies of the store whose write-ahead log ends anywhere, or in garbage, open in a commit not later than its end.

    The same as above, for systems without strace: weaker, since only the end of one file is torn.
    """
    dice = random.Random(SEED)
    folder = tmp_path / "data"
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), "100000"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    while process.stdout.readline().strip() != "committed 60":
        pass
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    kept = {
        path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith("-shm")
    }
    process.kill()
    process.stdout.read()
    process.stdout.close()
    process.wait(30)
    (log,) = (name for name in kept if name.endswith("-wal"))
    whole = kept[log]
    last = 0
    for turn, end in enumerate(sorted(dice.randrange(len(whole)) for _ in range(40))):
        found = tmp_path / f"found-{turn}"
        found.mkdir()
        for name, data in kept.items():
            (found / name).write_bytes(data)
        torn = whole[:end] + (dice.randbytes(dice.randrange(5000)) if turn % 2 else b"")
        (found / log).write_bytes(torn)

        number = state(found)

        assert number >= last, f"seed {SEED}: a longer log gives an older state"
        last = number
    assert last > 0
