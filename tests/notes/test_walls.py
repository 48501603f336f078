"""Four kinds of text in four places: who reads them, who does not, and that reading is recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from mentors.dates import local_day
from mentors.models import Event, Membership, Role, School, User
from notes.actions.memory_aids import write_memory_aid
from notes.models import Agreement, Concern, MemoryAid, VisitReport
from students.models import SchoolClass
from tests import factories, worlds
from tests.notes import rows
from tests.notes.rows import VisitToLog
from visits.models import Message, MessageKind, MessageState, Visit

pytestmark = pytest.mark.django_db
CANARIES = {"report": "KANARIE-verslag", "concern": "KANARIE-zorg", "aid": "KANARIE-geheugen"}


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    """Every address of the whole application with its parameters."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name}", list(pattern.pattern.converters)


def every_page(world: worlds.World, client: Client) -> str:
    """All that GET shows at every address of the application, over this world's own objects."""
    shown = []
    for name, _own in addresses(get_resolver().url_patterns):
        known = {"school": world.school.slug} | world.rows | {"pk": world.visit}
        for names in _parameters(name):
            try:
                kwargs = {each: world.value(name, each) if each != "school" else known[each] for each in names}
                shown.append(client.get(reverse(name, kwargs=kwargs)).content.decode(errors="ignore"))
            except (KeyError, NoReverseMatch):
                continue
    return "".join(shown)


def _parameters(name: str) -> list[list[str]]:
    namespace, _colon, last = name.rpartition(":")
    resolver = get_resolver()
    prefix: list[str] = []
    if namespace:
        base, inner = resolver.namespace_dict[namespace]
        prefix, resolver = (["school"] if "school" in base else []), inner
    return [prefix + list(way[1]) for ways in resolver.reverse_dict.getlist(last) for way in ways[0]]


@pytest.fixture
def world(now: dt.datetime) -> worlds.World:
    """A school with one of everything, and a canary in each confidential text."""
    world = worlds.make_world(now)
    report = VisitReport.objects.get(school=world.school)
    report.going_well = CANARIES["report"]
    report.save()
    concern = Concern.objects.get(school=world.school)
    concern.facts = CANARIES["concern"]
    concern.save()
    aid = MemoryAid.objects.get(school=world.school)
    aid.text = CANARIES["aid"]
    aid.save()
    return world


def seen_by(user: User, world: worlds.World) -> set[str]:
    """Which confidential texts this person meets on any page."""
    client = Client(raise_request_exception=False)
    client.force_login(user)
    pages = every_page(world, client)
    return {name for name, canary in CANARIES.items() if canary in pages}


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR])
def test_planners_and_directors_meet_no_confidential_text_on_any_page(world: worlds.World, role: Role) -> None:
    assert seen_by(factories.make_user(world.school, role), world) == set()


def test_a_care_coordinator_meets_concerns_and_nothing_else(world: worlds.World) -> None:
    assert seen_by(factories.make_user(world.school, Role.CARE), world) == {"concern"}


def test_a_mentor_of_another_class_meets_nothing(world: worlds.World) -> None:
    assert seen_by(factories.make_mentor(world.school).user, world) == set()


def test_who_wrote_them_meets_them(world: worlds.World) -> None:
    """The negative control: the same walk does find the texts."""
    Visit.objects.filter(pk=world.rows["visit"].pk).update(starts_at=None, ends_at=None, state="open")
    world.rows["visit"] = VisitReport.objects.get(school=world.school).visit
    assert seen_by(world.mentor.user, world) == {"report", "concern", "aid"}


def test_the_second_mentor_of_the_class_reads_the_report_and_no_more(world: worlds.World) -> None:
    second = factories.make_mentor(world.school)
    SchoolClass.objects.get(students=world.rows["student"]).mentors.add(second)
    assert seen_by(second.user, world) == {"report"}


def test_all_roles_of_another_school_meet_nothing(world: worlds.World) -> None:
    stranger = factories.make_user(factories.make_school(), Role.MENTOR, Role.CARE, Role.COORDINATOR, Role.DIRECTOR)
    assert seen_by(stranger, world) == set()


# --- reading is recorded ---


def test_opening_a_report_is_recorded_and_changes_nothing_else(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    report = rows.finish(there, clock)
    before = Event.objects.count()
    for _time in range(2):
        assert "Fietst graag." in mentor_client.get(there.url("report", report=report.pk)).content.decode()
    read = Event.objects.order_by("pk")[before:]
    assert [(event.verb, event.by, event.subject) for event in read] == [
        ("report.read", there.user, f"notes.VisitReport:{report.pk}")
    ] * 2
    assert VisitReport.objects.get().updated_at == report.updated_at


def test_a_refused_reading_records_nothing(there: VisitToLog, client: Client, clock: dt.datetime) -> None:
    report, before = rows.finish(there, clock), Event.objects.count()
    for user, status in (
        (factories.make_user(there.school, Role.COORDINATOR), 403),
        (factories.make_mentor(there.school).user, 404),
        (factories.make_mentor(factories.make_school()).user, 404),
    ):
        client.force_login(user)
        assert client.get(there.url("report", report=report.pk)).status_code == status
    assert Event.objects.count() == before


def test_the_list_of_reports_shows_no_text(there: VisitToLog, mentor_client: Client, clock: dt.datetime) -> None:
    rows.finish(there, clock)
    page = mentor_client.get(there.url("reports")).content.decode()
    assert there.student.first_name in page
    assert "Fietst graag" not in page


# --- correcting a report ---


def amended(there: VisitToLog, report: VisitReport, client: Client, **fields: object) -> int:
    sent = rows.save_fields(
        version=report.version,
        outcome="home",
        as_planned="on",
        present=["pupil"],
        going_well="Beter",
        who_1="mentor",
        what_1="Belt in mei",
    )
    return client.post(there.url("amend", report=report.pk), sent | fields).status_code


def test_the_author_corrects_a_report_and_that_is_recorded(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    report = rows.finish(there, clock)
    Agreement.objects.update(kept_at=clock)
    assert "Fietst graag." in mentor_client.get(there.url("amend", report=report.pk)).content.decode()
    assert amended(there, report, mentor_client) == 302
    report.refresh_from_db()
    assert (report.going_well, report.present, report.version) == ("Beter", ["pupil"], 2)
    assert [(row.what, row.kept_at) for row in Agreement.objects.all()] == [("Belt in mei", clock)]
    assert Event.objects.filter(verb="report.amended").count() == 1
    assert MemoryAid.objects.get().feeling == "good"


def test_a_correction_that_was_overtaken_shows_both(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    report = rows.finish(there, clock)
    assert amended(there, report, mentor_client, going_well="Eerste") == 302
    assert amended(there, report, mentor_client, going_well="Tweede") == 409
    assert VisitReport.objects.get().going_well == "Eerste"
    report.refresh_from_db()
    assert amended(there, report, mentor_client, going_well="Tweede", action="fill") == 200
    assert VisitReport.objects.get().going_well == "Eerste"
    assert amended(there, report, mentor_client, going_well="Tweede") == 302


def test_a_report_of_a_conversation_stays_one(there: VisitToLog, mentor_client: Client, clock: dt.datetime) -> None:
    report = rows.finish(there, clock)
    assert amended(there, report, mentor_client, outcome="not_held", called_off_by="family") == 422


def test_only_the_author_corrects(there: VisitToLog, client: Client, clock: dt.datetime) -> None:
    report, second = rows.finish(there, clock), factories.make_mentor(there.school)
    there.student.school_class.mentors.add(second)
    client.force_login(second.user)
    assert client.get(there.url("report", report=report.pk)).status_code == 200
    assert client.get(there.url("amend", report=report.pk)).status_code == 403
    assert amended(there, report, client) == 403
    assert VisitReport.objects.get().going_well == "Fietst graag."


# --- agreements ---


def test_an_agreement_is_kept_and_that_can_be_undone(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    rows.finish(there, clock)
    agreement = Agreement.objects.get()
    for _tap in range(2):
        mentor_client.post(there.url("keep", agreement=agreement.pk))
    agreement.refresh_from_db()
    assert agreement.kept_at
    mentor_client.post(there.url("reopen", agreement=agreement.pk))
    agreement.refresh_from_db()
    assert agreement.kept_at is None
    verbs = Event.objects.filter(verb__startswith="agreement").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["agreement.kept", "agreement.reopened"]


def test_a_coordinator_sees_the_agreements_of_the_own_school_alone(
    there: VisitToLog, client: Client, clock: dt.datetime
) -> None:
    rows.finish(there, clock)
    client.force_login(factories.make_user(there.school, Role.COORDINATOR))
    assert len(client.get(there.url("agreements")).context["open_lines"]) == 1
    elsewhere = factories.make_school()
    client.force_login(factories.make_user(elsewhere, Role.COORDINATOR, Role.MENTOR))
    page = client.get(reverse("notes:agreements", kwargs={"school": elsewhere.slug}))
    assert page.context["open_lines"] == []
    url = reverse("notes:keep", kwargs={"school": elsewhere.slug, "agreement": Agreement.objects.get().pk})
    assert client.post(url).status_code == 404


def test_the_way_back_stays_on_this_site(there: VisitToLog, mentor_client: Client, clock: dt.datetime) -> None:
    rows.finish(there, clock)
    url = there.url("keep", agreement=Agreement.objects.get().pk)
    for back in ("https://elders.example/", "//elders.example/", "/\\elders.example", ""):
        assert mentor_client.post(url, {"back": back})["Location"] == there.url("agreements")
    assert mentor_client.post(url, {"back": there.url("evening")})["Location"] == there.url("evening")


# --- the memory aid ---


def test_a_memory_aid_is_the_owners_alone_also_on_the_same_visit(
    there: VisitToLog, mentor_client: Client, client: Client
) -> None:
    url = there.url("memory_aid", visit=there.visit.pk)
    assert mentor_client.post(url, {"text": "Vraag naar de hond"}).status_code == 302
    assert "Vraag naar de hond" in mentor_client.get(url).content.decode()
    successor = factories.make_mentor(there.school)
    Visit.objects.filter(pk=there.visit.pk).update(mentor=successor)
    client.force_login(successor.user)
    assert "hond" not in client.get(url).content.decode()


def test_writing_again_keeps_one_memory_aid_and_its_term_begins_anew(there: VisitToLog, clock: dt.datetime) -> None:
    for days, text in ((0, "een"), (5, "twee")):
        aid = write_memory_aid(
            visit=there.visit, owner=there.mentor, text=text, by=there.user, now=clock + dt.timedelta(days=days)
        )
    assert MemoryAid.objects.get().text == "twee"
    assert aid.erase_on == local_day(clock) + dt.timedelta(days=65)


# --- a concern ---


def concern_form(there: VisitToLog, **fields: object) -> dict[str, object]:
    return {
        "client_id": "3f6f1c1e-0000-4000-8000-000000000001",
        "student": there.student.pk,
        "facts": "Er lag geen bed.",
    } | fields


def test_a_concern_goes_to_every_care_coordinator_of_the_school_and_the_message_has_no_text(
    there: VisitToLog, mentor_client: Client, care: User
) -> None:
    factories.make_user(factories.make_school(), Role.CARE)
    url = there.url("hand_over", visit=there.visit.pk)
    for _tap in range(2):
        assert mentor_client.post(url, concern_form(there)).status_code == 302
    concern = Concern.objects.get()
    assert (concern.facts, concern.student, concern.author) == ("Er lag geen bed.", there.student, there.mentor)
    message = Message.objects.get()
    assert (message.kind, message.to_user, message.visit, message.invitation) == (
        MessageKind.CONCERN_WAITS,
        care,
        None,
        None,
    )
    assert mail.outbox == []


def test_the_page_of_a_worry_names_112_and_veilig_thuis(there: VisitToLog, mentor_client: Client) -> None:
    page = mentor_client.get(there.url("hand_over", visit=there.visit.pk)).content.decode()
    assert "tel:112" in page
    assert "0800-2000" in page
    assert "nog geen zorgcoördinator" in page  # nobody would be told, and the page says so


def test_a_concern_without_facts_or_about_another_pupil_is_refused(
    there: VisitToLog, mentor_client: Client, clock: dt.datetime
) -> None:
    url = there.url("hand_over", visit=there.visit.pk)
    other = rows.add_visit(there, clock).students.get()
    for wrong in ({"facts": " "}, {"student": other.pk}, {"student": ""}, {"client_id": "x"}):
        assert mentor_client.post(url, concern_form(there, **wrong)).status_code == 422
    assert not Concern.objects.exists()


def test_taking_over_is_done_once_and_the_mentor_sees_when(
    there: VisitToLog, mentor_client: Client, care: User, clock: dt.datetime
) -> None:
    concern = rows.worry(there, clock, "Mijn eigen woorden")
    at_care = Client()
    at_care.force_login(care)
    assert "Mijn eigen woorden" in at_care.get(there.url("concern", concern=concern.pk)).content.decode()
    for _tap in range(2):
        assert at_care.post(there.url("take_over", concern=concern.pk)).status_code == 302
    concern.refresh_from_db()
    assert concern.taken_over_by == care
    assert Event.objects.filter(verb="concern.taken_over").count() == 1
    assert Message.objects.get().state == MessageState.SUPERSEDED
    page = mentor_client.get(there.url("concern", concern=concern.pk)).content.decode()
    assert "Overgenomen op" in page
    assert "Mijn eigen woorden" in page
    assert "Ik neem dit over" not in page
    assert Event.objects.filter(verb="concern.read").count() == 2


def test_the_oldest_concern_comes_first(there: VisitToLog, care: User, clock: dt.datetime, client: Client) -> None:
    newest, oldest = rows.worry(there, clock), rows.worry(there, clock - dt.timedelta(days=1))
    client.force_login(care)
    assert list(client.get(there.url("concerns")).context["waiting"]) == [oldest, newest]


def test_nobody_else_opens_or_takes_over_a_concern(
    there: VisitToLog, client: Client, care: User, clock: dt.datetime
) -> None:
    concern = rows.worry(there, clock)
    elsewhere = factories.make_school()
    for user, opening, taking in (
        (factories.make_user(there.school, Role.COORDINATOR), 403, 403),
        (factories.make_user(there.school, Role.DIRECTOR), 403, 403),
        (factories.make_mentor(there.school).user, 404, 403),
        (there.user, 200, 403),
        (factories.make_user(elsewhere, Role.CARE, Role.MENTOR), 404, 404),
    ):
        client.force_login(user)
        assert client.get(there.url("concern", concern=concern.pk)).status_code == opening
        assert client.post(there.url("take_over", concern=concern.pk)).status_code == taking
        own = reverse("notes:concern", kwargs={"school": elsewhere.slug, "concern": concern.pk})
        assert client.get(own).status_code == 404
    assert Concern.objects.waiting().count() == 1


@pytest.mark.parametrize("name", ["card", "log", "memory_aid", "hand_over", "draft"])
def test_a_colleagues_visit_is_not_there(there: VisitToLog, client: Client, name: str, school: School) -> None:
    """Not for a mentor of the school, not for one who also plans, not for another school's mentor."""
    colleague = factories.make_mentor(school)
    planner = factories.make_mentor(school)
    Membership.objects.create(user=planner.user, role=Role.COORDINATOR, school=school)
    for user in (colleague.user, planner.user, factories.make_mentor(factories.make_school()).user):
        client.force_login(user)
        for method in {"card": ["get"], "draft": ["post"]}.get(name, ["get", "post"]):
            assert getattr(client, method)(there.url(name, visit=there.visit.pk)).status_code == 404
