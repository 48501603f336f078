"""How this process takes memory from the system and returns it: settings of the GNU C library (glibc).

glibc keeps freed memory for the thread that freed it. A search that lists millions of routes in several threads then
holds up to twice of what it uses. Where there is no glibc (Windows, macOS, musl) every function does nothing.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

ARENAS = 2  # heaps that the threads of this process share
LARGE_BYTES = 1 << 20  # from here on a block is mapped by itself, and goes back to the system when it is freed
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # numbers of these options in glibc's malloc.h


def limit_arenas() -> bool:
    """Let all threads of this process share a few heaps, from now on; whether there is a glibc to do so.

    It sets options of malloc for the whole process, so whoever owns the process calls it, once and before the first
    plan; no function of the planner does.
    """
    shares = _call(_c_library(), "mallopt", _M_ARENA_MAX, ARENAS)
    maps = _call(_c_library(), "mallopt", _M_MMAP_THRESHOLD, LARGE_BYTES)
    return shares and maps


def release_free_memory() -> bool:
    """Return freed memory to the system; whether there is a glibc to do so. Takes milliseconds, sets no option."""
    return _call(_c_library(), "malloc_trim", 0)


@functools.cache
def _c_library() -> object:
    """The C library of this process, loaded when it is first needed; None where it cannot be found this way."""
    try:
        return ctypes.CDLL(None)
    except (OSError, TypeError):  # TypeError: Windows wants a file name
        return None


def _call(library: Any, name: str, *numbers: int) -> bool:
    """Call a function of the library with whole numbers; False when the library does not have it."""
    function = getattr(library, name, None)
    if function is None:
        return False
    function(*numbers)
    return True
