"""How a campaign is booked: what families are asked for now, whom the school plans itself, who has chosen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from mentors.dates import local_day
from visits.models import (
    Answer,
    Booking,
    Campaign,
    CampaignState,
    Commitment,
    Invitation,
    MomentReservation,
    SiblingChoice,
    SiblingPair,
    Visit,
    VisitState,
)


class Asked(StrEnum):
    """What families without a moment are asked for."""

    NOTHING = ""
    MOMENT = "moment"  # choose one
    WISHES = "wishes"  # say when you can and cannot


def asked_of(campaign: Campaign, now: dt.datetime) -> Asked:
    """What the families of this campaign may tell now; nothing before it was opened and after it was closed."""
    is_open = campaign.booking_opened_at is not None and campaign.booking_closed_at is None
    if not is_open or campaign.state != CampaignState.PUBLISHED:
        return Asked.NOTHING
    if campaign.booking == Booking.FREE:
        return Asked.MOMENT if local_day(now) < campaign.ends_on else Asked.NOTHING
    until = campaign.wishes_until
    return Asked.WISHES if until is not None and local_day(now) <= until else Asked.NOTHING


def asked_of_visit(visit: Visit, now: dt.datetime) -> Asked:
    """What one family may tell now: nobody chooses a moment that takes more than its own mentor's evenings."""
    asked = asked_of(visit.campaign, now)
    if asked == Asked.MOMENT and planned_by_school(Visit.objects.filter(pk=visit.pk)).exists():
        return Asked.NOTHING
    return asked


def is_being_planned(visit: Visit, now: dt.datetime) -> bool:
    """Whether this family was asked before, and now waits for the plan that the school makes of the answers."""
    campaign = visit.campaign
    opened, closed = campaign.booking_opened_at, campaign.booking_closed_at
    if visit.state != VisitState.OPEN or opened is None or asked_of(campaign, now) != Asked.NOTHING:
        return False
    planned = campaign.plan_published_at
    return planned is None or planned < (closed or opened)


def planned_by_school(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those of these visits whose moment the school finds, because it takes more than one mentor's own evenings.

    Somebody comes along, an interpreter is needed, a colleague takes visits over, or the home has children in two
    classes about whom the school did not decide that they are visited apart.
    """
    commitments = Commitment.objects.filter(campaign=OuterRef("campaign"), mentor=OuterRef("mentor"))
    shared = commitments.filter(Q(companions__isnull=False) | Q(hands_over=True) | Q(most_visits__isnull=False))
    accompanied = Visit.objects.filter(Q(companions__isnull=False) | Q(joined__isnull=False), pk=OuterRef("pk"))
    others = Visit.objects.filter(campaign=OuterRef("campaign"), household=OuterRef("household"))
    siblings = others.exclude(pk=OuterRef("pk")).exclude(state__in=[VisitState.CANCELLED, VisitState.DECLINED])
    pairs = SiblingPair.objects.filter(Q(first=OuterRef("pk")) | Q(second=OuterRef("pk")))
    is_apart = Q(Exists(pairs.filter(choice=SiblingChoice.APART))) | Q(campaign__siblings=SiblingChoice.APART)
    return visits.filter(
        Q(household__needs_interpreter=True)
        | Q(second__isnull=False)
        | Q(together_with__isnull=False)
        | Q(Exists(shared))
        | Q(Exists(accompanied))
        | (Q(Exists(siblings)) & ~is_apart)
    )


@dataclass(frozen=True)
class BookingCounts:
    """How many families stand where."""

    chosen: int  # they have an appointment
    answered: int  # they gave their wishes
    waiting: int  # asked, and not heard of yet
    asks_school: int  # they want the school to search
    declined: int
    to_invite: int  # may choose, and were not asked yet
    by_school: int  # the school finds their moment
    holding: int  # reading and confirming at this very moment

    @property
    def without_moment(self) -> int:
        """Everybody whom a plan would give a moment."""
        return self.answered + self.waiting + self.asks_school + self.to_invite + self.by_school


def booking_counts(campaign: Campaign, now: dt.datetime) -> BookingCounts:
    """Where the families of a campaign stand; in a fixed number of queries."""
    rows = campaign.visits.exclude(together_with__lt=F("pk"))  # of one conversation, one row
    is_open = Q(state=VisitState.OPEN)
    live = Invitation.objects.filter(visit=OuterRef("pk"), revoked_at=None)
    invited, silent = Exists(live), Exists(live.filter(answer=Answer.NONE))
    with_wishes, other = Exists(live.filter(answer=Answer.WISHES)), Exists(live.filter(answer=Answer.OTHER))
    found = rows.aggregate(
        chosen=Count("pk", filter=Q(state__in=[VisitState.CONFIRMED, VisitState.MET])),
        answered=Count("pk", filter=is_open & Q(with_wishes)),
        waiting=Count("pk", filter=is_open & Q(silent)),
        asks_school=Count("pk", filter=is_open & Q(other)),
        declined=Count("pk", filter=Q(state=VisitState.DECLINED)),
        uninvited=Count("pk", filter=is_open & ~Q(invited)),
    )
    uninvited = found.pop("uninvited")
    by_school = 0
    if campaign.booking == Booking.FREE:
        alone = planned_by_school(campaign.visits.filter(state=VisitState.OPEN))
        by_school = alone.exclude(pk__in=Invitation.objects.filter(visit__campaign=campaign).values("visit")).count()
    holding = MomentReservation.objects.live(now).filter(visit__campaign=campaign).count()
    return BookingCounts(**found, to_invite=uninvited - by_school, by_school=by_school, holding=holding)


def still_to_choose(now: dt.datetime) -> QuerySet[Visit]:
    """Visits of families who were asked to choose or for their wishes, and of whom nothing was heard. Any school."""
    silent = Invitation.objects.filter(visit=OuterRef("pk"), revoked_at=None, answer=Answer.NONE)
    return Visit.objects.filter(Exists(silent), still_asked(now), state=VisitState.OPEN)


def still_asked(now: dt.datetime, path: str = "campaign__") -> Q:
    """A campaign whose families may still choose, or give their wishes; `asked_of` for many rows at once."""
    today = local_day(now)
    free = Q(**{f"{path}booking": Booking.FREE, f"{path}ends_on__gt": today})
    wishes = Q(**{f"{path}booking": Booking.WISHES_FIRST, f"{path}wishes_until__gte": today})
    is_open = Q(**{f"{path}booking_opened_at__isnull": False, f"{path}booking_closed_at": None})
    return is_open & (free | wishes)
