"""How families get a moment: asking them to choose or for wishes, one reminder, and planning who is left."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.dates import moment_at
from mentors.models import Mentor, Role, School
from planning.actions.jobs import ChoosingStillOpen, plan_the_rest
from planning.actions.publishing import publish_plan
from planning.draft.blockers import BlockerCode
from planning.draft.stored import read_draft_of
from planning.models import PlanState
from planning.problem.build import build_planning
from planning.queries.overview import with_wishes_in
from reports.queries.worklist import worklist_of
from tests import factories
from tests.addresses import view_name
from tests.pages import LogIn
from tests.visits.staffed import StaffedCampaign, make_staffed_campaign, not_published
from visits.actions import answers, moments
from visits.actions.answers import FamilyHours
from visits.actions.bookings import (
    BookingAfterLastDay,
    BookingOfClosedCampaign,
    BookingRefused,
    BookingWithoutSchool,
    NoEveningsToChoose,
    SchoolProposesMoments,
    WishesDayOver,
    WishesStillOpen,
    close_booking,
    open_booking,
)
from visits.actions.campaigns import CampaignRefused, LaterDayPromised, change_campaign
from visits.actions.outbox import send_due_messages
from visits.actions.reminders import queue_reminders
from visits.actions.reservations import RESERVED_FOR, reserve_moment
from visits.models import (
    Answer,
    AnswerChannel,
    Availability,
    Booking,
    Campaign,
    CampaignState,
    Commitment,
    Invitation,
    Message,
    MessageKind,
    MessageState,
    MomentReservation,
    PlaceKind,
    SiblingChoice,
    Visit,
    VisitState,
)
from visits.queries.booking import booking_counts, planned_by_school
from visits.queries.choosing import Choices

pytestmark = pytest.mark.django_db
UNTIL = dt.date(2026, 9, 29)
DAY = dt.timedelta(days=1)


@pytest.fixture
def free(school: School, now: dt.datetime) -> StaffedCampaign:
    """Four families who will choose by themselves."""
    staffed = make_staffed_campaign(now, school=school)
    return way(staffed, Booking.FREE)


@pytest.fixture
def wishing(school: School, now: dt.datetime) -> StaffedCampaign:
    """Four families who will be asked for their wishes, until Tuesday a week ahead."""
    staffed = make_staffed_campaign(now, school=school)
    return way(staffed, Booking.WISHES_FIRST, wishes_until=UNTIL)


def way(staffed: StaffedCampaign, booking: Booking, **values: object) -> StaffedCampaign:
    Campaign.objects.filter(pk=staffed.campaign.pk).update(booking=booking, **values)
    staffed.campaign.refresh_from_db()
    return staffed


def opened(staffed: StaffedCampaign) -> list[Invitation]:
    open_booking(campaign=staffed.campaign, by=None, now=staffed.now)
    staffed.campaign.refresh_from_db()
    rows = Invitation.objects.filter(visit__campaign=staffed.campaign).order_by("pk")
    return list(rows.select_related("visit__campaign__school", "visit__mentor__school", "household"))


def wish(invitation: Invitation, now: dt.datetime, *hours: FamilyHours) -> None:
    answers.tell_wishes(
        invitation=invitation,
        hours=hours,
        place_kind=PlaceKind(invitation.visit.place_kind),
        place_note="",
        seen_version=Visit.objects.get(pk=invitation.visit_id).version,
        channel=AnswerChannel.LINK,
        by=None,
        now=now,
    )


# --- asking ---


def test_opening_asks_every_family_once_to_choose_a_moment(free: StaffedCampaign) -> None:
    assert len(opened(free)) == 4
    assert open_booking(campaign=free.campaign, by=None, now=free.now) == 0
    send_due_messages(now=free.now)
    assert len(mail.outbox) == 4
    assert all("kies een moment" in sent.subject and "Kies een moment" in sent.body for sent in mail.outbox)
    assert free.campaign.state == CampaignState.PUBLISHED
    assert not Visit.objects.exclude(state=VisitState.OPEN).exists()


def test_opening_asks_for_wishes_until_the_day_and_says_that_nobody_has_to_hurry(wishing: StaffedCampaign) -> None:
    opened(wishing)
    send_due_messages(now=wishing.now)
    assert len(mail.outbox) == 4
    assert all("di 29 september" in sent.body and "gaat niet voor" in sent.body for sent in mail.outbox)


def test_who_joins_later_is_asked_with_the_next_click(free: StaffedCampaign) -> None:
    opened(free)
    late = factories.make_student(free.classes[0])
    factories.make_visit(free.campaign, late)
    assert booking_counts(free.campaign, free.now).to_invite == 1
    assert open_booking(campaign=free.campaign, by=None, now=free.now) == 1


def test_whom_the_school_plans_is_not_asked_to_choose_but_may_give_wishes(school: School, now: dt.datetime) -> None:
    staffed = way(make_staffed_campaign(now, school=school), Booking.FREE)
    household = staffed.campaign.visits.first().household  # type: ignore[union-attr]
    household.needs_interpreter = True
    household.save()
    assert len(opened(staffed)) == 3
    counts = booking_counts(staffed.campaign, now)
    assert (counts.by_school, counts.to_invite, counts.without_moment) == (1, 0, 4)
    Campaign.objects.update(booking=Booking.WISHES_FIRST, wishes_until=UNTIL)
    assert open_booking(campaign=staffed.campaign, by=None, now=now) == 1


def companion(visit: Visit) -> None:
    visit.companions.add(factories.make_mentor(visit.campaign.school))


def commitment(visit: Visit) -> None:
    Commitment.objects.create(campaign=visit.campaign, mentor=visit.mentor, hands_over=True)


def sibling(visit: Visit) -> None:
    other = factories.make_class(visit.campaign.school, factories.make_mentor(visit.campaign.school))
    factories.make_visit(visit.campaign, factories.make_student(other, visit.household), household=visit.household)


@pytest.mark.parametrize("bind", [companion, commitment, sibling])
def test_a_moment_that_takes_more_than_one_mentor_is_found_by_the_school(
    free: StaffedCampaign, bind: Callable[[Visit], None]
) -> None:
    visit = free.campaign.visits.first()
    assert visit is not None and not planned_by_school(Visit.objects.filter(pk=visit.pk)).exists()
    bind(visit)
    assert planned_by_school(Visit.objects.filter(pk=visit.pk)).exists()


def test_children_in_two_classes_who_are_visited_apart_do_choose(free: StaffedCampaign) -> None:
    visit = free.campaign.visits.first()
    assert visit is not None
    sibling(visit)
    Campaign.objects.update(siblings=SiblingChoice.APART)
    assert not planned_by_school(Visit.objects.filter(pk=visit.pk)).exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"state": CampaignState.CLOSED}, BookingOfClosedCampaign),
        ({"booking": Booking.ASSIGNED}, SchoolProposesMoments),
        ({"starts_on": dt.date(2026, 9, 1), "ends_on": dt.date(2026, 9, 22)}, BookingAfterLastDay),
        ({"booking": Booking.WISHES_FIRST, "wishes_until": dt.date(2026, 9, 21)}, WishesDayOver),
        ({"booking": Booking.WISHES_FIRST, "wishes_until": None}, WishesDayOver),
    ],
)
def test_choosing_is_not_opened_where_it_makes_no_sense(
    free: StaffedCampaign, changes: dict[str, object], refusal: type[BookingRefused]
) -> None:
    Campaign.objects.update(**changes)
    with pytest.raises(refusal):
        open_booking(campaign=free.campaign, by=None, now=free.now)
    assert not Invitation.objects.exists()


def test_without_evenings_or_a_school_on_the_map_there_is_nothing_to_choose_from(free: StaffedCampaign) -> None:
    free.campaign.shifts.all().delete()
    with pytest.raises(NoEveningsToChoose):
        open_booking(campaign=free.campaign, by=None, now=free.now)
    School.objects.update(latitude=None)
    with pytest.raises(BookingWithoutSchool):
        open_booking(campaign=free.campaign, by=None, now=free.now)


def test_the_database_refuses_wishes_without_a_last_day_and_closing_before_opening(free: StaffedCampaign) -> None:
    for values in (
        {"booking": Booking.WISHES_FIRST, "booking_opened_at": free.now, "wishes_until": None},
        {"booking_opened_at": None, "booking_closed_at": free.now},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Campaign.objects.update(**values)


# --- changing the way ---


def changed(staffed: StaffedCampaign, **fields: object) -> Campaign:
    return change_campaign(campaign=Campaign.objects.get(pk=staffed.campaign.pk), by=None, now=staffed.now, **fields)


def test_the_way_changes_as_long_as_nobody_was_asked(free: StaffedCampaign) -> None:
    assert changed(free, booking=Booking.WISHES_FIRST, wishes_until=UNTIL).wishes_until == UNTIL
    assert changed(free, booking=Booking.ASSIGNED).wishes_until is None


@pytest.mark.parametrize("other", [Booking.ASSIGNED, Booking.WISHES_FIRST])
def test_the_way_does_not_change_once_families_were_asked(free: StaffedCampaign, other: Booking) -> None:
    opened(free)
    with pytest.raises(CampaignRefused) as refusal:
        changed(free, booking=other, wishes_until=UNTIL)
    assert refusal.value.field == "booking"
    assert Campaign.objects.get(pk=free.campaign.pk).booking == Booking.FREE


def test_the_way_does_not_change_after_a_plan_was_published(school: School, now: dt.datetime) -> None:
    staffed = make_staffed_campaign(now, school=school)
    publish_plan(plan=staffed.draft(), by=None, now=now)
    with pytest.raises(CampaignRefused):
        changed(staffed, booking=Booking.FREE)


def test_the_last_day_for_wishes_moves_later_and_never_earlier(wishing: StaffedCampaign) -> None:
    opened(wishing)
    with pytest.raises(LaterDayPromised):
        changed(wishing, booking=Booking.WISHES_FIRST, wishes_until=UNTIL - DAY)
    assert changed(wishing, booking=Booking.WISHES_FIRST, wishes_until=UNTIL + DAY).wishes_until == UNTIL + DAY


@pytest.mark.parametrize("until", [None, dt.date(2026, 10, 16)])
def test_wishes_need_a_day_before_the_last_one(wishing: StaffedCampaign, until: dt.date | None) -> None:
    with pytest.raises(CampaignRefused) as refusal:
        changed(wishing, booking=Booking.WISHES_FIRST, wishes_until=until)
    assert refusal.value.field == "wishes_until"


# --- reminders ---


def reminders(staffed: StaffedCampaign, now: dt.datetime) -> list[str]:
    """Whom the reminders reach when they are sent at this moment."""
    before = len(mail.outbox)
    queue_reminders(now=now)
    send_due_messages(now=now)
    return sorted(address for sent in mail.outbox[before:] for address in sent.to)


def test_who_did_not_choose_is_reminded_once_after_the_campaigns_days(free: StaffedCampaign) -> None:
    mine, *others = opened(free)
    send_due_messages(now=free.now)
    first = Choices.of(mine.visit, free.now).moments[0].starts_at
    reserve_moment(invitation=mine, starts_at=first, seen_version=1, now=free.now)
    answers.choose_moment(
        invitation=mine, starts_at=first, seen_version=1, channel=AnswerChannel.LINK, by=None, now=free.now
    )
    send_due_messages(now=free.now + dt.timedelta(minutes=11))
    assert reminders(free, free.now + 4 * DAY) == []
    reached = reminders(free, free.now + 5 * DAY)
    assert len(reached) == len(others)
    assert mine.household.guardians.get().email not in reached
    assert reminders(free, free.now + 6 * DAY) == reminders(free, free.now + 9 * DAY) == []


def test_who_gave_no_wishes_is_reminded_once_three_days_before_the_last(wishing: StaffedCampaign) -> None:
    mine, *others = opened(wishing)
    send_due_messages(now=wishing.now)
    wish(mine, wishing.now)
    assert reminders(wishing, wishing.now + 3 * DAY) == []
    reached = reminders(wishing, wishing.now + 4 * DAY)
    assert len(reached) == len(others) and mine.household.guardians.get().email not in reached
    assert all("enige herinnering" in sent.body for sent in mail.outbox[-3:])
    assert reminders(wishing, wishing.now + 5 * DAY) == []


def test_a_reminder_that_waits_is_not_sent_to_who_has_just_answered(wishing: StaffedCampaign) -> None:
    mine, *_others = opened(wishing)
    send_due_messages(now=wishing.now)
    later = wishing.now + 4 * DAY
    queue_reminders(now=later)
    wish(mine, later)
    send_due_messages(now=later)
    row = Message.objects.get(kind=MessageKind.SECOND_INVITATION, invitation=mine)
    assert (row.state, row.outcome) == (MessageState.SUPERSEDED, "answered")


def test_nobody_is_reminded_after_the_last_day_or_when_choosing_was_closed(wishing: StaffedCampaign) -> None:
    opened(wishing)
    send_due_messages(now=wishing.now)
    assert reminders(wishing, wishing.now + 8 * DAY) == []
    way(wishing, Booking.FREE)
    close_booking(campaign=wishing.campaign, by=None, now=wishing.now)
    assert reminders(wishing, wishing.now + 6 * DAY) == []


# --- wishes are not first come, first served ---


def hours_of(number: int) -> FamilyHours:
    """Each family rather on another evening."""
    return FamilyHours([1, 3, 1, 3][number], dt.time(18), dt.time(20), is_wish=True)


def problem_when_answered_in(staffed: StaffedCampaign, order: list[int]) -> str:
    """The planner's problem after the families answered in this order, as text."""
    rows = list(Invitation.objects.filter(visit__campaign=staffed.campaign).order_by("pk"))
    Availability.objects.all().delete()
    for minute, number in enumerate(order):
        row = Invitation.objects.select_related("visit__campaign__school", "household").get(pk=rows[number].pk)
        wish(row, staffed.now + dt.timedelta(minutes=minute), hours_of(number))
    return json.dumps(build_planning(staffed.campaign, staffed.now + 8 * DAY).problem, sort_keys=True)


def test_the_order_in_which_wishes_come_in_changes_nothing_in_the_plan(wishing: StaffedCampaign) -> None:
    opened(wishing)
    problems, plans = set(), set()
    for order in random.Random(1).sample(list(itertools.permutations(range(4))), 4):
        problems.add(problem_when_answered_in(wishing, list(order)))
        wishing.now += 8 * DAY
        draft = read_draft_of(wishing.draft())
        plans.add(json.dumps(replace(draft, seconds=0).to_json(), sort_keys=True))
        wishing.now -= 8 * DAY
    assert len(problems) == len(plans) == 1
    assert '"wish": true' in problems.pop()


def test_wishes_after_the_last_day_are_refused(wishing: StaffedCampaign) -> None:
    mine, *_others = opened(wishing)
    with pytest.raises(answers.WishesClosed):
        wish(mine, wishing.now + 8 * DAY, hours_of(0))
    later = {"invitation": mine, "seen_version": 1, "channel": AnswerChannel.LINK, "by": None}
    with pytest.raises(answers.WishesClosed):
        answers.tell_hours(hours=[hours_of(0)], now=wishing.now + 8 * DAY, **later)
    with pytest.raises(answers.WishesClosed):
        answers.choose_moment(starts_at=wishing.now + 9 * DAY, now=wishing.now + 8 * DAY, **later)
    assert not Availability.objects.exists()


# --- planning who is left ---


def test_wishes_are_planned_after_the_last_day_and_then_it_goes_as_ever(wishing: StaffedCampaign) -> None:
    for number, row in enumerate(opened(wishing)):
        wish(row, wishing.now, hours_of(number))
    send_due_messages(now=wishing.now)
    with pytest.raises(WishesStillOpen):
        close_booking(campaign=wishing.campaign, by=None, now=wishing.now)
    assert not with_wishes_in(wishing.now).exists()
    wishing.now += 8 * DAY
    assert with_wishes_in(wishing.now).exists()
    assert worklist_of(wishing.school, now=wishing.now).waiting.wishes_in == 1
    close_booking(campaign=wishing.campaign, by=None, now=wishing.now)
    plan = plan_the_rest(campaign=wishing.campaign, by=None, now=wishing.now)
    assert plan.state == PlanState.QUEUED and not with_wishes_in(wishing.now).exists()
    plan.delete()
    publish_plan(plan=wishing.draft(), by=None, now=wishing.now)
    assert set(Visit.objects.values_list("state", flat=True)) == {VisitState.PLANNED}
    assert set(Invitation.objects.values_list("answer", flat=True)) == {Answer.NONE}
    before = len(mail.outbox)
    send_due_messages(now=wishing.now + dt.timedelta(minutes=11))
    told = mail.outbox[before:]
    assert len(told) == 4  # one mail a family, about its first moment and not about 'another' one
    assert all("een voorstel van" in sent.subject and "verzet" not in sent.body for sent in told)


def test_a_draft_is_not_published_while_families_may_still_give_their_wishes(wishing: StaffedCampaign) -> None:
    opened(wishing)
    with not_published(BlockerCode.WISHES_OPEN):
        publish_plan(plan=wishing.draft(), by=None, now=wishing.now)


def test_the_rest_gets_a_moment_and_who_chose_keeps_it(free: StaffedCampaign) -> None:
    mine, *_others = opened(free)
    send_due_messages(now=free.now)
    first = Choices.of(mine.visit, free.now).moments[0].starts_at
    answers.choose_moment(
        invitation=mine, starts_at=first, seen_version=1, channel=AnswerChannel.LINK, by=None, now=free.now
    )
    with pytest.raises(ChoosingStillOpen):
        plan_the_rest(campaign=free.campaign, by=None, now=free.now)
    close_booking(campaign=free.campaign, by=None, now=free.now)
    publish_plan(plan=free.draft(), by=None, now=free.now)
    mine.visit.refresh_from_db()
    assert (mine.visit.state, mine.visit.starts_at) == (VisitState.CONFIRMED, first)
    assert Visit.objects.filter(state=VisitState.PLANNED).count() == 3


def test_the_plan_waits_for_who_is_confirming_at_this_very_moment(free: StaffedCampaign) -> None:
    mine, *_others = opened(free)
    first = Choices.of(mine.visit, free.now).moments[0].starts_at
    reserve_moment(invitation=mine, starts_at=first, seen_version=1, now=free.now)
    close_booking(campaign=free.campaign, by=None, now=free.now)
    with pytest.raises(BookingRefused, match=r"14\.1"):
        plan_the_rest(campaign=free.campaign, by=None, now=free.now)
    assert plan_the_rest(campaign=free.campaign, by=None, now=free.now + RESERVED_FOR).state == PlanState.QUEUED


def test_a_draft_does_not_take_a_moment_that_a_family_holds(free: StaffedCampaign) -> None:
    opened(free)
    plan = free.draft()
    route = read_draft_of(plan).routes[0]
    stop = route.stops[0]
    start = moment_at(route.on, stop.start)
    other = Visit.objects.exclude(pk=stop.visits[0]).first()
    assert other is not None
    held = {"starts_at": start, "ends_at": start + dt.timedelta(minutes=45), "reserved_at": free.now}
    MomentReservation.objects.create(
        visit=other, mentor=free.mentors[0], reserved_until=free.now + RESERVED_FOR, **held
    )
    with not_published(BlockerCode.RESERVED_MOMENT):
        publish_plan(plan=plan, by=None, now=free.now)
    assert not Visit.objects.filter(state=VisitState.PLANNED).exists()
    publish_plan(plan=plan, by=None, now=free.now + RESERVED_FOR)
    assert Visit.objects.filter(state=VisitState.PLANNED).count() == 4


def test_a_family_that_was_never_told_anything_gets_its_proposal_after_all(free: StaffedCampaign) -> None:
    """Asked and closed again before any mail went out: the proposal that follows is the first word."""
    opened(free)
    close_booking(campaign=free.campaign, by=None, now=free.now)
    send_due_messages(now=free.now)
    assert mail.outbox == []
    publish_plan(plan=free.draft(), by=None, now=free.now)
    send_due_messages(now=free.now + dt.timedelta(minutes=11))
    assert len(mail.outbox) == 4
    assert all("Moment:" in sent.body for sent in mail.outbox)


# --- pages ---


def page_of(client: Client, staffed: StaffedCampaign, name: str = "campaign_booking") -> str:
    kwargs = {"school": staffed.school.slug, "campaign": staffed.campaign.pk}
    return client.get(reverse(view_name(name), kwargs=kwargs)).content.decode()


def press(client: Client, staffed: StaffedCampaign, name: str = "campaign_booking"):
    kwargs = {"school": staffed.school.slug, "campaign": staffed.campaign.pk}
    return client.post(reverse(view_name(name), kwargs=kwargs), follow=True)


def test_the_coordinator_asks_the_families_and_sees_who_has_chosen(
    free: StaffedCampaign, client: Client, log_in: LogIn, today: None
) -> None:
    log_in(free.school, Role.COORDINATOR)
    assert "Nodig de gezinnen uit" in page_of(client, free)
    assert "Gezinnen laten kiezen" in page_of(client, free, "campaign")
    assert "4 gezinnen krijgen de vraag" in press(client, free).content.decode()
    page = page_of(client, free)
    assert "Geef de rest een moment" in page and "wacht=kiezen" in page
    assert worklist_of(free.school, now=free.now).waiting.to_choose == 4
    assert worklist_of(free.school, now=free.now).waiting.without_moment == 0
    names = client.get(reverse("visits:visits", kwargs={"school": free.school.slug}) + "?wacht=kiezen")
    assert all(row.household.name in names.content.decode() for row in Visit.objects.select_related("household"))
    answer = press(client, free, "campaign_booking_rest")
    assert "/plannen/" in answer.redirect_chain[-1][0]
    assert "Laat gezinnen weer kiezen" in page_of(client, free)
    press(client, free)
    assert Campaign.objects.get(pk=free.campaign.pk).booking_closed_at is None


def test_a_refusal_stands_on_the_page(free: StaffedCampaign, client: Client, log_in: LogIn, today: None) -> None:
    log_in(free.school, Role.COORDINATOR)
    free.campaign.shifts.all().delete()
    answer = press(client, free)
    assert answer.status_code == 409 and "Vraag de mentoren om hun avonden" in answer.content.decode()
    way(free, Booking.WISHES_FIRST, wishes_until=UNTIL)
    assert "nog niet gevraagd" in press(client, free, "campaign_booking_rest").content.decode()


def test_the_campaign_form_explains_the_three_ways(
    free: StaffedCampaign, client: Client, log_in: LogIn, today: None
) -> None:
    log_in(free.school, Role.COORDINATOR)
    page = page_of(client, free, "campaign_change")
    for words in ("De school stelt een moment voor", "Wie eerst kiest, heeft meer keus", "antwoordt, gaat niet voor"):
        assert words in page


def test_the_page_takes_as_many_queries_for_one_family_as_for_thirty(
    school: School, client: Client, log_in: LogIn, now: dt.datetime, today: None
) -> None:
    small = way(make_staffed_campaign(now, school=school, families=1), Booking.FREE)
    large = way(make_staffed_campaign(now, school=school, families=30), Booking.FREE)
    log_in(school, Role.COORDINATOR)
    counts = []
    for staffed in (small, large):
        opened(staffed)
        page_of(client, staffed)
        with CaptureQueriesContext(connection) as queries:
            page_of(client, staffed)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


def test_a_visit_that_the_school_moves_is_no_longer_waited_for(free: StaffedCampaign) -> None:
    mine, *_others = opened(free)
    moments.reschedule_visit(
        visit=mine.visit, starts_at=dt.datetime(2026, 10, 6, 16, 0, tzinfo=dt.UTC), by=None, now=free.now
    )
    counts = booking_counts(free.campaign, free.now)
    assert (counts.waiting, counts.chosen, counts.without_moment) == (3, 0, 3)
    assert isinstance(mine.visit.mentor, Mentor)
