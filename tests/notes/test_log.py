"""The two-minute log: drafts, saving once, two devices, and what finishing does."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from mentors.models import Event, School
from notes.actions.content import Agreed
from notes.actions.log import (
    DraftTooLong,
    LogChanged,
    NoAppointment,
    NotLoggable,
    ReportFinished,
    SeenDraft,
    finish_report,
    save_draft,
)
from notes.models import (
    AgreedBy,
    Agreement,
    CalledOffBy,
    ConversationOutcome,
    Feeling,
    Headline,
    LogDraft,
    MemoryAid,
    VisitReport,
)
from notes.queries.typed import draft_fields
from tests import factories
from tests.notes import rows
from tests.notes.rows import VisitToLog
from visits.models import Visit, VisitState

pytestmark = pytest.mark.django_db


def keep(there: VisitToLog, now: dt.datetime, text: str, **options: object) -> LogDraft:
    given: dict = {"client_id": uuid.uuid4(), "seen": SeenDraft(0)} | options
    fields = {"going_well": [text]}
    return save_draft(visit=there.visit, author=there.mentor, fields=fields, by=there.user, now=now, **given)


# --- the draft ---


def test_a_draft_comes_back_as_it_was_typed(there: VisitToLog, mentor_client: Client) -> None:
    url = there.url("draft", visit=there.visit.pk)
    answer = mentor_client.post(url, rows.save_fields(outcome="home", going_well="Voetbalt", started="1"))
    assert answer.json() == {"version": 1}
    page = mentor_client.get(there.url("log", visit=there.visit.pk)).content.decode()
    assert 'value="Voetbalt"' in page
    assert 'name="version" value="1"' in page


def test_nothing_is_filled_in_by_guess(there: VisitToLog, mentor_client: Client) -> None:
    page = mentor_client.get(there.url("log", visit=there.visit.pk))
    assert page.context["form"].initial == {}
    assert " checked" not in page.content.decode()


def test_opening_the_log_page_writes_nothing(there: VisitToLog, mentor_client: Client) -> None:
    mentor_client.get(there.url("log", visit=there.visit.pk))
    assert (LogDraft.objects.count(), VisitReport.objects.count(), Event.objects.count()) == (0, 0, 0)


def test_the_same_save_twice_is_one_save(there: VisitToLog, clock: dt.datetime) -> None:
    save_id = uuid.uuid4()
    first = keep(there, clock, "een", client_id=save_id)
    second = keep(there, clock, "een", client_id=save_id)
    assert (first.pk, first.version) == (second.pk, second.version) == (first.pk, 1)


def test_a_save_that_was_overtaken_is_refused_and_both_texts_stay(there: VisitToLog, clock: dt.datetime) -> None:
    keep(there, clock, "telefoon")
    with pytest.raises(LogChanged) as refusal:
        keep(there, clock, "laptop")
    assert (refusal.value.version, refusal.value.fields) == (1, {"going_well": ["telefoon"]})
    assert draft_fields(LogDraft.objects.get()) == {"going_well": ["telefoon"]}


def test_an_answer_that_got_lost_is_not_a_conflict(there: VisitToLog, clock: dt.datetime) -> None:
    lost = uuid.uuid4()
    keep(there, clock, "een", client_id=lost)
    draft = keep(there, clock, "een en twee", seen=SeenDraft(0, [lost]))
    assert (draft.version, draft_fields(draft)) == (2, {"going_well": ["een en twee"]})


def test_a_lost_answer_does_not_hide_another_device(there: VisitToLog, clock: dt.datetime) -> None:
    lost = uuid.uuid4()
    keep(there, clock, "telefoon", client_id=lost)
    keep(there, clock, "laptop", seen=SeenDraft(1))
    with pytest.raises(LogChanged):
        keep(there, clock, "telefoon, verder", seen=SeenDraft(0, [lost]))


def test_a_stale_save_gets_409_and_a_page_to_choose(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    keep(there, clock, "telefoon")
    stale = rows.save_fields(going_well="laptop")
    assert mentor_client.post(there.url("draft", visit=there.visit.pk), stale).status_code == 409
    page = mentor_client.post(there.url("log", visit=there.visit.pk), stale | {"action": "compare"})
    assert page.status_code == 409
    assert "telefoon" in page.content.decode()
    assert "laptop" in page.content.decode()
    chosen = rows.save_fields(version=1, going_well="laptop", action="choose")
    assert mentor_client.post(there.url("log", visit=there.visit.pk), chosen).status_code == 302
    assert draft_fields(LogDraft.objects.get()) == {"going_well": ["laptop"]}


def test_a_draft_of_more_text_than_a_log_holds_is_refused(there: VisitToLog, clock: dt.datetime) -> None:
    with pytest.raises(DraftTooLong):
        keep(there, clock, "a" * 20_001)


def test_a_draft_keeps_no_field_that_is_not_of_the_log(there: VisitToLog, mentor_client: Client) -> None:
    added = rows.save_fields(going_well="ja", school="2", author="3", finished_at="2026-01-01")
    mentor_client.post(there.url("draft", visit=there.visit.pk), added)
    assert draft_fields(LogDraft.objects.get()) == {"going_well": ["ja"]}


def test_a_draft_is_its_authors_alone(there: VisitToLog, clock: dt.datetime, client: Client) -> None:
    keep(there, clock, "KANARIE")
    successor = factories.make_mentor(there.school)
    Visit.objects.filter(pk=there.visit.pk).update(mentor=successor)
    client.force_login(successor.user)
    assert "KANARIE" not in client.get(there.url("log", visit=there.visit.pk)).content.decode()


@pytest.mark.parametrize("broken", [{"client_id": "x"}, {"version": "-1"}, {"unanswered": "x"}, {"version": ""}])
def test_a_save_without_a_proper_id_or_version_is_refused(
    there: VisitToLog, mentor_client: Client, broken: dict[str, str]
) -> None:
    for name in ("draft", "log"):
        answer = mentor_client.post(there.url(name, visit=there.visit.pk), rows.typed() | broken)
        assert answer.status_code == 400
    assert not VisitReport.objects.exists()


# --- finishing ---


def test_finishing_writes_to_four_places_and_the_visit_is_met(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    topic = factories.make_topic(there.school)
    keep(there, clock, "half")
    sent = rows.typed(
        version=1,
        topics=[topic.pk],
        going_well="Fietst graag",
        who_1="parent",
        what_1="Leest mee",
        due_1="2026-12-01",
        who_2="mentor",
        what_2="Belt",
        headline="Voelt zich thuis",
        good_news="on",
        feeling="good",
    )
    answer = mentor_client.post(there.url("log", visit=there.visit.pk), sent)
    assert answer.status_code == 302
    report = VisitReport.objects.get()
    assert (report.started_at, report.ended_at) == (there.visit.starts_at, there.visit.ends_at)
    assert (report.going_well, report.present, list(report.topics.all())) == (
        "Fietst graag",
        ["pupil", "parent"],
        [topic],
    )
    assert [(row.who, row.what, row.due_on) for row in Agreement.objects.order_by("pk")] == [
        ("parent", "Leest mee", dt.date(2026, 12, 1)),
        ("mentor", "Belt", None),
    ]
    headline, aid = Headline.objects.get(), MemoryAid.objects.get()
    assert (headline.text, headline.is_good_news) == ("Voelt zich thuis", True)
    assert (aid.owner, aid.feeling, aid.text) == (there.mentor, Feeling.GOOD, "")
    assert Visit.objects.get(pk=there.visit.pk).state == VisitState.MET
    assert not LogDraft.objects.exists()
    assert {"log.started", "report.finished", "visit.met"} == set(Event.objects.values_list("verb", flat=True))


def test_a_double_tap_finishes_once(there: VisitToLog, mentor_client: Client) -> None:
    sent = rows.typed(headline="Een keer", who_1="mentor", what_1="Belt")
    for _tap in range(2):
        assert mentor_client.post(there.url("log", visit=there.visit.pk), sent).status_code == 302
    assert (VisitReport.objects.count(), Agreement.objects.count()) == (1, 1)
    assert Event.objects.filter(verb="report.finished").count() == 1


def test_a_visit_that_was_called_off_goes_back_to_open_and_leaves_no_report_in_the_file(
    there: VisitToLog, mentor_client: Client
) -> None:
    sent = rows.save_fields(outcome="not_held", called_off_by="family")
    assert mentor_client.post(there.url("log", visit=there.visit.pk), sent).status_code == 302
    visit = Visit.objects.get(pk=there.visit.pk)
    assert (visit.state, visit.starts_at) == (VisitState.OPEN, None)
    report = VisitReport.objects.get()
    assert (report.outcome, report.called_off_by) == (ConversationOutcome.NOT_HELD, CalledOffBy.FAMILY)
    assert mentor_client.get(there.url("report", report=report.pk)).status_code == 404
    assert mentor_client.get(there.url("reports")).context["lines"] == []


def test_a_visit_that_was_called_off_can_be_held_and_logged_later(there: VisitToLog, clock: dt.datetime) -> None:
    given: dict = {"visit": there.visit, "author": there.mentor, "seen": SeenDraft(0), "by": there.user}
    off = rows.LogContent(ConversationOutcome.NOT_HELD, called_off_by=CalledOffBy.NOBODY_HOME)
    finish_report(content=off, client_id=uuid.uuid4(), now=clock, **given)
    report = finish_report(content=rows.held(clock), client_id=uuid.uuid4(), now=clock, **given)
    assert (report.outcome, report.called_off_by, VisitReport.objects.count()) == ("home", "", 1)


def test_what_did_not_stand_in_the_calendar_cannot_be_called_off(there: VisitToLog, clock: dt.datetime) -> None:
    visit = rows.add_visit(there, clock, starts_at=None)
    off = rows.LogContent(ConversationOutcome.NOT_HELD, called_off_by=CalledOffBy.FAMILY)
    with pytest.raises(NoAppointment):
        finish_report(
            visit=visit,
            author=there.mentor,
            content=off,
            client_id=uuid.uuid4(),
            seen=SeenDraft(0),
            by=there.user,
            now=clock,
        )


def test_a_heavy_visit_ends_at_the_page_about_support(there: VisitToLog, mentor_client: Client) -> None:
    School.objects.filter(pk=there.school.pk).update(duty_phone="0612345678")
    answer = mentor_client.post(there.url("log", visit=there.visit.pk), rows.typed(feeling="heavy"), follow=True)
    assert answer.redirect_chain[-1][0] == there.url("support")
    assert "tel:0612345678" in answer.content.decode()


def test_a_report_that_is_finished_is_not_finished_again(there: VisitToLog, clock: dt.datetime) -> None:
    rows.finish(there, clock)
    with pytest.raises(ReportFinished):
        rows.finish(there, clock)
    with pytest.raises(ReportFinished):
        keep(there, clock, "te laat")


def test_finishing_on_a_second_device_shows_both_versions(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    rows.finish(there, clock, going_well="EERSTE")
    page = mentor_client.post(there.url("log", visit=there.visit.pk), rows.typed(going_well="TWEEDE"))
    assert page.status_code == 409
    assert "EERSTE" in page.content.decode()
    assert "TWEEDE" in page.content.decode()
    assert VisitReport.objects.get().going_well == "EERSTE"
    assert mentor_client.post(there.url("draft", visit=there.visit.pk), rows.save_fields()).status_code == 410


def test_a_visit_of_a_coming_day_has_no_log_yet(there: VisitToLog, mentor_client: Client, clock: dt.datetime) -> None:
    visit = rows.add_visit(there, clock, starts_at=clock + dt.timedelta(days=2))
    page = mentor_client.get(there.url("log", visit=visit.pk))
    assert "kan nog even wachten" in page.content.decode()
    assert mentor_client.post(there.url("log", visit=visit.pk), rows.typed()).status_code == 422
    assert mentor_client.post(there.url("draft", visit=visit.pk), rows.save_fields()).status_code == 422
    assert not VisitReport.objects.exists()


def test_a_colleague_cannot_finish_somebody_elses_visit(there: VisitToLog, clock: dt.datetime) -> None:
    colleague = factories.make_mentor(there.school)
    with pytest.raises(NotLoggable):
        finish_report(
            visit=there.visit,
            author=colleague,
            content=rows.held(clock),
            client_id=uuid.uuid4(),
            seen=SeenDraft(0),
            by=colleague.user,
            now=clock,
        )


def test_a_finish_that_fails_half_way_leaves_nothing(there: VisitToLog, clock: dt.datetime) -> None:
    impossible = Agreed(AgreedBy.MENTOR, "Belt", "geen datum")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        rows.finish(there, clock, agreements=(impossible,))
    assert (VisitReport.objects.count(), Headline.objects.count(), Event.objects.count()) == (0, 0, 0)
    assert Visit.objects.get(pk=there.visit.pk).state == VisitState.PLANNED


# --- what the form refuses ---


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"outcome": ""}, {"outcome"}),
        ({"present": []}, {"present"}),
        ({"as_planned": ""}, {"held_on", "started", "ended"}),
        ({"as_planned": "", "held_on": "2026-09-01", "started": "19:00", "ended": "18:00"}, {"ended"}),
        ({"as_planned": "", "held_on": "2199-09-01", "started": "18:00", "ended": "19:00"}, {"held_on"}),
        ({"what_1": "Belt"}, {"who_1"}),
        ({"who_2": "pupil"}, {"what_2"}),
        ({"due_3": "2026-12-01"}, {"who_3", "what_3"}),
        ({"outcome": "not_held"}, {"called_off_by"}),
        ({"headline": "a" * 201}, {"headline"}),
        ({"present": ["hond"]}, {"present"}),
    ],
)
def test_a_log_that_is_not_complete_keeps_what_was_typed(
    there: VisitToLog, mentor_client: Client, fields: dict[str, object], wrong: set[str]
) -> None:
    page = mentor_client.post(there.url("log", visit=there.visit.pk), rows.typed(going_well="Blijft staan") | fields)
    assert page.status_code == 422
    assert set(page.context["form"].errors) == wrong
    assert "Blijft staan" in page.content.decode()
    assert not VisitReport.objects.exists()


def test_real_times_are_local_times_also_after_summer_time(school: School, mentor_client: Client) -> None:
    there = rows.make_visit_to_log(school, dt.datetime(2025, 10, 28, 20, 0, tzinfo=dt.UTC))
    mentor_client.force_login(there.user)
    sent = rows.typed(as_planned="", held_on="2025-10-28", started="18:30", ended="19:15")
    assert mentor_client.post(there.url("log", visit=there.visit.pk), sent).status_code == 302
    assert VisitReport.objects.get().started_at == dt.datetime(2025, 10, 28, 17, 30, tzinfo=dt.UTC)


def test_a_topic_of_another_school_is_refused(there: VisitToLog, mentor_client: Client) -> None:
    foreign = factories.make_topic(factories.make_school())
    page = mentor_client.post(there.url("log", visit=there.visit.pk), rows.typed(topics=[foreign.pk]))
    assert set(page.context["form"].errors) == {"topics"}


def test_the_plain_form_keeps_a_half_log_for_later(there: VisitToLog, mentor_client: Client) -> None:
    sent = rows.save_fields(going_well="half", action="keep")
    for _tap in range(2):
        assert mentor_client.post(there.url("log", visit=there.visit.pk), sent).status_code == 302
    assert LogDraft.objects.get().version == 1
