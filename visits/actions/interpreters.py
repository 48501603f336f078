"""The list of interpreters of a campaign: hours that are added, repeated every week, and taken off."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import User
from mentors.refusals import Refusal
from visits.models import Campaign, InterpreterShift
from visits.queries.calendar import open_days


class InterpreterError(Refusal):
    """Hours of interpreters that cannot be; `field` is where, the text is for the coordinator."""

    field = "on"


class OutsideCampaign(InterpreterError):
    text = _("Op die dag zijn er in deze bezoekronde geen thuisbezoeken. Kies een andere dag.")


class StandsAlready(InterpreterError):
    field = "from_time"
    text = _("Voor deze taal staan er op die dag al uren die hierin vallen. Haal die eerst weg.")


class EndsTooEarly(InterpreterError):
    field = "until_time"
    text = _("De eindtijd ligt voor de begintijd.")


@transaction.atomic
def add_interpreters(
    *,
    campaign: Campaign,
    language: str,
    on: dt.date,
    from_time: dt.time,
    until_time: dt.time,
    count: int,
    every_week: bool,
    by: User,
    now: dt.datetime,
) -> int:
    """Put these hours in the list, on the same weekday of every later week too when asked; says on how many days.

    Weeks in which such hours stand already are left as they are. Raises OutsideCampaign, StandsAlready, EndsTooEarly.
    """
    if until_time <= from_time:
        raise EndsTooEarly
    days = [day for day in open_days(campaign) if day >= on and day.weekday() == on.weekday()]
    if on not in days:
        raise OutsideCampaign
    overlapping = Q(from_time__lt=until_time, until_time__gt=from_time)
    taken = set(campaign.interpreter_shifts.filter(overlapping, language=language).values_list("on", flat=True))
    if on in taken:
        raise StandsAlready
    wanted = [day for day in days if day not in taken] if every_week else [on]
    InterpreterShift.objects.bulk_create(
        InterpreterShift(
            campaign=campaign, language=language, on=day, from_time=from_time, until_time=until_time, count=count
        )
        for day in wanted
    )
    facts = {"language": language, "days": len(wanted), "count": count}
    record_event(verb="interpreters.added", by=by, now=now, school=campaign.school, subject=campaign, **facts)
    return len(wanted)


@transaction.atomic
def remove_interpreters(*, shift: InterpreterShift, by: User, now: dt.datetime) -> None:
    """Take these hours off the list. Appointments that stand, stay."""
    campaign = shift.campaign
    facts = {"language": shift.language, "on": shift.on.isoformat()}
    shift.delete()
    record_event(verb="interpreters.removed", by=by, now=now, school=campaign.school, subject=campaign, **facts)
