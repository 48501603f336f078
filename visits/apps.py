"""The visits room as Django sees it, with its rules: nobody is in two homes, and no home is visited twice, at once."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate

from mentors.database_rules import DatabaseRule, pre_migrate_receiver, rule_receivers

_BUSY = "('planned', 'confirmed', 'met')"


# Who is at a visit: its mentor and whoever comes along.
_THERE = "other.mentor_id IN (NEW.mentor_id, NEW.second_id) OR other.second_id IN (NEW.mentor_id, NEW.second_id)"
_PEOPLE = "ARRAY[mentor_id::int, COALESCE(second_id, mentor_id)::int]"


def _overlap_trigger(what: str) -> str:
    """SQLite has no exclusion constraint: a trigger looks for another visit of these people at this time."""
    return f"""CREATE TRIGGER IF NOT EXISTS nobody_in_two_homes_{what} BEFORE {what.upper()} ON visits_visit
        WHEN NEW.state IN {_BUSY} AND NEW.mentor_id IS NOT NULL AND NEW.starts_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'no_mentor_in_two_homes') WHERE EXISTS (
            SELECT 1 FROM visits_visit other
            WHERE ({_THERE}) AND other.id IS NOT NEW.id AND other.state IN {_BUSY}
              AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at); END"""  # noqa: S608 - constants only


# A colleague who comes along is in that home just as much as its mentor is: one rule holds both columns.
NO_MENTOR_IN_TWO_HOMES = DatabaseRule(
    table="visits_visit",
    postgresql=[
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        "CREATE EXTENSION IF NOT EXISTS intarray",
        f"""DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'no_mentor_in_two_homes') THEN
                ALTER TABLE visits_visit ADD CONSTRAINT no_mentor_in_two_homes
                EXCLUDE USING gist (({_PEOPLE}) gist__int_ops WITH &&, tstzrange(starts_at, ends_at) WITH &&)
                WHERE (state IN {_BUSY} AND mentor_id IS NOT NULL AND starts_at IS NOT NULL);
            END IF; END $$""",  # noqa: S608 - constants only
    ],
    postgresql_names=["no_mentor_in_two_homes"],
    sqlite=[_overlap_trigger("insert"), _overlap_trigger("update")],
    sqlite_names=["nobody_in_two_homes_insert", "nobody_in_two_homes_update"],
)


# The same parents sit at the table, whoever comes. Visits that are one conversation are at one moment: of those the
# oldest row is named by all others (visits/models/visits.py).
_ONE_CONVERSATION = "LEAST(id, COALESCE(together_with_id, id))"
_SAME_CONVERSATION = """other.id IS NEW.together_with_id OR COALESCE(other.together_with_id = NEW.id, 0)
    OR COALESCE(other.together_with_id = NEW.together_with_id, 0)"""


def _two_visits_trigger(what: str) -> str:
    """SQLite: a trigger looks for another conversation in this home at this time."""
    return f"""CREATE TRIGGER IF NOT EXISTS no_home_visited_twice_{what} BEFORE {what.upper()} ON visits_visit
        WHEN NEW.state IN {_BUSY} AND NEW.starts_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'no_home_visited_twice') WHERE EXISTS (
            SELECT 1 FROM visits_visit other
            WHERE other.household_id = NEW.household_id AND other.id IS NOT NEW.id AND other.state IN {_BUSY}
              AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
              AND NOT ({_SAME_CONVERSATION})); END"""  # noqa: S608 - constants only


NO_HOME_VISITED_TWICE = DatabaseRule(
    table="visits_visit",
    postgresql=[
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f"""DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'no_home_visited_twice') THEN
                ALTER TABLE visits_visit ADD CONSTRAINT no_home_visited_twice
                EXCLUDE USING gist (
                    household_id WITH =, ({_ONE_CONVERSATION}) WITH <>, tstzrange(starts_at, ends_at) WITH &&
                ) WHERE (state IN {_BUSY} AND starts_at IS NOT NULL);
            END IF; END $$""",  # noqa: S608 - constants only
    ],
    postgresql_names=["no_home_visited_twice"],
    sqlite=[_two_visits_trigger("insert"), _two_visits_trigger("update")],
    sqlite_names=["no_home_visited_twice_insert", "no_home_visited_twice_update"],
)


# A moment that a family has reserved (visits/models/reservations.py) keeps others away just as an appointment does.
# Two tables cannot share an exclusion constraint: a trigger on each looks into the other, and on PostgreSQL locks the
# mentor's row first, so that of two writers at once the second one sees what the first one wrote.
_RESERVED = """SELECT 1 FROM visits_momentreservation kept WHERE kept.mentor_id IN (NEW.mentor_id, NEW.second_id)
    AND kept.visit_id <> COALESCE(NEW.id, 0) AND kept.starts_at < NEW.ends_at AND kept.ends_at > NEW.starts_at"""
_BOOKED = f"""SELECT 1 FROM visits_visit other
    WHERE (other.mentor_id = NEW.mentor_id OR other.second_id = NEW.mentor_id) AND other.id <> NEW.visit_id
    AND other.state IN {_BUSY} AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at"""  # noqa: S608 - constants only
_RESERVED_TWICE = """SELECT 1 FROM visits_momentreservation kept
    WHERE kept.mentor_id = NEW.mentor_id AND kept.id IS NOT NEW.id
    AND kept.starts_at < NEW.ends_at AND kept.ends_at > NEW.starts_at"""


def _refusing_function(name: str, table: str, people: str, when: str, conflict: str) -> list[str]:
    """PostgreSQL: a function that refuses, and its trigger."""
    return [
        f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN
            IF {when} THEN
                PERFORM 1 FROM mentors_mentor WHERE id IN ({people}) ORDER BY id FOR NO KEY UPDATE;
                IF EXISTS ({conflict}) THEN
                    RAISE EXCEPTION 'no_mentor_in_two_homes: reserved' USING ERRCODE = 'exclusion_violation';
                END IF;
            END IF;
            RETURN NEW; END $$ LANGUAGE plpgsql""",
        f"""CREATE OR REPLACE TRIGGER {name} BEFORE INSERT OR UPDATE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {name}()""",
    ]


def _refusing_trigger(name: str, what: str, table: str, when: str, conflict: str) -> str:
    """SQLite: one writer at a time, so looking is enough."""
    return f"""CREATE TRIGGER IF NOT EXISTS {name}_{what} BEFORE {what.upper()} ON {table} WHEN {when}
        BEGIN SELECT RAISE(ABORT, 'no_mentor_in_two_homes: reserved') WHERE EXISTS ({conflict}); END"""


_TAKES_TIME = f"NEW.state IN {_BUSY} AND NEW.mentor_id IS NOT NULL AND NEW.starts_at IS NOT NULL"
NO_MOMENT_RESERVED_TWICE = DatabaseRule(
    table="visits_momentreservation",
    postgresql=[
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        """DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'no_moment_reserved_twice') THEN
                ALTER TABLE visits_momentreservation ADD CONSTRAINT no_moment_reserved_twice
                EXCLUDE USING gist (mentor_id WITH =, tstzrange(starts_at, ends_at) WITH &&);
            END IF; END $$""",
        *_refusing_function(
            "visit_keeps_off_reservations", "visits_visit", "NEW.mentor_id, NEW.second_id", _TAKES_TIME, _RESERVED
        ),
        *_refusing_function(
            "reservation_keeps_off_visits", "visits_momentreservation", "NEW.mentor_id", "TRUE", _BOOKED
        ),
    ],
    postgresql_names=["no_moment_reserved_twice", "visit_keeps_off_reservations", "reservation_keeps_off_visits"],
    sqlite=[
        statement
        for what in ("insert", "update")
        for statement in (
            _refusing_trigger("visit_keeps_off_reservations", what, "visits_visit", _TAKES_TIME, _RESERVED),
            _refusing_trigger("reservation_keeps_off_visits", what, "visits_momentreservation", "1", _BOOKED),
            _refusing_trigger("no_moment_reserved_twice", what, "visits_momentreservation", "1", _RESERVED_TWICE),
        )
    ],
    sqlite_names=[
        f"{name}_{what}"
        for name in ("visit_keeps_off_reservations", "reservation_keeps_off_visits", "no_moment_reserved_twice")
        for what in ("insert", "update")
    ],
)
install_rules, check_rules = rule_receivers([NO_MENTOR_IN_TWO_HOMES, NO_HOME_VISITED_TWICE, NO_MOMENT_RESERVED_TWICE])
clear_rules = pre_migrate_receiver([NO_MOMENT_RESERVED_TWICE])


class VisitsConfig(AppConfig):
    name = "visits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        pre_migrate.connect(clear_rules, sender=self, dispatch_uid="visits.clear_rules", weak=False)
        post_migrate.connect(install_rules, sender=self, dispatch_uid="visits.rules", weak=False)
        checks.register(check_rules, checks.Tags.database)
