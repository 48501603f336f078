"""What stands in the way of publishing a draft: each a sentence that says what happened since and what to do."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from visits.models import Campaign, CampaignState, Plan, PlanState, VisitState
from visits.queries.annotations import minutes_of_clock
from visits.queries.calendar import closed_days, local_day, minutes_of


def blockers(plan: Plan, now: dt.datetime) -> list[str]:
    """Why this plan cannot be published now; empty when it can."""
    if plan.state == PlanState.PUBLISHED:
        return [_("Dit plan is al gepubliceerd.")]
    if plan.state != PlanState.READY or not plan.result:
        return [_("Dit plan is niet klaar om te publiceren.")]
    if plan.campaign.state == CampaignState.CLOSED:
        return [_("Deze bezoekronde is afgesloten.")]
    if not plan.result["routes"]:
        return [_("In dit plan heeft geen enkel gezin een moment. Los eerst op wat eronder staat en plan opnieuw.")]
    found = [_changed_visits(plan), *_lost_evenings(plan, now)]
    return [text for text in found if text]


def snapshot_of(plan: Plan) -> dict[str, list[Any]]:
    """Version, state and mentor of each visit when the plan was begun, by primary key."""
    kept = Plan.objects.filter(pk=plan.pk).values_list("problem__application__snapshot", flat=True).first()
    return kept or {}


def _changed_visits(plan: Plan) -> str:
    """Whether any visit in the plan moved, was answered, cancelled or given away since."""
    snapshot = snapshot_of(plan)
    now_so = {
        str(pk): [version, state, mentor]
        for pk, version, state, mentor in plan.campaign.visits.values_list("pk", "version", "state", "mentor_id")
    }
    is_agreed = [VisitState.PLANNED, VisitState.CONFIRMED]
    moments = _moments_that_stay(plan)
    changed = 0
    for pk, before in snapshot.items():
        after = now_so.get(pk)
        if after == before:
            continue
        has_only_agreed = after and [before[1], after[1]] == is_agreed and before[::2] == after[::2]
        if not (has_only_agreed and pk in moments):
            changed += 1
    if not changed:
        return ""
    return ngettext(
        "Sinds dit plan is gemaakt is %(number)s thuisbezoek veranderd. Maak een nieuw plan.",
        "Sinds dit plan is gemaakt zijn %(number)s thuisbezoeken veranderd. Maak een nieuw plan.",
        changed,
    ) % {"number": changed}


def _moments_that_stay(plan: Plan) -> set[str]:
    """The visits that keep the moment that they had: a family that agreed with it since changes nothing."""
    current = Plan.objects.filter(pk=plan.pk).values_list("problem__current", flat=True).first() or {}
    stops = {
        visit: {"visitor": route["visitor"], "date": route["date"], "start": stop["start"]}
        for route in (plan.result or {})["routes"]
        for stop in route["stops"]
        for visit in stop["visits"]
    }
    return {visit for visit, moment in current.items() if stops.get(visit) == moment}


def _lost_evenings(plan: Plan, now: dt.datetime) -> list[str]:
    """Evenings of the draft that are past, closed or taken back by now; each sentence once."""
    closed, today = closed_days(plan.campaign.school_year), local_day(now)
    shifts = {(shift.mentor_id, shift.on): shift for shift in plan.campaign.shifts.all()}
    fixed = set(Plan.objects.filter(pk=plan.pk).values_list("problem__fixed", flat=True).first() or {})
    found: dict[str, None] = {}
    for route in (plan.result or {})["routes"]:
        on, visits = dt.date.fromisoformat(route["date"]), _visits_of(route)
        shift = shifts.get((int(route["visitor"]), on))
        if visits <= fixed:
            continue
        if on <= today:
            found[_("De eerste avond van dit plan is al voorbij. Maak een nieuw plan.")] = None
        elif on in closed:
            found[_("Op %(day)s is intussen niemand op school. Maak een nieuw plan.") % {"day": _spoken(on)}] = None
        elif shift is None or not (visits & fixed or _holds(shift, route)):
            text = _("Een mentor heeft de avond van %(day)s intussen veranderd. Maak een nieuw plan.")
            found[text % {"day": _spoken(on)}] = None
    return list(found)


def _visits_of(route: dict[str, Any]) -> set[str]:
    return {visit for stop in route["stops"] for visit in stop["visits"]}


def _holds(shift: Any, route: dict[str, Any]) -> bool:
    return (
        minutes_of(shift.leave_from) <= minutes_of_clock(route["leaves"])
        and minutes_of_clock(route["stops"][-1]["until"]) <= minutes_of(shift.visits_until)
        and minutes_of_clock(route["back"]) <= minutes_of(shift.back_by)
    )


def _spoken(day: dt.date) -> str:
    return formats.date_format(day, "D j F").lower()


def drafts_of(campaign: Campaign) -> QuerySet[Plan]:
    """All plans of a campaign but those thrown away, newest first; `totals` beside each, the large columns not."""
    plans = campaign.plans.exclude(state=PlanState.DISCARDED).select_related("created_by")
    return plans.annotate(totals=F("result__application__totals")).defer("problem", "result")
