"""Drafts beside each other: what each comes to, what differs, and the names they are given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from mentors.models import Event, Role, School, User
from planning.draft.stored import LeftOut, StoredDraft, read_draft_of
from planning.models import Plan, PlanKind, PlanState
from planning.queries.comparison import Comparison, DifferenceKind, compare, plans_to_compare
from tests import factories
from tests.pages import LogIn
from tests.visits.staffed import EVENINGS, StaffedCampaign, make_staffed_campaign

pytestmark = pytest.mark.usefixtures("today")


@pytest.fixture
def staffed(school: School, now: dt.datetime) -> StaffedCampaign:
    return make_staffed_campaign(now, school=school, mentors=2, families=3)


def copied(plan: Plan, change: Callable[[StoredDraft], StoredDraft]) -> Plan:
    """A copy of this draft, changed."""
    result = change(read_draft_of(plan)).to_json()
    fields = {"state": PlanState.READY, "result": result, "cost": plan.cost, "bound": plan.bound}
    return Plan.objects.create(campaign=plan.campaign, created_at=plan.created_at + dt.timedelta(hours=1), **fields)


def compared(staffed: StaffedCampaign, *plans: Plan, mentor: int | None = None) -> Comparison:
    found = plans_to_compare(staffed.campaign, [str(plan.pk) for plan in plans])
    return compare(staffed.campaign, found, mentor)


def url_of(staffed: StaffedCampaign, *plans: Plan, rest: str = "") -> str:
    url = reverse("planning:plans_compare", kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk})
    return f"{url}?{'&'.join(f'plan={plan.pk}' for plan in plans)}{rest}"


def take_out(draft: StoredDraft) -> StoredDraft:
    """The first family loses its moment."""
    first, *others = draft.routes
    left = LeftOut(first.stops[0].visits[0], "evenings_full")
    totals = replace(draft.totals, placed=draft.totals.placed - 1, unplaced=draft.totals.unplaced + 1)
    routes = (replace(first, stops=first.stops[1:]), *others)
    return replace(draft, routes=routes, unplaced=(*draft.unplaced, left), totals=totals)


def start_later(draft: StoredDraft) -> StoredDraft:
    """The last family of the first evening starts a minute later."""
    first, *others = draft.routes
    last = replace(first.stops[-1], start=first.stops[-1].start + 1)
    return replace(draft, routes=(replace(first, stops=(*first.stops[:-1], last)), *others))


def another_day(draft: StoredDraft) -> StoredDraft:
    first, *others = draft.routes
    return replace(draft, routes=(replace(first, on=dt.date(2026, 10, 15)), *others))


def another_mentor(draft: StoredDraft) -> StoredDraft:
    """The mentors exchange an evening."""
    first, *others = draft.routes
    number, other = next((n, each) for n, each in enumerate(others) if each.visitor != first.visitor)
    others[number] = replace(other, visitor=first.visitor)
    return replace(draft, routes=(replace(first, visitor=other.visitor), *others))


def test_two_drafts_that_are_the_same_differ_in_nothing(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    found = compared(staffed, plan, copied(plan, lambda draft: draft))
    assert (found.differences, found.different_mentors, found.changed_loads) == ([], [], 0)


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (take_out, DifferenceKind.WITHOUT),
        (another_mentor, DifferenceKind.MENTOR),
        (another_day, DifferenceKind.DAY),
        (start_later, DifferenceKind.TIME),
    ],
)
def test_a_family_whose_moment_differs_is_listed_with_both_moments(
    staffed: StaffedCampaign, change: Any, how: int
) -> None:
    plan = staffed.draft()
    found = compared(staffed, plan, copied(plan, change))
    assert {item.how for item in found.differences} == {how}
    before, after = found.differences[0].cells
    assert before is not None and before != after
    assert (after is None) == (how == DifferenceKind.WITHOUT)


def test_the_worst_difference_comes_first(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    found = compared(staffed, plan, copied(plan, another_day), copied(plan, take_out))
    hows = [item.how for item in found.differences]
    assert hows[0] == DifferenceKind.WITHOUT
    assert hows == sorted(hows, key=list(DifferenceKind).index)


def test_the_list_can_be_narrowed_to_one_mentor(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    other = copied(plan, another_day)
    mentor = read_draft_of(plan).routes[0].mentor
    stranger = next(person.pk for person in staffed.mentors if person.pk != mentor)
    everybody = compared(staffed, plan, other)
    assert [person.pk for person in everybody.different_mentors] == [mentor]
    assert compared(staffed, plan, other, mentor=mentor).differences == everybody.differences
    assert compared(staffed, plan, other, mentor=stranger).differences == []


def test_hours_kilometres_and_evenings_are_added_up_per_mentor_and_in_all(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    found = compared(staffed, plan, copied(plan, take_out))
    first = found.columns[0]
    totals = read_draft_of(plan).totals
    assert first.whole.travel_minutes == totals.travel_minutes
    assert first.whole.travel_metres == totals.travel_metres
    assert first.whole.evenings == totals.routes
    assert first.whole.families == totals.placed == 6
    assert sum(load.away_minutes for load in first.loads.values()) == first.whole.away_minutes > 6 * 45
    assert [line.mentor in staffed.mentors for line in found.mentors] == [True, True]
    assert [column.totals.without_moment for column in found.columns] == [0, 1]
    assert found.changed_loads == 1


def test_the_finding_names_the_plan_that_places_most(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    assert compared(staffed, plan, copied(plan, take_out)).finding.startswith("Plan A geeft de meeste gezinnen")
    assert compared(staffed, plan, copied(plan, another_day)).finding == "Elk plan geeft 6 gezinnen een moment."


def test_a_repair_shows_no_share_of_the_best_plan(staffed: StaffedCampaign) -> None:
    plan = staffed.draft()
    other = copied(plan, another_day)
    Plan.objects.filter(pk=other.pk).update(kind=PlanKind.REPAIR)
    assert [column.gap for column in compared(staffed, plan, other).columns] == [0.0, None]


def test_the_page_shows_figures_differences_and_loads(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    other = copied(plan, take_out)
    shown = client.get(url_of(staffed, plan, other))
    comparison = shown.context["comparison"]
    assert (len(comparison.differences), comparison.changed_loads, comparison.columns[0].gap) == (1, 1, 0)
    assert comparison.finding in shown.content.decode()
    mentor = read_draft_of(plan).routes[0].visitor
    narrowed = client.get(url_of(staffed, plan, other, rest=f"&mentor={mentor}"))
    assert len(narrowed.context["comparison"].differences) == 1
    assert client.get(url_of(staffed, plan, other, rest="&mentor=onzin&page=x")).status_code == 200


@pytest.mark.parametrize("asked", ["", "?plan=x", "?plan=-1&plan=99999999999999999999", "?plan=1"])
def test_without_two_drafts_the_page_says_what_to_do(
    staffed: StaffedCampaign, client: Client, coordinator: User, asked: str
) -> None:
    url = reverse("planning:plans_compare", kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk})
    assert "comparison" not in client.get(url + asked).context


def test_a_draft_of_another_round_a_job_and_a_fourth_plan_are_not_compared(
    staffed: StaffedCampaign, client: Client, coordinator: User, now: dt.datetime
) -> None:
    plan = staffed.draft()
    elsewhere = make_staffed_campaign(now, families=1).draft()
    job = Plan.objects.create(campaign=staffed.campaign, created_at=now)
    assert plans_to_compare(staffed.campaign, [str(row.pk) for row in (plan, elsewhere, job)]) == [plan]
    four = [plan, *(copied(plan, another_day) for _number in range(3))]
    assert "comparison" not in client.get(url_of(staffed, *four)).context
    assert len(client.get(url_of(staffed, *four[:3])).context["comparison"].columns) == 3


def test_the_page_of_plans_offers_to_compare_as_soon_as_there_are_two(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    url = reverse("planning:plans", kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk})
    plan = staffed.draft()
    assert client.get(url).context["comparable"] == []
    other = copied(plan, another_day)
    shown = client.get(url)
    assert set(shown.context["comparable"]) == {plan.pk, other.pk}
    assert f'value="{other.pk}" checked' in shown.content.decode()


@pytest.mark.usefixtures("coordinator")
def test_a_repair_says_what_it_repaired_and_is_not_what_one_compares_first(
    staffed: StaffedCampaign, client: Client
) -> None:
    older, newer = staffed.draft(), staffed.draft()
    repair = copied(newer, lambda draft: draft)
    Plan.objects.filter(pk=repair.pk).update(kind=PlanKind.REPAIR, incident={"kind": "away"})
    page = client.get(
        reverse("planning:plans", kwargs={"school": staffed.school.slug, "campaign": staffed.campaign.pk})
    ).content.decode()
    assert "een mentor is er niet" in page
    checked = {plan.pk for plan in (older, newer, repair) if f'value="{plan.pk}" checked' in page}
    assert checked == {older.pk, newer.pk}


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_a_comparison_is_for_the_coordinator(
    staffed: StaffedCampaign, client: Client, log_in: LogIn, role: Role
) -> None:
    plan = staffed.draft()
    url = url_of(staffed, plan, copied(plan, another_day))
    log_in(staffed.school, role)
    assert client.get(url).status_code == 403
    log_in(factories.make_school(), Role.COORDINATOR)
    assert client.get(url).status_code == 404


def test_the_comparison_takes_as_many_queries_for_thirty_families_as_for_three(
    now: dt.datetime, client: Client, log_in: LogIn, db: None, django_assert_max_num_queries: Any
) -> None:
    counts = []
    for mentors in (1, 10):
        staffed = make_staffed_campaign(now, mentors=mentors, families=3, evenings=[EVENINGS[0]])
        log_in(staffed.school, Role.COORDINATOR)
        plan = staffed.draft()
        url = url_of(staffed, plan, copied(plan, another_day))
        with django_assert_max_num_queries(20) as queries:
            client.get(url)
        counts.append(len(queries))
        assert not any('"visits_plan"."problem"' in query["sql"] for query in queries.captured_queries)
    assert counts[0] == counts[1]


def test_a_draft_is_called_what_the_coordinator_calls_it(
    staffed: StaffedCampaign, client: Client, coordinator: User
) -> None:
    plan = staffed.draft()
    url = reverse("planning:plan_rename", kwargs={"school": staffed.school.slug, "plan": plan.pk})
    client.post(url, {"label": "Met drie op een avond"})
    plan.refresh_from_db()
    assert plan.label == "Met drie op een avond"
    page = reverse("planning:plan", kwargs={"school": staffed.school.slug, "plan": plan.pk})
    assert "Met drie op een avond" in client.get(page).content.decode()
    assert Event.objects.filter(verb="plan.renamed", by=coordinator).exists()
    client.post(url, {"label": "x" * 81})
    plan.refresh_from_db()
    assert plan.label == "Met drie op een avond"
    client.post(url, {"label": ""})
    assert "Plan van" in client.get(page).content.decode()


@pytest.mark.parametrize("role", [Role.MENTOR, Role.DIRECTOR, Role.CARE])
def test_only_the_coordinator_names_a_draft(
    staffed: StaffedCampaign, client: Client, log_in: LogIn, role: Role
) -> None:
    plan = staffed.draft()
    log_in(staffed.school, role)
    url = reverse("planning:plan_rename", kwargs={"school": staffed.school.slug, "plan": plan.pk})
    assert client.post(url, {"label": "Van mij"}).status_code == 403
    plan.refresh_from_db()
    assert plan.label == ""
