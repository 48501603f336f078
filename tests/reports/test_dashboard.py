"""The director's page."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Role, School
from reports.figures.coverage import Tally
from reports.queries.dashboard import figures_of
from reports.views.findings import class_finding, hours_finding, pace_finding, pace_words, spoken_hours
from tests import factories
from tests.pages import LogIn
from tests.reports.bulk import make_bulk_campaign
from tests.reports.conftest import VisitedClass, make_visited_class
from tests.reports.notes_rows import agreement, log_visit
from visits.models import Campaign, CampaignState, Route, Visit, VisitState


def page_of(client: Client, school: School, **query: object):
    return client.get(reverse("reports:dashboard", kwargs={"school": school.slug}), query)


def test_a_class_is_counted_by_family_in_four_columns(visited: VisitedClass, now: dt.datetime) -> None:
    (row,) = figures_of(visited.campaign, now=now).coverage.rows
    assert row.tally == Tally(met=1, planned=2, open=2, declined=1)


@pytest.mark.parametrize("place", ["home", "school", "elsewhere", "phone", "video"])
def test_a_family_that_was_met_in_any_form_counts(place: str, visited: VisitedClass, now: dt.datetime) -> None:
    Visit.objects.filter(pk=visited.visits[0].pk).update(place_kind=place)
    assert figures_of(visited.campaign, now=now).coverage.total.met == 1


def test_a_cancelled_visit_is_no_part_of_the_round(visited: VisitedClass, now: dt.datetime) -> None:
    Visit.objects.filter(pk=visited.visits[3].pk).update(state=VisitState.CANCELLED)
    assert figures_of(visited.campaign, now=now).coverage.total == Tally(met=1, planned=2, open=1, declined=1)


def test_two_homes_of_one_pupil_are_two_families(visited: VisitedClass, now: dt.datetime) -> None:
    second = factories.make_household(visited.school)
    factories.make_visit(visited.campaign, visited.students[0], household=second)
    assert figures_of(visited.campaign, now=now).coverage.total.total == 7


def test_another_school_and_another_round_are_not_counted(visited: VisitedClass, now: dt.datetime) -> None:
    make_visited_class(factories.make_school())
    make_visited_class(visited.school, "1d")
    assert figures_of(visited.campaign, now=now).coverage.total.total == 6


def test_the_day_of_meeting_is_the_reports_day_on_the_dutch_clock(visited: VisitedClass, now: dt.datetime) -> None:
    visit = visited.visits[0]
    log_visit(visit, began=dt.datetime(2026, 9, 16, 22, 30, tzinfo=dt.UTC))  # half past midnight on the 17th
    met = {point.on: point.met for point in figures_of(visited.campaign, now=now).pace.points}
    assert (met[dt.date(2026, 9, 16)], met[dt.date(2026, 9, 17)]) == (0, 1)


def test_a_visit_over_the_end_of_summer_time_has_its_real_length(school: School) -> None:
    visited = make_visited_class(school, campaign=factories.make_campaign(school, ends_on=dt.date(2026, 11, 20)))
    # Half past midnight UTC is 2.30 in summer time; three quarters later the clock says 2.15 in winter time.
    log_visit(visited.visits[0], began=dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC), minutes=45)
    hours = figures_of(visited.campaign, now=dt.datetime(2026, 10, 26, 12, tzinfo=dt.UTC)).hours
    assert hours.spent.talk_minutes == 45


def test_the_days_around_the_end_of_summer_time_count_once_each(school: School) -> None:
    campaign = factories.make_campaign(school, starts_on=dt.date(2026, 10, 26), ends_on=dt.date(2026, 10, 30))
    visited = make_visited_class(school, campaign=campaign)
    log_visit(visited.visits[0], began=dt.datetime(2026, 10, 26, 22, 45, tzinfo=dt.UTC))  # 23.45 on the Monday
    points = figures_of(campaign, now=dt.datetime(2026, 10, 30, 23, 30, tzinfo=dt.UTC)).pace.points
    assert [(point.on.day, point.met) for point in points] == [(26, 1), (27, 1), (28, 1), (29, 1), (30, 1)]


def test_hours_and_kilometres_come_from_reports_and_routes(visited: VisitedClass, now: dt.datetime) -> None:
    visit = visited.visits[0]
    visit.route = Route.objects.create(
        campaign=visited.campaign,
        mentor=visited.mentor,
        on=visit.starts_at.date(),
        mode="bike",
        leaves_at=visit.starts_at - dt.timedelta(minutes=20),
        back_at=visit.ends_at + dt.timedelta(minutes=20),
        travel_minutes=40,
        travel_metres=9_500,
    )
    visit.save()
    log_visit(visit, began=visit.starts_at, minutes=62)
    hours = figures_of(visited.campaign, now=now).hours
    assert hours.spent.minutes == 62 + 40 + 15
    assert hours.spent.kilometres == 9.5
    assert hours.budget_minutes == 6 * 90


def test_a_draft_report_counts_for_nothing(visited: VisitedClass, now: dt.datetime) -> None:
    visit = visited.visits[1]
    log_visit(visit, began=now - dt.timedelta(hours=2), minutes=80, is_finished=False)
    agreement(visit, "Nog niet ingeleverd")
    figures = figures_of(visited.campaign, now=now)
    assert figures.coverage.total.met == 1
    assert figures.hours.measured == 0
    assert figures.agreements.total == 0


def test_agreements_are_kept_open_or_past_their_day(visited: VisitedClass, now: dt.datetime) -> None:
    visit = visited.visits[0]
    log_visit(visit, began=visit.starts_at)
    agreement(visit, "a", kept_at=now)
    agreement(visit, "b", due_on=dt.date(2026, 9, 21))
    agreement(visit, "c", due_on=dt.date(2026, 9, 22))
    found = figures_of(visited.campaign, now=now).agreements
    assert (found.kept, found.open, found.overdue) == (1, 2, 1)


# --- what it says ---


def test_the_title_of_the_classes_is_what_they_show(school: School) -> None:
    visited = make_visited_class(school, "1c")
    make_visited_class(school, "1d", visited.campaign)
    found = figures_of(visited.campaign, now=dt.datetime(2026, 10, 6, 12, tzinfo=dt.UTC))
    assert class_finding(found) == "klas 1c loopt drie weken achter en klas 1d loopt drie weken achter"


def test_classes_on_schedule_are_told_so(visited: VisitedClass) -> None:
    found = figures_of(visited.campaign, now=dt.datetime(2026, 9, 10, 12, tzinfo=dt.UTC))
    assert class_finding(found) == "Geen klas loopt een week of meer achter"


def test_more_than_two_late_classes_are_counted(school: School) -> None:
    visited = make_visited_class(school, "1a")
    make_visited_class(school, "1b", visited.campaign)
    make_visited_class(school, "1c", visited.campaign)
    found = figures_of(visited.campaign, now=dt.datetime(2026, 10, 6, 12, tzinfo=dt.UTC))
    assert class_finding(found) == "3 van de 3 klassen lopen een week of meer achter"


@pytest.mark.parametrize(
    ("moment", "says"),
    [
        ("2026-09-01", "De ronde begint op ma 7 september"),
        ("2026-09-09", "De ronde is net begonnen; er is nog niemand gesproken"),
        ("2026-09-18", "Op dit tempo is iedereen pas op vr 20 november gesproken, na de herfstvakantie"),
        ("2026-10-06", "In de laatste 10 schooldagen is niemand gesproken"),
        ("2026-10-28", "De ronde is voorbij; 4 gezinnen zijn nog niet gesproken"),
    ],
)
def test_the_title_of_the_pace_is_when_it_will_be_done(moment: str, says: str, visited: VisitedClass) -> None:
    now = dt.datetime.fromisoformat(f"{moment}T12:00:00+00:00")
    if moment in {"2026-09-01", "2026-09-09"}:
        Visit.objects.filter(state="met").update(state="open", starts_at=None, ends_at=None)
    assert pace_finding(figures_of(visited.campaign, now=now).pace) == says


def test_a_round_of_which_all_were_met_says_so(visited: VisitedClass, now: dt.datetime) -> None:
    Visit.objects.exclude(state="declined").update(state=VisitState.MET)
    figures = figures_of(visited.campaign, now=now)
    assert pace_finding(figures.pace) == "Alle gezinnen zijn gesproken"
    assert class_finding(figures) == "In alle klassen zijn alle gezinnen gesproken"


def test_met_and_needed_stand_beside_each_other(visited: VisitedClass, now: dt.datetime) -> None:
    words = pace_words(figures_of(visited.campaign, now=now).pace)
    assert words == "Gesproken 1, nodig vandaag 2: 1,2 schoolweken achter."


def test_the_cost_of_a_family_is_withheld_under_five(visited: VisitedClass, now: dt.datetime) -> None:
    assert hours_finding(figures_of(visited.campaign, now=now).hours) == "Begroot is 1 uur en 30 minuten voor elk gezin"


@pytest.mark.parametrize(
    ("minutes", "says"), [(1, "1 minuut"), (45, "45 minuten"), (60, "1 uur"), (84, "1 uur en 24 minuten")]
)
def test_minutes_are_said_as_hours(minutes: int, says: str) -> None:
    assert spoken_hours(minutes) == says


# --- the page ---


def test_the_page_draws_and_lists_each_class(visited: VisitedClass, client: Client, log_in: LogIn, frozen) -> None:
    log_in(visited.school, Role.DIRECTOR)
    page = page_of(client, visited.school).content.decode()
    assert "1 gesproken, 2 gepland, 2 nog geen moment, 1 liever niet" in page
    assert "17 % (1 van 6)" in page
    assert page.count("<svg") >= 2


def test_numbers_in_a_drawing_are_written_with_a_point(
    visited: VisitedClass, client: Client, log_in: LogIn, frozen
) -> None:
    log_in(visited.school, Role.DIRECTOR)
    page = page_of(client, visited.school)
    assert f'x2="{page.context["pictures"].pace_wide.today_x}"' in page.content.decode()


def test_the_page_has_no_inline_style_and_no_script(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(visited.school, Role.DIRECTOR)
    page = page_of(client, visited.school).content.decode()
    assert " style=" not in page
    assert "<style" not in page


def test_the_running_round_comes_first_and_another_can_be_asked(
    visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    older = factories.make_campaign(
        visited.school, name="Vorige ronde", state=CampaignState.CLOSED, starts_on=dt.date(2026, 9, 1)
    )
    factories.make_campaign(
        visited.school, state=CampaignState.PREPARING, starts_on=dt.date(2026, 12, 1), ends_on=dt.date(2026, 12, 9)
    )
    log_in(visited.school, Role.DIRECTOR)
    assert page_of(client, visited.school).context["campaign"] == visited.campaign
    page = page_of(client, visited.school, ronde=older.pk)
    assert page.context["campaign"] == older
    assert "Er zijn nog geen gezinnen in deze ronde" in page.content.decode()


def test_a_round_under_five_shows_nothing(school: School, client: Client, log_in: LogIn, frozen) -> None:
    visited = make_visited_class(school)
    Visit.objects.filter(pk__in=[visit.pk for visit in visited.visits[4:]]).update(state=VisitState.CANCELLED)
    log_in(school, Role.DIRECTOR)
    page = page_of(client, school).content.decode()
    assert "Deze ronde is te klein voor cijfers" in page
    assert "gesproken," not in page
    assert "25 %" not in page


def test_a_small_class_is_never_by_itself(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    small = factories.make_class(visited.school, visited.mentor, name="1klein")
    for _number in range(3):
        factories.make_visit(visited.campaign, factories.make_student(small))
    log_in(visited.school, Role.DIRECTOR)
    rows = page_of(client, visited.school).context["pictures"].classes
    assert [row.label for row in rows] == ["1c, 1klein samen"]
    assert rows[0].urls == {}


def test_a_name_of_sixty_characters_is_shown_whole(school: School, client: Client, log_in: LogIn) -> None:
    name = "1" + "x" * 59
    make_visited_class(school, name)
    log_in(school, Role.DIRECTOR)
    assert name in page_of(client, school).content.decode()


def count_queries(client: Client, school: School) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert page_of(client, school).status_code == 200
    return len(captured)


def test_the_page_asks_as_much_for_one_row_as_for_nine_hundred(
    school: School, client: Client, log_in: LogIn, now: dt.datetime, frozen
) -> None:
    campaign = factories.make_campaign(school)
    factories.make_visit(campaign, factories.make_student(factories.make_class(school)))
    log_in(school, Role.DIRECTOR)
    page_of(client, school)
    small = count_queries(client, school)
    big = factories.make_school()
    make_bulk_campaign(big, classes=30, pupils=30, now=now)
    log_in(big, Role.DIRECTOR)
    page_of(client, big)
    assert count_queries(client, big) == small
    assert small <= 20


def test_an_empty_round_has_an_empty_page(school: School, client: Client, log_in: LogIn) -> None:
    campaign: Campaign = factories.make_campaign(school)
    log_in(school, Role.DIRECTOR)
    page = page_of(client, school)
    assert campaign.name in page.content.decode()
    assert "Er zijn nog geen gezinnen in deze ronde" in page.content.decode()
