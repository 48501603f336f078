"""The schools of one board, compared: seven queries, however many schools. Nothing under five, no texts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mentors.dates import local_day
from mentors.models import Board, School
from notes.models import Concern
from reports.figures.coverage import SMALLEST_GROUP, VisitFact, standing_of, tally_of
from reports.figures.hours import HoursSpent, RouteFact, hours_of
from reports.queries.facts import route_facts, visit_facts
from visits.models import Campaign, CampaignState


@dataclass(frozen=True)
class SchoolLine:
    """One school's last round. A number that would be one to four is None; so is all of a small round."""

    school: School
    campaign: Campaign | None
    families: int | None
    met: int | None
    percent_met: int | None
    spent_hours: int | None
    budget_hours: int | None
    concerns: int | None

    @property
    def is_shown(self) -> bool:
        """Whether the round is large enough to show."""
        return self.families is not None


@dataclass(frozen=True)
class BoardFigures:
    """All schools, alphabetical, and the sum of those that are shown."""

    lines: tuple[SchoolLine, ...]
    families: int
    met: int

    @property
    def percent_met(self) -> int | None:
        """Met as a whole percentage; None when nothing is shown."""
        return round(100 * self.met / self.families) if self.families >= SMALLEST_GROUP else None


def board_figures(board: Board, *, now: dt.datetime) -> BoardFigures:
    """The last round of each school that was published, running or closed."""
    schools = list(School.objects.filter(board=board).order_by("name", "pk"))
    rounds = last_rounds(schools)
    facts, routes = visit_facts(rounds.values(), with_classes=False), route_facts(rounds.values())
    concerns, lines = concerns_of(rounds), []
    for school in schools:
        found = rounds.get(school.pk)
        if found is None:
            lines.append(SchoolLine(school, None, None, None, None, None, None, None))
        else:
            lines.append(line_of(school, found, facts[found.pk], routes[found.pk], concerns[school.pk], local_day(now)))
    return BoardFigures(
        lines=tuple(lines),
        families=sum(line.families or 0 for line in lines if line.met is not None),
        met=sum(line.met or 0 for line in lines),
    )


def last_rounds(schools: list[School]) -> dict[int, Campaign]:
    """The last published or closed round of each school, by the school. One query."""
    found = (
        Campaign.objects.filter(school__in=schools)
        .exclude(state=CampaignState.PREPARING)
        .select_related("school_year")
        .order_by("starts_on", "pk")
    )
    return {campaign.school_id: campaign for campaign in found}


def concerns_of(rounds: dict[int, Campaign]) -> dict[int, int]:
    """How many concerns each school handed over in the school year of its round. One query, no texts."""
    counted = dict.fromkeys(rounds, 0)
    for school, handed_over_at in Concern.objects.filter(school__in=list(rounds)).values_list(
        "school_id", "handed_over_at"
    ):
        year = rounds[school].school_year
        counted[school] += year.starts_on <= local_day(handed_over_at) <= year.ends_on
    return counted


def line_of(
    school: School,
    campaign: Campaign,
    facts: list[VisitFact],
    routes: list[RouteFact],
    concerns: int,
    today: dt.date,
) -> SchoolLine:
    """One line, with everything under five left out."""
    tally = tally_of(standing_of(facts).values())
    if not tally.is_shown:
        return SchoolLine(school, campaign, None, None, None, None, None, None)
    hours = hours_of_round(campaign, facts, routes, families=tally.total, met=tally.met, today=today)
    met = shown(tally.met)
    return SchoolLine(
        school=school,
        campaign=campaign,
        families=tally.total,
        met=met,
        percent_met=tally.percent_met if met is not None else None,
        spent_hours=round(hours.spent.minutes / 60) if met is not None else None,
        budget_hours=round(hours.budget_minutes / 60),
        concerns=concerns if concerns >= SMALLEST_GROUP else None,
    )


def hours_of_round(
    campaign: Campaign, facts: list[VisitFact], routes: list[RouteFact], *, families: int, met: int, today: dt.date
) -> HoursSpent:
    """The ledger of a round."""
    return hours_of(
        facts,
        routes,
        families=families,
        families_met=met,
        visit_minutes=campaign.visit_minutes,
        hours_per_visit=campaign.hours_per_visit,
        today=today,
    )


def shown(number: int) -> int | None:
    """A number of families, but for one to four."""
    return None if 0 < number < SMALLEST_GROUP else number
