"""Databases in which several writers race, one on each engine."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg2
import pytest
from psycopg2 import sql

from tests import services
from tests.visits.racing import ALIAS, enter, leave


@pytest.fixture
def on_sqlite(tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    settings = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "race.sqlite3"),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }
    with django_db_blocker.unblock():
        enter(ALIAS, settings)
        yield ALIAS
        leave(ALIAS)


@pytest.fixture
def on_postgresql(django_db_blocker: Any) -> Iterator[str]:
    url = services.need_postgresql()
    settings: dict[str, Any] = dict(dj_database_url.parse(url))
    name = f"thuisbezoek_race_{uuid.uuid4().hex[:12]}"
    server = psycopg2.connect(url.replace("postgres://", "postgresql://", 1))
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        with django_db_blocker.unblock():
            enter(ALIAS, settings | {"NAME": name})
            yield ALIAS
            leave(ALIAS)
    finally:
        with server.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        server.close()
