"""What the page of a campaign shows: its counts, and what still has to be done, each with where it is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, QuerySet

from mentors.dates import local_day
from planning.models import Plan, PlanKind, PlanState
from visits.models import Answer, Booking, Campaign, Invitation, Visit, VisitState
from visits.models.visits import NEAR_HOME
from visits.queries.booking import Asked, asked_of
from visits.queries.shifts import evenings_per_mentor

_WAITS = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


class StepKind(StrEnum):
    """What is to be done for a campaign."""

    ADDRESSES = "addresses"
    MENTORS = "mentors"
    EVENINGS = "evenings"
    CHOOSING = "choosing"
    WISHES = "wishes"
    REST = "rest"
    PLAN = "plan"
    PUBLISH = "publish"
    ANSWERS = "answers"


class StepNote(StrEnum):
    """How far a step is."""

    ADDRESSES_LOST = "addresses_lost"
    ADDRESSES_FOUND = "addresses_found"
    MENTORS_MISSING = "mentors_missing"
    MENTORS_KNOWN = "mentors_known"
    EVENINGS_SHORT = "evenings_short"
    EVENINGS_ENOUGH = "evenings_enough"
    INVITE_TO_CHOOSE = "invite_to_choose"
    ASK_FOR_WISHES = "ask_for_wishes"
    CHOSEN = "chosen"
    WISHES_UNTIL = "wishes_until"
    WITHOUT_MOMENT = "without_moment"
    ALL_HAVE_MOMENTS = "all_have_moments"
    PLAN_READY = "plan_ready"
    INVITED = "invited"
    REST_INVITED_NEXT = "rest_invited_next"
    ALL_INVITED_NEXT = "all_invited_next"
    UNANSWERED = "unanswered"
    ALL_ANSWERED = "all_answered"
    NOT_PUBLISHED = "not_published"


@dataclass(frozen=True)
class Step:
    """One thing to do; `place` names where: addresses, classes, shifts, booking, plans, plan, visits.

    `number` counts what the note is about, and `day` is the last day for wishes.
    """

    kind: StepKind
    note: StepNote
    is_done: bool
    place: str
    number: int = 0
    day: dt.date | None = None
    plan: int | None = None


@dataclass(frozen=True)
class Overview:
    """A campaign as its page shows it."""

    counts: dict[str, int]
    total: int
    steps: list[Step]
    unanswered: int


def overview_of(campaign: Campaign, now: dt.datetime) -> Overview:
    """Counts per state, the steps and what waits for an answer."""
    counted = campaign.visits.order_by().values("state").annotate(number=Count("pk"))
    found = {row["state"]: row["number"] for row in counted}
    counts = {str(state): found.get(state, 0) for state in VisitState}
    invited = Invitation.objects.filter(visit__campaign=campaign, visit__state=VisitState.PLANNED)
    return Overview(
        counts=counts,
        total=sum(counts.values()) - counts[VisitState.CANCELLED],
        steps=_steps(campaign, counts, now),
        unanswered=invited.filter(answer=Answer.NONE).values("visit").distinct().count(),
    )


def _steps(campaign: Campaign, counts: dict[str, int], now: dt.datetime) -> list[Step]:
    waiting = campaign.visits.filter(state__in=_WAITS)
    return [
        _addresses(waiting),
        _mentors(waiting),
        _evenings(campaign),
        *_asking_steps(campaign, counts, now),
        *(_rest_steps(campaign, counts) if campaign.booking == Booking.FREE else _plan_steps(campaign, counts)),
        _answers(campaign, counts),
    ]


def _addresses(waiting: QuerySet[Visit]) -> Step:
    lost = waiting.filter(place_kind__in=NEAR_HOME, household__latitude=None).count()
    note = StepNote.ADDRESSES_LOST if lost else StepNote.ADDRESSES_FOUND
    return Step(StepKind.ADDRESSES, note, not lost, "addresses", number=lost)


def _mentors(waiting: QuerySet[Visit]) -> Step:
    orphans = waiting.exclude(mentor__is_active=True).count()
    note = StepNote.MENTORS_MISSING if orphans else StepNote.MENTORS_KNOWN
    return Step(StepKind.MENTORS, note, not orphans, "classes", number=orphans)


def _evenings(campaign: Campaign) -> Step:
    lines = evenings_per_mentor(campaign)
    short = sum(1 for line in lines if line.short)
    note = StepNote.EVENINGS_SHORT if short else StepNote.EVENINGS_ENOUGH
    return Step(StepKind.EVENINGS, note, bool(lines) and not short, "shifts", number=short)


def _asking_steps(campaign: Campaign, counts: dict[str, int], now: dt.datetime) -> list[Step]:
    """What families are asked before anything is planned, where they are."""
    if campaign.booking == Booking.ASSIGNED:
        return []
    is_free, is_opened = campaign.booking == Booking.FREE, campaign.booking_opened_at is not None
    kind = StepKind.CHOOSING if is_free else StepKind.WISHES
    if not is_opened:
        note = StepNote.INVITE_TO_CHOOSE if is_free else StepNote.ASK_FOR_WISHES
    else:
        note = StepNote.CHOSEN if is_free else StepNote.WISHES_UNTIL
    is_asking = asked_of(campaign, now) != Asked.NOTHING
    is_done = is_opened and (not is_asking or (is_free and not counts[VisitState.OPEN]))
    chosen = counts[VisitState.CONFIRMED] + counts[VisitState.MET]
    return [Step(kind, note, is_done, "booking", number=chosen, day=campaign.wishes_until)]


def _rest_steps(campaign: Campaign, counts: dict[str, int]) -> list[Step]:
    """Who did not choose gets a moment from the planner."""
    waits = counts[VisitState.OPEN]
    plans = campaign.plans.filter(state=PlanState.READY, kind=PlanKind.WHOLE)
    ready = plans.values_list("pk", flat=True).first()
    is_done = campaign.booking_opened_at is not None and not waits
    note = StepNote.WITHOUT_MOMENT if waits else StepNote.ALL_HAVE_MOMENTS
    return [Step(StepKind.REST, note, is_done, "plan" if ready else "booking", number=waits, plan=ready)]


def _plan_steps(campaign: Campaign, counts: dict[str, int]) -> list[Step]:
    plans = campaign.plans.drafts().filter(state__in=[PlanState.READY, PlanState.PUBLISHED])
    states = {state: pk for pk, state in reversed(plans.values_list("pk", "state"))}
    published, waits = states.get(PlanState.PUBLISHED), counts[VisitState.OPEN]
    ready = states.get(PlanState.READY)
    if ready and published and ready < published:
        ready = None  # an older draft does not know what was published after it
    note, after = StepNote.WITHOUT_MOMENT if waits else StepNote.ALL_HAVE_MOMENTS, StepNote.INVITED
    if ready and waits:
        note, after = StepNote.PLAN_READY, StepNote.REST_INVITED_NEXT
    if not published:
        after = StepNote.ALL_INVITED_NEXT
    is_published = bool(published) and not (ready and waits)
    return [
        Step(StepKind.PLAN, note, bool(ready) or (bool(published) and not waits), "plans", number=waits),
        Step(StepKind.PUBLISH, after, is_published, "plan" if ready else "plans", plan=ready),
    ]


def _answers(campaign: Campaign, counts: dict[str, int]) -> Step:
    asked = counts[VisitState.PLANNED]
    reached = counts[VisitState.CONFIRMED] + counts[VisitState.MET]
    note = StepNote.ALL_ANSWERED if reached else StepNote.NOT_PUBLISHED
    note = StepNote.UNANSWERED if asked else note
    return Step(StepKind.ANSWERS, note, bool(reached) and not asked, "visits", number=asked)


def with_wishes_in(now: dt.datetime) -> QuerySet[Campaign]:
    """Campaigns whose last day for wishes is over, and for which nobody asked for a plan since. Of all schools."""
    after = Plan.objects.drafts().filter(campaign=OuterRef("pk"), created_at__date__gt=OuterRef("wishes_until"))
    return Campaign.objects.running().filter(
        ~Exists(after.exclude(state__in=[PlanState.FAILED, PlanState.DISCARDED])),
        booking=Booking.WISHES_FIRST,
        booking_opened_at__isnull=False,
        wishes_until__lt=local_day(now),
    )
