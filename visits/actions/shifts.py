"""What gives and takes back the evenings of a mentor."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.dates import local_day, nl_day
from mentors.models import Mentor, User
from mentors.refusals import Refusal
from visits.models import Campaign, CampaignState, Shift, Visit
from visits.queries.calendar import closed_days, open_days


class ShiftRefused(Refusal):
    """An evening cannot be given or taken back; the text is for the mentor."""


class NoEveningLeft(ShiftRefused):
    text = _("Op deze dagen valt er in de periode geen avond meer. Kies een andere dag.")


class ShiftOfClosedCampaign(ShiftRefused):
    text = _("Deze bezoekronde is afgesloten.")


class HoursOutOfOrder(ShiftRefused):
    text = _("De tijden staan niet op volgorde: eerst vertrek, dan het laatste gesprek klaar, dan terug.")


class ShiftOnClosedDay(ShiftRefused):
    text = _("Op %(day)s is er geen thuisbezoek: %(closure)s.")


class ShiftOutsideCampaign(ShiftRefused):
    text = _("%(day)s valt buiten de periode van de bezoekronde.")


class ShiftHasVisits(ShiftRefused):
    text = _("Op %(day)s staan al thuisbezoeken. Laat de coördinator die eerst verzetten.")


@dataclass(frozen=True)
class ShiftHours:
    """Local clock times of an evening: earliest departure, last conversation over, back at the start."""

    leave_from: dt.time = dt.time(16, 0)
    visits_until: dt.time = dt.time(21, 0)
    back_by: dt.time = dt.time(21, 30)

    @classmethod
    def of(cls, shift: Shift) -> ShiftHours:
        """The hours of a shift."""
        return cls(shift.leave_from, shift.visits_until, shift.back_by)


@transaction.atomic
def give_weekdays(
    *,
    campaign: Campaign,
    mentor: Mentor,
    weekdays: Collection[int],
    hours: ShiftHours,
    by: User | None,
    now: dt.datetime,
) -> int:
    """Give every open day of the period on these weekdays (Monday is 0), from tomorrow on.

    Says how many evenings are new; those that were there get these hours.
    """
    _refuse_closed(campaign)
    _refuse_hours(hours)
    days = [day for day in open_days(campaign) if day.weekday() in weekdays and day > local_day(now)]
    if not days:
        raise NoEveningLeft
    before = set(Shift.objects.filter(campaign=campaign, mentor=mentor).values_list("on", flat=True))
    Shift.objects.bulk_create(
        [_shift(campaign, mentor, day, hours) for day in days],
        update_conflicts=True,
        unique_fields=["campaign", "mentor", "on"],
        update_fields=["leave_from", "visits_until", "back_by"],
    )
    new = len(set(days) - before)
    record_event(
        verb="shifts.given", by=by, now=now, school=campaign.school, subject=mentor, campaign=campaign.pk, evenings=new
    )
    return new


@transaction.atomic
def set_evenings(
    *, campaign: Campaign, mentor: Mentor, days: Collection[dt.date], by: User | None, now: dt.datetime
) -> tuple[int, int]:
    """Make `days` the evenings from tomorrow on; says how many came and how many went.

    A new evening gets the hours that the mentor gives most on that weekday, else the usual ones. An evening
    with appointments stays: those are moved first.
    """
    _refuse_closed(campaign)
    wanted, tomorrow = set(days), local_day(now) + dt.timedelta(days=1)
    _refuse_days(campaign, {day for day in wanted if day >= tomorrow})
    shifts = list(Shift.objects.select_for_update().filter(campaign=campaign, mentor=mentor))
    gone = [shift for shift in shifts if shift.on >= tomorrow and shift.on not in wanted]
    _refuse_busy(mentor, [shift.on for shift in gone])
    Shift.objects.filter(pk__in=[shift.pk for shift in gone]).delete()
    new = sorted(day for day in wanted if day >= tomorrow and day not in {shift.on for shift in shifts})
    Shift.objects.bulk_create(
        [_shift(campaign, mentor, day, _usual_hours(shifts, day.weekday())) for day in new], ignore_conflicts=True
    )
    facts = {"campaign": campaign.pk, "given": len(new), "taken_back": len(gone)}
    record_event(verb="shifts.changed", by=by, now=now, school=campaign.school, subject=mentor, **facts)
    return len(new), len(gone)


def _shift(campaign: Campaign, mentor: Mentor, on: dt.date, hours: ShiftHours) -> Shift:
    return Shift(
        campaign=campaign,
        mentor=mentor,
        on=on,
        leave_from=hours.leave_from,
        visits_until=hours.visits_until,
        back_by=hours.back_by,
    )


def _usual_hours(shifts: Sequence[Shift], weekday: int) -> ShiftHours:
    given = Counter(ShiftHours.of(shift) for shift in shifts if shift.on.weekday() == weekday)
    given = given or Counter(ShiftHours.of(shift) for shift in shifts)
    return given.most_common(1)[0][0] if given else ShiftHours()


def _refuse_closed(campaign: Campaign) -> None:
    if campaign.state == CampaignState.CLOSED:
        raise ShiftOfClosedCampaign


def _refuse_hours(hours: ShiftHours) -> None:
    if not hours.leave_from < hours.visits_until <= hours.back_by:
        raise HoursOutOfOrder


def _refuse_days(campaign: Campaign, days: Collection[dt.date]) -> None:
    closed, possible = closed_days(campaign.school_year), set(open_days(campaign))
    for day in sorted(days):
        if day in closed:
            raise ShiftOnClosedDay(day=nl_day(day), closure=closed[day])
        if day not in possible:
            raise ShiftOutsideCampaign(day=nl_day(day))


def _refuse_busy(mentor: Mentor, days: Sequence[dt.date]) -> None:
    busy = {
        local_day(starts_at)
        for starts_at in Visit.objects.upcoming().filter(mentor=mentor).values_list("starts_at", flat=True)
        if starts_at
    }
    for day in sorted(days):
        if day in busy:
            raise ShiftHasVisits(day=nl_day(day))
