"""The visits room as Django sees it, with the rule that no mentor is in two homes at once."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate

from mentors.database_rules import DatabaseRule, keeper

_BUSY = "('planned', 'confirmed', 'met')"


def _overlap_trigger(what: str) -> str:
    """SQLite has no exclusion constraint: a trigger looks for another visit of this mentor at this time."""
    return f"""CREATE TRIGGER IF NOT EXISTS no_mentor_in_two_homes_{what} BEFORE {what.upper()} ON visits_visit
        WHEN NEW.state IN {_BUSY} AND NEW.mentor_id IS NOT NULL AND NEW.starts_at IS NOT NULL
        BEGIN SELECT RAISE(ABORT, 'no_mentor_in_two_homes') WHERE EXISTS (
            SELECT 1 FROM visits_visit other
            WHERE other.mentor_id = NEW.mentor_id AND other.id IS NOT NEW.id AND other.state IN {_BUSY}
              AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at); END"""  # noqa: S608 - constants only


NO_MENTOR_IN_TWO_HOMES = DatabaseRule(
    table="visits_visit",
    postgresql=[
        "CREATE EXTENSION IF NOT EXISTS btree_gist",
        f"""DO $$ BEGIN
            IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'no_mentor_in_two_homes') THEN
                ALTER TABLE visits_visit ADD CONSTRAINT no_mentor_in_two_homes
                EXCLUDE USING gist (mentor_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
                WHERE (state IN {_BUSY} AND mentor_id IS NOT NULL AND starts_at IS NOT NULL);
            END IF; END $$""",  # noqa: S608 - constants only
    ],
    postgresql_names=["no_mentor_in_two_homes"],
    sqlite=[_overlap_trigger("insert"), _overlap_trigger("update")],
    sqlite_names=["no_mentor_in_two_homes_insert", "no_mentor_in_two_homes_update"],
)
install_rules, check_rules = keeper([NO_MENTOR_IN_TWO_HOMES])


class VisitsConfig(AppConfig):
    name = "visits"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(install_rules, sender=self, dispatch_uid="visits.rules", weak=False)
        checks.register(check_rules, checks.Tags.database)
