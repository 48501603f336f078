"""Rules that the database itself holds, written per engine.

Django forgets SQLite's triggers when a migration rebuilds a table, and has no constraint class that both
engines know for these rules. So each app hands its rules to `install` after every `migrate`, and a system
check (`missing`) asserts that they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import OperationalError, ProgrammingError


@dataclass(frozen=True)
class DatabaseRule:
    """One rule: the SQL that makes it (may run twice), and the names by which the engine lists it."""

    table: str
    postgresql: Sequence[str]
    postgresql_names: Sequence[str]
    sqlite: Sequence[str]
    sqlite_names: Sequence[str]


def append_only(table: str) -> DatabaseRule:
    """Refuse UPDATE and DELETE on `table`."""
    postgresql = [
        f"""CREATE OR REPLACE FUNCTION {table}_is_append_only() RETURNS trigger AS $$
            BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation'; END
            $$ LANGUAGE plpgsql""",
        f"""CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_is_append_only()""",
    ]
    sqlite = [
        f"""CREATE TRIGGER IF NOT EXISTS {table}_no_{what} BEFORE {what.upper()} ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        for what in ("update", "delete")
    ]
    return DatabaseRule(
        table, postgresql, [f"{table}_append_only"], sqlite, [f"{table}_no_update", f"{table}_no_delete"]
    )


def install(rules: Sequence[DatabaseRule], *, using: str) -> None:
    """Make every rule stand in the database `using` whose table exists."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for rule in rules:
            if rule.table in tables:
                for statement in rule.postgresql if connection.vendor == "postgresql" else rule.sqlite:
                    cursor.execute(statement)


def drop_triggers(rules: Sequence[DatabaseRule], *, using: str) -> None:
    """Take the triggers of these rules away before a migration; `install` brings them back after it.

    SQLite refuses to rename a table, which is how Django changes one, while a trigger on another table speaks of it.
    """
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for name in [name for rule in rules for name in rule.sqlite_names]:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def trigger_names(connection: BaseDatabaseWrapper) -> set[str]:
    """Names of all triggers and exclusion constraints in this database."""
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger UNION SELECT conname FROM pg_constraint WHERE contype = 'x'"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def missing_rules(rules: Sequence[DatabaseRule], databases: Sequence[str]) -> list[CheckMessage]:
    """An error for each rule that should stand and does not; none for a table that was not made yet."""
    errors: list[CheckMessage] = []
    for alias in databases:
        connection = connections[alias]
        try:
            tables, names = set(connection.introspection.table_names()), trigger_names(connection)
        except (OperationalError, ProgrammingError):
            continue  # no database yet: migrate will tell
        for rule in rules:
            wanted = rule.postgresql_names if connection.vendor == "postgresql" else rule.sqlite_names
            for name in wanted:
                if rule.table in tables and name not in names:
                    errors.append(Error(f"Rule {name} is missing in database {alias}: run migrate.", id="mentors.E001"))
    return errors


def pre_migrate_receiver(rules: Sequence[DatabaseRule]) -> Callable[..., None]:
    """The receiver of pre_migrate for rules whose triggers look into another table."""

    def clear_rules(*, using: str, **_kwargs: Any) -> None:
        drop_triggers(rules, using=using)

    return clear_rules


def rule_receivers(rules: Sequence[DatabaseRule]) -> tuple[Callable[..., None], Callable[..., list[CheckMessage]]]:
    """The receiver of post_migrate and the system check for an app's rules, to be connected in `ready`."""

    def install_rules(*, using: str, **_kwargs: Any) -> None:
        install(rules, using=using)

    def check_rules(*, databases: Sequence[str] | None = None, **_kwargs: Any) -> list[CheckMessage]:
        return missing_rules(rules, databases or [])

    return install_rules, check_rules
