"""Memory that was freed goes back to the system: the C library keeps it for the thread that had it."""

from __future__ import annotations

import ctypes

ARENAS = 2  # from which the threads of this process take their memory
MAPPED = 1 << 20  # bytes: what is larger comes from the system, and goes back when it is freed
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # glibc's numbers of these options of mallopt

_library = ctypes.CDLL(None)


def spare() -> None:
    """Let threads share what others freed. Without glibc nothing happens."""
    if hasattr(_library, "mallopt"):
        _library.mallopt(_M_ARENA_MAX, ARENAS)
        _library.mallopt(_M_MMAP_THRESHOLD, MAPPED)


def give_back() -> None:
    """Give back what is free between two large pieces of work; takes milliseconds. Without glibc nothing happens."""
    if hasattr(_library, "malloc_trim"):
        _library.malloc_trim(0)
