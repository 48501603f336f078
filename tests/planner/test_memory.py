"""Memory is limited and returned where the C library can, and nothing happens where it cannot."""

from __future__ import annotations

import platform
import subprocess
import sys

from planner.base import memory


def test_arenas_are_limited_and_memory_returned_where_there_is_a_glibc() -> None:
    has_glibc = platform.libc_ver()[0] == "glibc"
    assert memory.limit_arenas() is has_glibc
    assert memory.release_free_memory() is has_glibc


def test_a_library_without_the_function_and_no_library_at_all_are_left_alone() -> None:
    assert not memory._call(object(), "malloc_trim", 0)
    assert not memory._call(None, "mallopt", -8, 2)


def test_importing_the_planner_loads_no_library_of_the_system() -> None:
    code = "import planner; from planner.base import memory; print(memory._c_library.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "0"
