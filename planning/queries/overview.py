"""What the page of a campaign shows: its counts, and what still has to be done, each with where it is done."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.dates import local_day, nl_day
from planning.models import Plan, PlanKind, PlanState
from visits.models import Answer, Booking, Campaign, Invitation, Visit, VisitState
from visits.models.visits import NEAR_HOME
from visits.queries.booking import Asked, asked_of
from visits.queries.shifts import evenings_per_mentor

_WAITS = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


@dataclass(frozen=True)
class Step:
    """One thing to do; `place` names where: addresses, classes, shifts, booking, plans, plan, visits."""

    text: str
    note: str
    is_done: bool
    place: str
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
    note = (
        ngettext("%(n)s adres is niet gevonden.", "%(n)s adressen zijn niet gevonden.", lost) % {"n": lost}
        if lost
        else _("Elk gezin staat op de kaart.")
    )
    return Step(_("Adressen op de kaart"), note, not lost, "addresses")


def _mentors(waiting: QuerySet[Visit]) -> Step:
    orphans = waiting.exclude(mentor__is_active=True).count()
    note = (
        ngettext("%(n)s gezin heeft nog geen mentor.", "%(n)s gezinnen hebben nog geen mentor.", orphans)
        % {"n": orphans}
        if orphans
        else _("Elk gezin heeft een mentor.")
    )
    return Step(_("Mentoren bij de klassen"), note, not orphans, "classes")


def _evenings(campaign: Campaign) -> Step:
    lines = evenings_per_mentor(campaign)
    short = sum(1 for line in lines if line.short)
    note = (
        ngettext("%(n)s mentor gaf nog te weinig avonden.", "%(n)s mentoren gaven nog te weinig avonden.", short)
        % {"n": short}
        if short
        else _("Elke mentor gaf genoeg avonden.")
    )
    return Step(_("Avonden van de mentoren"), note, bool(lines) and not short, "shifts")


def _asking_steps(campaign: Campaign, counts: dict[str, int], now: dt.datetime) -> list[Step]:
    """What families are asked before anything is planned, where they are."""
    if campaign.booking == Booking.ASSIGNED:
        return []
    is_free, is_opened = campaign.booking == Booking.FREE, campaign.booking_opened_at is not None
    text = _("Gezinnen laten kiezen") if is_free else _("Wensen ophalen")
    if not is_opened:
        note = _("Nodig de gezinnen uit om zelf te kiezen.") if is_free else _("Vraag de gezinnen wanneer ze kunnen.")
    elif is_free:
        chosen = counts[VisitState.CONFIRMED] + counts[VisitState.MET]
        note = ngettext("%(n)s gezin heeft een afspraak.", "%(n)s gezinnen hebben een afspraak.", chosen)
        note = note % {"n": chosen}
    else:
        note = _("Tot en met %(day)s.") % {"day": nl_day(campaign.wishes_until)}
    is_asking = asked_of(campaign, now) != Asked.NOTHING
    is_done = is_opened and (not is_asking or (is_free and not counts[VisitState.OPEN]))
    return [Step(text, note, is_done, "booking")]


def _rest_steps(campaign: Campaign, counts: dict[str, int]) -> list[Step]:
    """Who did not choose gets a moment from the planner."""
    waits = counts[VisitState.OPEN]
    note = ngettext("%(n)s gezin wacht op een moment.", "%(n)s gezinnen wachten op een moment.", waits) % {"n": waits}
    plans = campaign.plans.filter(state=PlanState.READY, kind=PlanKind.WHOLE)
    ready = plans.values_list("pk", flat=True).first()
    is_done = campaign.booking_opened_at is not None and not waits
    place = "plan" if ready else "booking"
    return [
        Step(_("De rest een moment geven"), note if waits else _("Elk gezin heeft een moment."), is_done, place, ready)
    ]


def _plan_steps(campaign: Campaign, counts: dict[str, int]) -> list[Step]:
    plans = campaign.plans.drafts().filter(state__in=[PlanState.READY, PlanState.PUBLISHED])
    states = {state: pk for pk, state in reversed(plans.values_list("pk", "state"))}
    published, open_visits = states.get(PlanState.PUBLISHED), counts[VisitState.OPEN]
    ready = states.get(PlanState.READY)
    if ready and published and ready < published:
        ready = None  # an older draft does not know what was published after it
    waits = ngettext("%(n)s gezin wacht op een moment.", "%(n)s gezinnen wachten op een moment.", open_visits)
    note = waits % {"n": open_visits} if open_visits else _("Elk gezin heeft een moment.")
    after = _("De uitnodigingen zijn verstuurd.")
    if ready and open_visits:
        note, after = _("Er ligt een plan klaar."), _("Wie nog geen moment had, krijgt daarna bericht.")
    if not published:
        after = _("Daarna krijgt elk gezin een uitnodiging.")
    return [
        Step(_("Plan maken"), note, bool(ready) or (bool(published) and not open_visits), "plans"),
        Step(
            _("Plan bekijken en publiceren"),
            after,
            bool(published) and not (ready and open_visits),
            "plan" if ready else "plans",
            ready,
        ),
    ]


def _answers(campaign: Campaign, counts: dict[str, int]) -> Step:
    asked = counts[VisitState.PLANNED]
    reached = counts[VisitState.CONFIRMED] + counts[VisitState.MET]
    if asked:
        note = ngettext("%(n)s gezin heeft nog niet geantwoord.", "%(n)s gezinnen hebben nog niet geantwoord.", asked)
    elif reached:
        note = _("Elk gezin dat is uitgenodigd heeft geantwoord.")
    else:
        note = _("Begint als het plan gepubliceerd is.")
    return Step(_("Antwoorden van gezinnen"), note % {"n": asked}, bool(reached) and not asked, "visits")


def with_wishes_in(now: dt.datetime) -> QuerySet[Campaign]:
    """Campaigns whose last day for wishes is over, and for which nobody asked for a plan since. Of all schools."""
    after = Plan.objects.drafts().filter(campaign=OuterRef("pk"), created_at__date__gt=OuterRef("wishes_until"))
    return Campaign.objects.running().filter(
        ~Exists(after.exclude(state__in=[PlanState.FAILED, PlanState.DISCARDED])),
        booking=Booking.WISHES_FIRST,
        booking_opened_at__isnull=False,
        wishes_until__lt=local_day(now),
    )
