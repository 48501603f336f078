"""What the page of a campaign shows: its counts, what still has to be done, and what is odd about its period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Count, Q, QuerySet

from mentors.models import School, SchoolYear
from visits.models import Campaign, VisitState
from visits.queries.calendar import autumn_holiday


def campaigns_of(school: School) -> QuerySet[Campaign]:
    """The campaigns of a school, newest first, each with its number of visits and of families met."""
    standing = ~Q(visits__state=VisitState.CANCELLED)
    return (
        Campaign.objects.filter(school=school)
        .select_related("school_year")
        .annotate(
            families=Count("visits", filter=standing),
            met=Count("visits", filter=Q(visits__state=VisitState.MET)),
        )
        .order_by("-starts_on", "-pk")
    )


class PeriodWarningCode(StrEnum):
    """What is odd about a period; visits/words/campaigns.py has the sentences."""

    CLOSURE = "closure"
    PAST_AUTUMN = "past_autumn"
    NO_HOLIDAYS = "no_holidays"


@dataclass(frozen=True)
class PeriodWarning:
    """Something odd about a period. `facts` of a closure: name, first and last (dates)."""

    code: PeriodWarningCode
    facts: Mapping[str, Any] = field(default_factory=dict)


def period_warnings(year: SchoolYear, starts_on: dt.date, ends_on: dt.date) -> list[PeriodWarning]:
    """What a coordinator should know about a period; none of it forbids anything."""
    found = [
        PeriodWarning(
            PeriodWarningCode.CLOSURE, {"name": closure.name, "first": closure.starts_on, "last": closure.ends_on}
        )
        for closure in year.closures.all()
        if closure.starts_on <= ends_on and closure.ends_on >= starts_on
    ]
    holiday = autumn_holiday(year)
    if holiday and starts_on < holiday < ends_on:
        found.append(PeriodWarning(PeriodWarningCode.PAST_AUTUMN))
    if not any(closure.is_holiday for closure in year.closures.all()):
        found.append(PeriodWarning(PeriodWarningCode.NO_HOLIDAYS))
    return found
