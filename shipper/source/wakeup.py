"""
Hints that a file or folder changed, so that a line is read at once instead of at the next poll.

Law: hints only. Polling decides what is true, so whatever goes wrong here (a limit, an overflow, a network file
system) costs latency and nothing else, and no exception leaves this module. One thread takes a burst from the
kernel, posts one `Changed` a folder, and then leaves the kernel alone for a moment: repeated writes to a file
become one event there, so that the cost depends on time and files, not on the number of writes.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_HEAD = struct.Struct("iIII")  # struct inotify_event without its name; inotify(7)
_READ_BYTES = 64 * 1024
_LONGEST_EVENT = _HEAD.size + 256
# The bits are those of the manual page inotify(7).
_MODIFY, _MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x002, 0x040, 0x080, 0x100, 0x200
_OVERFLOW, _IGNORED, _ONLYDIR = 0x4000, 0x8000, 0x01000000
_STRUCTURAL = _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE
_MASK = _MODIFY | _STRUCTURAL | _ONLYDIR
# Changes that another host makes there raise no event here.
_REMOTE = frozenset(
    {"9p", "afs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4"}
    | {"ocfs2", "smb3", "smbfs", "sshfs", "virtiofs"}
)


@dataclass(frozen=True, slots=True)
class Changed:
    """
    Something happened in a watched folder.

    Attributes:
        folder: as it was given to `Wakeup.watch`.
        names: entries of the folder that changed; None when any may have.
        structural: entries were created, moved or deleted, so a scan is due.
    """

    folder: str
    names: frozenset[str] | None
    structural: bool


@dataclass(slots=True)
class _Heap:
    """What was seen of one folder in one burst."""

    names: set[str] | None = field(default_factory=set)
    structural: bool = False

    def anything(self) -> None:
        self.names, self.structural = None, True


class _Source(Protocol):
    """Where events come from."""

    def add(self, folder: str) -> bool: ...

    def remove(self, folder: str) -> None: ...

    def read(self) -> dict[str, _Heap]:
        """Wait for events and return what there is; may be empty, and is after `stop`."""
        ...

    def stop(self) -> None:
        """Make a `read` that waits return."""
        ...

    def close(self) -> None: ...


class Wakeup:
    """
    Watches folders, without their sub-folders, and posts what changed in them.

    Attributes:
        posted: messages posted.
        refused: calls of `watch` that could not be granted.
        failed: exceptions that were swallowed, `post`'s included.
    """

    def __init__(
        self,
        post: Callable[[Changed], None],
        *,
        pace: float = 0.02,
        inotify: bool = True,
    ) -> None:
        """
        Prepare; nothing runs before `start`.

        Args:
            post: called from the watching thread; must not block.
            pace: seconds between two readings of the kernel's queue. The first event after quiet is not delayed.
            inotify: False uses watchdog's own observer, as on systems without inotify.
        """
        self._post = post
        self._pace = pace
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._remote_seen: dict[int, bool] = {}
        self.posted = 0
        self.refused = 0
        self.failed = 0
        self._source = self._make_source(inotify=inotify)

    @property
    def ok(self) -> bool:
        """Whether changes are noticed at all; False means that polling does all the work."""
        return self._source is not None and self._thread is not None and self._thread.is_alive()

    @property
    def overflowed(self) -> int:
        """How often the kernel's queue overflowed; each time every folder is posted as changed."""
        return getattr(self._source, "overflowed", 0)

    def watch(self, folder: Path) -> bool:
        """
        Watch a folder; calling it again is cheap and follows a folder that was replaced under the same name.

        Returns:
            False if changes there cannot be noticed: no such folder, a limit of the system, no right to read it,
            or a network file system.
        """
        try:
            granted = (
                self._source is not None
                and not self._closing.is_set()
                and not self._is_remote(folder)
                and self._source.add(str(folder))
            )
        except Exception:
            granted = False
        if not granted:
            self.refused += 1
        return granted

    def unwatch(self, folder: Path) -> None:
        """Stop watching a folder; unknown ones are fine."""
        with self._swallow():
            if self._source is not None:
                self._source.remove(str(folder))

    def start(self) -> None:
        """Begin to post; does nothing where changes cannot be noticed."""
        if self._source is not None and self._thread is None and not self._closing.is_set():
            self._thread = threading.Thread(target=self._run, name="wakeup", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop and give back what the kernel holds; may be called more than once."""
        if self._closing.is_set():
            return
        self._closing.set()
        with self._swallow():
            if self._source is not None:
                self._source.stop()
                if self._thread is not None:
                    self._thread.join()
                self._source.close()

    def _make_source(self, *, inotify: bool) -> _Source | None:
        if inotify:
            with contextlib.suppress(Exception):  # another system, or no instance left
                return _Inotify()
            if hasattr(os, "eventfd"):  # Linux: watchdog's observer would meet the same limit
                return None
        with self._swallow():
            return _Observer()
        return None

    def _run(self) -> None:
        source = self._source
        assert source is not None
        while not self._closing.is_set():
            heaps: dict[str, _Heap] = {}
            with self._swallow():
                heaps = source.read()
            for folder, heap in heaps.items():
                with self._swallow():
                    names = None if heap.names is None else frozenset(heap.names)
                    self._post(Changed(folder, names, heap.structural))
                    self.posted += 1
            self._closing.wait(self._pace)

    def _is_remote(self, folder: Path) -> bool:
        device = folder.stat().st_dev
        known = self._remote_seen.get(device)
        if known is None:
            known = self._remote_seen[device] = _file_system(device) in _REMOTE
        return known

    @contextlib.contextmanager
    def _swallow(self) -> Any:
        try:
            yield
        except Exception:
            self.failed += 1


class _Inotify:
    """
    inotify through watchdog's bindings of the system calls.

    watchdog's own `InotifyFD` parses, wraps and dispatches each event in Python under a lock, and reads as soon as
    there is one; its bindings are all that is needed here.
    """

    def __init__(self) -> None:
        from watchdog.observers import inotify_c  # noqa: PLC0415 - not on every system, and it costs memory

        self._calls = inotify_c
        self._fd = inotify_c.inotify_init()
        if self._fd < 0:
            raise OSError("no inotify instance left")
        os.set_inheritable(self._fd, False)
        os.set_blocking(self._fd, False)
        self._stop_read, self._stop_write = os.pipe()
        self._poll = select.poll()
        self._poll.register(self._fd, select.POLLIN)
        self._poll.register(self._stop_read, select.POLLIN)
        self._lock = threading.Lock()
        self._watch_of: dict[str, Any] = {}  # numbers, which watchdog gives a type of its own
        self._folders_of: dict[int, set[str]] = {}  # several names may lead to one folder
        self.overflowed = 0

    def add(self, folder: str) -> bool:
        with self._lock:
            # For a folder that is watched already the kernel answers with the same number.
            watch = self._calls.inotify_add_watch(self._fd, os.fsencode(folder), _MASK)
            before = self._watch_of.get(folder)
            if before is not None and before != watch:
                self._release(folder, before)
            if watch < 0:
                return False
            self._watch_of[folder] = watch
            self._folders_of.setdefault(watch, set()).add(folder)
            return True

    def remove(self, folder: str) -> None:
        with self._lock:
            watch = self._watch_of.get(folder)
            if watch is not None:
                self._release(folder, watch)

    def _release(self, folder: str, watch: Any) -> None:
        del self._watch_of[folder]
        folders = self._folders_of.get(watch)
        if folders is None:
            return
        folders.discard(folder)
        if not folders:
            del self._folders_of[watch]
            self._calls.inotify_rm_watch(self._fd, watch)

    def read(self) -> dict[str, _Heap]:
        self._poll.poll()
        seen: set[tuple[int, int, bytes]] = set()
        while True:
            try:
                data = os.read(self._fd, _READ_BYTES)
            except BlockingIOError:
                break
            at, size = 0, len(data)
            while at < size:
                watch, mask, _, length = _HEAD.unpack_from(data, at)
                at += _HEAD.size
                seen.add((watch, mask, data[at : at + length]))
                at += length
            if size < _READ_BYTES - _LONGEST_EVENT:
                break
        with self._lock:
            return self._heaps(seen)

    def _heaps(self, seen: Iterable[tuple[int, int, bytes]]) -> dict[str, _Heap]:
        heaps: dict[str, _Heap] = {}
        gone: list[int] = []
        for watch, mask, name in seen:
            if mask & _OVERFLOW:
                self.overflowed += 1
                for folder in self._watch_of:
                    heaps.setdefault(folder, _Heap()).anything()
                continue
            for folder in self._folders_of.get(watch, ()):
                heap = heaps.setdefault(folder, _Heap())
                if mask & _IGNORED:
                    heap.anything()
                    gone.append(watch)
                    continue
                heap.structural |= bool(mask & _STRUCTURAL)
                if heap.names is not None:
                    heap.names.add(os.fsdecode(name.rstrip(b"\0")))
        for watch in gone:  # the folder was deleted or unmounted: the kernel forgot it
            for folder in self._folders_of.pop(watch, ()):
                self._watch_of.pop(folder, None)
        return heaps

    def stop(self) -> None:
        os.write(self._stop_write, b"x")

    def close(self) -> None:
        for fd in (self._fd, self._stop_read, self._stop_write):
            os.close(fd)


class _Observer:
    """watchdog's observer of the platform, for systems without inotify."""

    def __init__(self) -> None:
        from watchdog.events import FileSystemEventHandler  # noqa: PLC0415 - as above
        from watchdog.observers import Observer  # noqa: PLC0415

        self._observer = Observer()
        self._lock = threading.Lock()
        self._filled = threading.Event()
        self._heaps: dict[str, _Heap] = {}
        self._watches: dict[str, Any] = {}
        self._handler_class = FileSystemEventHandler
        self._observer.start()

    def add(self, folder: str) -> bool:
        if folder not in self._watches:
            handler = self._handler_class()
            handler.on_any_event = lambda event: self._seen(folder, event)  # type: ignore[method-assign]
            self._watches[folder] = self._observer.schedule(handler, folder, recursive=False)
        return True

    def remove(self, folder: str) -> None:
        watch = self._watches.pop(folder, None)
        if watch is not None:
            self._observer.unschedule(watch)

    def _seen(self, folder: str, event: Any) -> None:
        kind = event.event_type
        if kind not in {"modified", "created", "moved", "deleted"}:
            return  # opened and closed, by ourselves too
        with self._lock:
            heap = self._heaps.setdefault(folder, _Heap())
            heap.structural |= kind != "modified"
            for path in (event.src_path, getattr(event, "dest_path", "")):
                if path and heap.names is not None:
                    heap.names.add(os.path.basename(os.fsdecode(path)))  # noqa: PTH119 - twice as fast
        self._filled.set()

    def read(self) -> dict[str, _Heap]:
        self._filled.wait()
        self._filled.clear()
        with self._lock:
            heaps, self._heaps = self._heaps, {}
        return heaps

    def stop(self) -> None:
        self._filled.set()

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()


def _file_system(device: int) -> str:
    """Name of the type of the file system with this number (proc(5), mountinfo), empty if unknown."""
    number = f"{os.major(device)}:{os.minor(device)}"
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/mountinfo").read_text(errors="replace").splitlines():
            head, _, tail = line.partition(" - ")
            if tail and head.split()[2] == number:
                return tail.split()[0].removeprefix("fuse.")
    return ""
