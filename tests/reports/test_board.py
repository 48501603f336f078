"""The board's page."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Board, Membership, Role, School
from reports.queries.board import board_figures
from tests import factories
from tests.reports.bulk import make_bulk_campaign
from tests.reports.conftest import make_visited_class
from tests.reports.notes_rows import concern
from visits.models import CampaignState, Visit, VisitState


def enter(client: Client, board: Board) -> None:
    user = factories.make_user()
    Membership.objects.create(user=user, role=Role.BOARD, board=board)
    client.force_login(user)


def test_schools_are_compared_in_the_order_of_the_alphabet(now: dt.datetime, db: None) -> None:
    second, first = factories.make_school(name="Zuidwijk"), factories.make_school(name="Akker")
    make_bulk_campaign(second, classes=1, pupils=28, now=now)
    make_bulk_campaign(first, classes=2, pupils=28, now=now)
    figures = board_figures(factories.make_board(first, second), now=now)
    assert [line.school.name for line in figures.lines] == ["Akker", "Zuidwijk"]
    assert [line.families for line in figures.lines] == [56, 28]
    assert figures.families == 84
    assert figures.met == sum(line.met or 0 for line in figures.lines)


def test_a_school_under_five_families_shows_no_number(school: School, now: dt.datetime) -> None:
    visited = make_visited_class(school)
    Visit.objects.filter(pk__in=[visit.pk for visit in visited.visits[4:]]).update(state=VisitState.CANCELLED)
    (line,) = board_figures(factories.make_board(school), now=now).lines
    assert not line.is_shown
    assert (line.families, line.met, line.spent_hours, line.budget_hours, line.concerns) == (None,) * 5


def test_a_number_under_five_is_not_shown_nor_added(school: School, now: dt.datetime, client: Client) -> None:
    make_visited_class(school)
    figures = board_figures(factories.make_board(school), now=now)
    (line,) = figures.lines
    assert (line.families, line.met, line.percent_met, line.spent_hours) == (6, None, None, None)
    assert (figures.families, figures.met, figures.percent_met) == (0, 0, None)


def test_concerns_are_a_count_from_five_on(school: School, now: dt.datetime) -> None:
    visited = make_visited_class(school)
    board = factories.make_board(school)
    for _number in range(4):
        concern(visited.visits[0], "feiten")
    assert board_figures(board, now=now).lines[0].concerns is None
    concern(visited.visits[0], "feiten")
    assert board_figures(board, now=now).lines[0].concerns == 5


def test_a_round_that_is_being_prepared_is_not_compared(school: School, now: dt.datetime) -> None:
    visited = make_visited_class(school)
    visited.campaign.state = CampaignState.PREPARING
    visited.campaign.save()
    assert board_figures(factories.make_board(school), now=now).lines[0].campaign is None


def test_another_boards_school_is_not_here(school: School, now: dt.datetime) -> None:
    other = factories.make_school()
    factories.make_board(other)
    make_bulk_campaign(other, classes=1, pupils=28, now=now)
    assert [line.school for line in board_figures(factories.make_board(school), now=now).lines] == [school]


def test_the_page_names_no_person(school: School, client: Client, now: dt.datetime) -> None:
    visited = make_visited_class(school)
    board = factories.make_board(school)
    enter(client, board)
    page = client.get(reverse("reports:board", kwargs={"board": board.pk})).content.decode()
    assert school.name in page
    for person in (visited.mentor.name, visited.students[0].first_name, visited.students[0].last_name):
        assert person not in page


def test_a_board_without_schools_has_a_page(client: Client, db: None) -> None:
    board = factories.make_board()
    enter(client, board)
    page = client.get(reverse("reports:board", kwargs={"board": board.pk})).content.decode()
    assert "Er hoort nog geen school bij dit bestuur" in page


def test_the_page_asks_as_much_for_one_school_as_for_thirty(client: Client, now: dt.datetime, db: None) -> None:
    counted = []
    for schools in (1, 30):
        made = [factories.make_school() for _number in range(schools)]
        for one in made:
            make_bulk_campaign(one, classes=1, pupils=6, now=now)
        board = factories.make_board(*made)
        enter(client, board)
        page = reverse("reports:board", kwargs={"board": board.pk})
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(page).status_code == 200
        counted.append(len(captured))
    assert counted[0] == counted[1]
    assert counted[0] <= 10
