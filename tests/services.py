"""Which services this machine has, and waiting for other processes.

In CI a missing service is a failure; elsewhere its tests are skipped by name.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from typing import NoReturn

import psycopg2
import pytest
import redis

IN_CI = os.environ.get("CI") == "true"
POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL", "postgres:///postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
LOOK_AGAIN_SECONDS = 0.02


def comes_true(holds: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    """Whether a condition that another process or thread brings about comes to hold within so many seconds."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() >= until:
            return holds()
        time.sleep(LOOK_AGAIN_SECONDS)
    return True


def postgresql_answers() -> bool:
    """Whether a PostgreSQL server can be reached."""
    try:
        psycopg2.connect(POSTGRES_URL.replace("postgres://", "postgresql://", 1), connect_timeout=3).close()
    except psycopg2.OperationalError:
        return False
    return True


def redis_answers() -> bool:
    """Whether a Redis server can be reached."""
    try:
        return bool(redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3).ping())
    except redis.RedisError:
        return False


def chromium() -> str | None:
    """Where the browser is."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def absent(service: str) -> NoReturn:
    """Skip the test by name; fail it in CI."""
    if IN_CI:
        pytest.fail(f"{service} is not on this machine, and CI must have it")
    pytest.skip(f"{service} is not on this machine")


def need_postgresql() -> str:
    """The address of a PostgreSQL server where databases may be made."""
    if not postgresql_answers():
        absent("PostgreSQL")
    return POSTGRES_URL


def need_redis() -> str:
    """The address of a Redis server."""
    if not redis_answers():
        absent("Redis")
    return REDIS_URL


def need_chromium() -> str:
    """The browser's executable."""
    return chromium() or absent("Chromium")
