"""
What the process asks of Python, the C library and the kernel before it starts to work.

Measured: glibc gives large buffers back and faults them in again for every batch unless told not to; the cyclic garbage
collector walks over every live batch although the hot path makes no cycles.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import resource

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8  # malloc.h
COLLECT_INTERVAL = 60.0  # seconds between two full collections


def tune_process() -> None:
    """Set allocator, collector and descriptor limit; what the platform refuses is left as it is."""
    with contextlib.suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(
            M_MMAP_THRESHOLD, 6 * 1024 * 1024
        )  # more than a batch; what is larger goes back at once
        mallopt(M_TRIM_THRESHOLD, 16 * 1024 * 1024)
        mallopt(M_ARENA_MAX, 1)
    gc.collect()
    gc.freeze()
    gc.disable()


def raise_descriptor_limit() -> int:
    """
    Raise the soft limit of open files to the hard one.

    Returns:
        How many files may be harvested at a time, a reserve for everything else left out.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(16, (1 << 30 if soft == resource.RLIM_INFINITY else soft) - 64)
