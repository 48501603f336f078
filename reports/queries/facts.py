"""The rows behind the figures, as plain facts. Each function is one or two queries for any number of rounds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from mentors.dates import local_day
from mentors.models import Closure
from notes.models import ConversationOutcome
from reports.figures.coverage import STANDINGS, VisitFact
from reports.figures.hours import RouteFact
from reports.figures.school_days import Break, SchoolCalendar, calendar_of
from visits.models import Campaign, Route, Visit, VisitState


def visit_facts(campaigns: Iterable[Campaign], *, with_classes: bool = True) -> dict[int, list[VisitFact]]:
    """The visits of each round, cancelled ones left out. Two queries; one without the classes."""
    keys = [campaign.pk for campaign in campaigns]
    classes = classes_by_visit(keys) if with_classes else {}
    rows = (
        Visit.objects.filter(campaign__in=keys)
        .exclude(state=VisitState.CANCELLED)
        .order_by("pk")
        .values_list(
            "campaign_id",
            "pk",
            "household_id",
            "state",
            "starts_at",
            "route_id",
            "report__started_at",
            "report__ended_at",
            "report__finished_at",
            "report__outcome",
        )
    )
    facts: dict[int, list[VisitFact]] = {key: [] for key in keys}
    for campaign, pk, household, state, starts_at, route, began, ended, finished, outcome in rows:
        held = finished is not None and outcome != ConversationOutcome.NOT_HELD
        facts[campaign].append(
            VisitFact(
                visit=pk,
                household=household,
                standing=STANDINGS[state],
                classes=classes.get(pk, ()),
                moment_on=day_of_moment((began if held else None) or starts_at or (finished if held else None)),
                route=route,
                real_minutes=minutes_between(began, ended) if held else None,
            )
        )
    return facts


def classes_by_visit(campaign_keys: Iterable[int]) -> dict[int, tuple[tuple[int, str], ...]]:
    """The classes of each visit's pupils, as they are now; a pupil without a class is in none. One query."""
    rows = (
        Visit.students.through.objects.filter(visit__campaign__in=list(campaign_keys))
        .exclude(student__school_class=None)
        .values_list("visit_id", "student__school_class_id", "student__school_class__name")
        .order_by("visit_id", "student__school_class_id")
        .distinct()
    )
    found: dict[int, tuple[tuple[int, str], ...]] = {}
    for visit, school_class, name in rows:
        found[visit] = (*found.get(visit, ()), (school_class, name))
    return found


def route_facts(campaigns: Iterable[Campaign]) -> dict[int, list[RouteFact]]:
    """The routes of each round. One query."""
    keys = [campaign.pk for campaign in campaigns]
    facts: dict[int, list[RouteFact]] = {key: [] for key in keys}
    rows = Route.objects.filter(campaign__in=keys).values_list(
        "campaign_id", "pk", "on", "travel_minutes", "travel_metres", "is_estimate"
    )
    for campaign, pk, on, minutes, metres, is_estimate in rows.order_by("pk"):
        facts[campaign].append(RouteFact(pk, on, minutes, metres, is_estimate))
    return facts


def calendar_for(campaign: Campaign) -> SchoolCalendar:
    """The calendar of the round's school year, which came along with it. One query."""
    closures = Closure.objects.filter(school_year=campaign.school_year_id)
    return calendar_of(
        (Break(closure.name, closure.starts_on, closure.ends_on, closure.is_holiday) for closure in closures),
        campaign.school_year.ends_on,
    )


def day_of_moment(moment: dt.datetime | None) -> dt.date | None:
    """The date on the wall calendar in the Netherlands, if there is a moment."""
    return local_day(moment) if moment is not None else None


def minutes_between(began: dt.datetime | None, ended: dt.datetime | None) -> int | None:
    """Whole minutes; both are UTC, so the end of summer time does not make a visit an hour longer."""
    if began is None or ended is None:
        return None
    return round((ended - began).total_seconds() / 60)
