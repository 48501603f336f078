"""What turns a draft into evenings: routes, proposed moments and invitations, all of them or none."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import formats
from django.utils.translation import gettext as _

from mentors.actions import record_event
from mentors.models import Mentor, User
from visits.actions.invitations import invite
from visits.actions.moments import MentorBusy, PastMoment, open_visit, plan_visit
from visits.models import Campaign, CampaignState, Plan, PlanState, Route, Visit, VisitState
from visits.queries.annotations import minutes_of_clock
from visits.queries.calendar import local_day, moment_at
from visits.queries.publishing import blockers


class PublishRefused(Exception):
    """A draft cannot be published; `problems` are sentences for the coordinator."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@transaction.atomic
def publish_plan(*, plan: Plan, by: User | None, now: dt.datetime) -> int:
    """Propose every moment of the draft and invite the families; says how many moments there are.

    One transaction: a mentor who turns out to be busy leaves everything as it was. Agreed visits never move.
    """
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("school", "school_year")
        .get(pk=plan.campaign_id)
    )
    plan.refresh_from_db()
    plan.campaign = campaign
    problems = blockers(plan, now)
    if problems:
        raise PublishRefused(problems)
    result: dict[str, Any] = plan.result or {}
    visits = _hold_all(campaign, result)
    _make_room(result, visits, by=by, now=now)
    placed = 0
    for route in result["routes"]:
        placed += _publish_route(campaign, route, visits, is_estimate=plan.is_estimate, by=by, now=now)
    Route.objects.filter(campaign=campaign, on__gt=local_day(now), visits=None).delete()
    _mark_published(plan, campaign, now)
    facts = {"routes": len(result["routes"]), "visits": placed}
    record_event(verb="plan.published", by=by, now=now, school=campaign.school, subject=plan, **facts)
    return placed


def _hold_all(campaign: Campaign, result: dict[str, Any]) -> dict[str, Visit]:
    """Lock the mentors, in the order that everybody keeps, and read the visits that the draft speaks of."""
    mentors = {int(route["visitor"]) for route in result["routes"]}
    list(Mentor.objects.select_for_update(no_key=True).filter(pk__in=mentors).order_by("pk"))
    return {str(visit.pk): visit for visit in campaign.visits.select_related("mentor", "household")}


def _make_room(result: dict[str, Any], visits: dict[str, Visit], *, by: User | None, now: dt.datetime) -> None:
    """Take the moments away from proposed visits that move, before any of them gets the place of another.

    Who moves hears the new moment from `plan_visit`; who is left without one hears that the old one lapsed.
    """
    starts = {
        visit: (int(route["visitor"]), _moment(route["date"], stop["start"]))
        for route in result["routes"]
        for stop in route["stops"]
        for visit in stop["visits"]
    }
    unplaced = {item["visit"] for item in result["unplaced"]}
    for pk in [*starts, *unplaced]:
        visit = visits[pk]
        if visit.state == VisitState.PLANNED and starts.get(pk) != (visit.mentor_id, visit.starts_at):
            open_visit(visit=visit, by=by, now=now, tell_family=pk in unplaced)


def _publish_route(
    campaign: Campaign,
    drawn: dict[str, Any],
    visits: dict[str, Visit],
    *,
    is_estimate: bool,
    by: User | None,
    now: dt.datetime,
) -> int:
    mentor = Mentor.objects.select_related("school").get(pk=drawn["visitor"])
    route, _is_new = Route.objects.update_or_create(
        mentor=mentor,
        on=dt.date.fromisoformat(drawn["date"]),
        defaults={
            "campaign": campaign,
            "mode": drawn["mode"],
            "leaves_at": _moment(drawn["date"], drawn["leaves"]),
            "back_at": _moment(drawn["date"], drawn["back"]),
            "travel_minutes": drawn["travel_minutes"],
            "travel_metres": drawn["travel_metres"],
            "is_estimate": is_estimate,
        },
    )
    for stop in drawn["stops"]:
        for pk in stop["visits"]:
            _publish_stop(visits[pk], mentor, route, drawn["date"], stop, by=by, now=now)
    return sum(len(stop["visits"]) for stop in drawn["stops"])


def _publish_stop(
    visit: Visit, mentor: Mentor, route: Route, date: str, stop: dict[str, Any], *, by: User | None, now: dt.datetime
) -> None:
    starts_at = _moment(date, stop["start"])
    try:
        plan_visit(
            visit=visit,
            mentor=mentor,
            starts_at=starts_at,
            ends_at=_moment(date, stop["until"]),
            route=route,
            by=by,
            now=now,
        )
    except MentorBusy:
        day, clock = formats.date_format(dt.date.fromisoformat(date), "D j F").lower(), stop["start"].replace(":", ".")
        raise PublishRefused(
            [
                _("%(mentor)s heeft op %(day)s om %(clock)s al iets anders. Maak een nieuw plan.")
                % {"mentor": mentor.name, "day": day, "clock": clock}
            ]
        ) from None
    except PastMoment:
        raise PublishRefused([_("De eerste avond van dit plan is al voorbij. Maak een nieuw plan.")]) from None
    invite(visit=visit, by=by, now=now)


def _mark_published(plan: Plan, campaign: Campaign, now: dt.datetime) -> None:
    plan.state, plan.published_at = PlanState.PUBLISHED, now
    plan.save(update_fields=["state", "published_at"])
    if campaign.state == CampaignState.PREPARING:
        campaign.state, campaign.published_at = CampaignState.PUBLISHED, now
        campaign.save(update_fields=["state", "published_at"])


def _moment(date: str, clock: str) -> dt.datetime:
    return moment_at(dt.date.fromisoformat(date), minutes_of_clock(clock))
