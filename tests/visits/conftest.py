"""Databases in which several writers race, one on each engine."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg2
import pytest
from psycopg2 import sql

from tests import services
from tests.visits.racing import ALIAS, enter, leave, migrate


def _in_file(file: Path) -> dict[str, Any]:
    """The settings of a SQLite database."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL"},
    }


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """A SQLite database with all tables and nothing in them, to copy."""
    file = tmp_path_factory.mktemp("race") / "migrated.sqlite3"
    with django_db_blocker.unblock():
        enter(ALIAS, _in_file(file))
        migrate(ALIAS)
        leave(ALIAS)
    return file


@pytest.fixture
def on_sqlite(migrated_file: Path, tmp_path: Path, django_db_blocker: Any) -> Iterator[str]:
    """The alias of a SQLite database of this test."""
    with django_db_blocker.unblock():
        enter(ALIAS, _in_file(shutil.copy(migrated_file, tmp_path / "race.sqlite3")))
        yield ALIAS
        leave(ALIAS)


@pytest.fixture
def on_postgresql(django_db_blocker: Any) -> Iterator[str]:
    """The alias of a PostgreSQL database of this test."""
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
            migrate(ALIAS)
            yield ALIAS
            leave(ALIAS)
    finally:
        with server.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        server.close()
