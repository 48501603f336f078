"""What is written here can be read by this application alone."""

from __future__ import annotations

import datetime as dt
import sqlite3

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from mentors.dates import AMSTERDAM
from mentors.models import Role
from notes.actions.keys import sealed_columns
from notes.actions.log import SeenDraft, save_draft
from notes.actions.memory_aids import write_memory_aid
from notes.models import Agreement, Concern, Headline, LogDraft, MemoryAid, VisitReport
from notes.sealing import SealBroken, key_ring
from tests import factories
from tests.notes import rows
from tests.notes.rows import VisitToLog
from thuisbezoek.retention import erase_due

CANARY = "KANARIE-7f3a"


def write_everywhere(there: VisitToLog, now: dt.datetime) -> None:
    """The canary in every sealed column."""
    draft_visit = rows.add_visit(there, now)
    agreed = (rows.Agreed(rows.AgreedBy.MENTOR, CANARY),)
    rows.finish(there, now, going_well=CANARY, headline=CANARY, agreements=agreed)
    rows.worry(there, now, CANARY)
    write_memory_aid(visit=there.visit, owner=there.mentor, text=CANARY, by=there.user, now=now)
    save_draft(
        visit=draft_visit,
        author=there.mentor,
        fields={"going_well": [CANARY]},
        client_id=rows.uuid.uuid4(),
        seen=SeenDraft(0),
        by=there.user,
        now=now,
    )


def readable() -> list[str]:
    """Every sealed text there is."""
    return [
        getattr(row, sealed.column.removesuffix("_sealed"))
        for model, sealed in sealed_columns()
        for row in model._default_manager.all()
    ]


def whole_database() -> bytes:
    """All that the database holds: the pages of SQLite's file, or every row of every table as text."""
    connection.ensure_connection()
    if isinstance(connection.connection, sqlite3.Connection):
        return connection.connection.serialize()
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT t::text FROM {connection.ops.quote_name(table)} t")  # noqa: S608
            found += [row[0] for row in cursor.fetchall()]
    return "".join(found).encode()


@pytest.mark.django_db
def test_the_database_holds_no_text_in_clear(there: VisitToLog, clock: dt.datetime) -> None:
    there.student.first_name = "LEESBAAR-9c1d"  # the control: an ordinary column is found in the same place
    there.student.save(update_fields=["first_name"])
    write_everywhere(there, clock)
    assert b"LEESBAAR-9c1d" in whole_database()
    assert CANARY.encode() not in whole_database()


@pytest.mark.django_db
def test_every_sealed_column_is_covered_by_these_tests(there: VisitToLog, clock: dt.datetime) -> None:
    write_everywhere(there, clock)
    assert {model for model, _sealed in sealed_columns()} == {
        LogDraft,
        VisitReport,
        Headline,
        Agreement,
        MemoryAid,
        Concern,
    }
    assert all(CANARY in text for text in readable())
    assert len(readable()) == 6


@pytest.mark.django_db
def test_a_text_that_was_moved_to_another_visit_does_not_open(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    mine = rows.finish(there, clock)
    other = rows.finish(there, clock, visit=rows.add_visit(there, clock), going_well=CANARY)
    VisitReport.objects.filter(pk=mine.pk).update(going_well_sealed=other.going_well_sealed)
    with pytest.raises(SealBroken):
        _ = VisitReport.objects.get(pk=mine.pk).going_well
    for name in ("report", "amend"):
        page = mentor_client.get(there.url(name, report=mine.pk))
        assert page.status_code == 409
        assert "gaat niet open" in page.content.decode()
        assert CANARY not in page.content.decode()


@pytest.mark.django_db
def test_a_concern_that_was_swapped_does_not_open(there: VisitToLog, client: Client, clock: dt.datetime) -> None:
    care = factories.make_user(there.school, Role.CARE)
    first, second = rows.worry(there, clock), rows.worry(there, clock, CANARY)
    Concern.objects.filter(pk=first.pk).update(facts_sealed=second.facts_sealed)
    client.force_login(care)
    page = client.get(there.url("concern", concern=first.pk))
    assert (page.status_code, CANARY in page.content.decode()) == (409, False)


@pytest.mark.django_db
def test_one_text_that_does_not_open_leaves_the_evening_standing(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    rows.finish(there, clock)
    Agreement.objects.update(what_sealed="0.AAAA.BBBB")
    for name in ("evening", "agreements"):
        page = mentor_client.get(there.url(name))
        assert page.status_code == 200
        assert "gaat niet open" in page.content.decode()


@pytest.mark.django_db
def test_after_rotating_the_old_key_can_be_dropped(
    there: VisitToLog, clock: dt.datetime, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.NOTES_KEYS = "a:first-key"
    write_everywhere(there, clock)
    settings.NOTES_KEYS = "b:second-key,a:first-key"
    call_command("rotate_keys")
    assert "6 texts sealed anew, 0 had" in capsys.readouterr().out
    settings.NOTES_KEYS = "b:second-key"
    assert all(CANARY in text for text in readable())
    call_command("rotate_keys")
    assert "0 texts sealed anew, 6 had" in capsys.readouterr().out


@pytest.mark.django_db
def test_without_rotating_the_old_key_is_needed(there: VisitToLog, clock: dt.datetime, settings: Settings) -> None:
    settings.NOTES_KEYS = "a:first-key"
    write_everywhere(there, clock)
    settings.NOTES_KEYS = "b:second-key"
    with pytest.raises(SealBroken):
        readable()


@pytest.mark.django_db
def test_rotating_names_the_rows_that_do_not_open_and_does_the_rest(
    there: VisitToLog, clock: dt.datetime, settings: Settings
) -> None:
    settings.NOTES_KEYS = "a:first-key"
    write_everywhere(there, clock)
    Headline.objects.update(text_sealed="a.AAAA.BBBB")
    settings.NOTES_KEYS = "b:second-key,a:first-key"
    with pytest.raises(CommandError, match=f"notes.Headline:{Headline.objects.get().pk}"):
        call_command("rotate_keys")
    assert VisitReport.objects.get().going_well_sealed.startswith("b.")


def test_the_first_key_of_the_ring_writes() -> None:
    assert list(key_ring("new:x,old:y")) == ["new", "old"]
    assert list(key_ring("bare")) == ["0"]


# --- the memory aid goes by itself ---


@pytest.mark.django_db
def test_a_memory_aid_is_erased_on_its_day_and_not_before(there: VisitToLog, clock: dt.datetime) -> None:
    aid = write_memory_aid(visit=there.visit, owner=there.mentor, text="weg", by=there.user, now=clock)
    erase_due(now=clock + dt.timedelta(days=there.school.memory_aid_days - 1))
    assert MemoryAid.objects.filter(pk=aid.pk).exists()
    erase_due(now=clock + dt.timedelta(days=there.school.memory_aid_days))
    assert not MemoryAid.objects.filter(pk=aid.pk).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "written",
    [
        dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC),
        dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC),  # already the 23rd in the Netherlands
        dt.datetime(2026, 9, 21, 22, 30, tzinfo=dt.UTC),  # already the 22nd, and winter time comes in between
    ],
)
def test_a_memory_aid_goes_in_the_dutch_night_that_the_page_names(there: VisitToLog, written: dt.datetime) -> None:
    aid = write_memory_aid(visit=there.visit, owner=there.mentor, text="weg", by=there.user, now=written)
    midnight = dt.datetime.combine(aid.erase_on, dt.time(), tzinfo=AMSTERDAM).astimezone(dt.UTC)
    erase_due(now=midnight - dt.timedelta(seconds=1))
    assert MemoryAid.objects.filter(pk=aid.pk).exists()
    erase_due(now=midnight)
    assert not MemoryAid.objects.filter(pk=aid.pk).exists()
