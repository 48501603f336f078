"""The arithmetic: coverage, pace, hours, pictures."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from reports.figures.coverage import FamilyState, Tally, VisitFact, coverage_of, first_met_on
from reports.figures.hours import WRITING_MINUTES, RouteFact, hours_of
from reports.figures.pace import Pace, behind_weeks, pace_of
from reports.figures.pictures import levels_up_to, pace_chart, stacked_bar, week_ends
from reports.figures.school_days import Break, calendar_of

AUTUMN = Break("Herfstvakantie", dt.date(2026, 10, 17), dt.date(2026, 10, 25))
CALENDAR = calendar_of([AUTUMN], dt.date(2027, 7, 9))
START, END = dt.date(2026, 9, 7), dt.date(2026, 10, 16)  # six school weeks, thirty school days


def fact(number: int, standing: FamilyState, *classes: int, household: int | None = None, **rest: object) -> VisitFact:
    names = tuple((key, f"1{chr(96 + key)}") for key in classes)
    return VisitFact(number, household or number, standing, names, **rest)


def facts(standing: FamilyState, count: int, school_class: int, first: int = 1) -> list[VisitFact]:
    return [fact(number, standing, school_class) for number in range(first, first + count)]


# --- coverage ---


def test_a_family_with_two_visits_counts_once_in_its_best_standing() -> None:
    coverage = coverage_of([*facts(FamilyState.OPEN, 5, 1), fact(9, FamilyState.MET, 1, household=1)])
    assert coverage.total == Tally(met=1, open=4)


def test_a_family_with_children_in_two_classes_counts_in_both_and_once_in_all() -> None:
    coverage = coverage_of(
        [
            *facts(FamilyState.OPEN, 5, 1),
            *facts(FamilyState.OPEN, 5, 2, first=11),
            fact(99, FamilyState.MET, 1, household=77),
            fact(98, FamilyState.OPEN, 2, household=77),
        ]
    )
    assert [row.tally for row in coverage.rows] == [Tally(met=1, open=5), Tally(open=6)]
    assert coverage.total == Tally(met=1, open=10)


def test_one_joint_visit_counts_for_both_classes() -> None:
    coverage = coverage_of(
        [*facts(FamilyState.OPEN, 5, 1), *facts(FamilyState.OPEN, 5, 2, first=11), fact(99, FamilyState.MET, 1, 2)]
    )
    assert [row.tally.met for row in coverage.rows] == [1, 1]
    assert coverage.total.met == 1


def test_a_declined_family_has_a_column_of_its_own_and_stays_in_the_denominator() -> None:
    tally = coverage_of([*facts(FamilyState.MET, 4, 1), *facts(FamilyState.DECLINED, 1, 1, first=9)]).total
    assert (tally.declined, tally.total, tally.to_meet, tally.percent_met) == (1, 5, 4, 80)


def test_a_family_that_declined_one_visit_and_had_another_was_met() -> None:
    coverage = coverage_of([fact(1, FamilyState.DECLINED, 1, household=5), fact(2, FamilyState.MET, 1, household=5)])
    assert coverage.total == Tally(met=1)


def test_classes_stand_in_the_order_of_their_names() -> None:
    coverage = coverage_of([*facts(FamilyState.OPEN, 6, 2), *facts(FamilyState.MET, 6, 1, first=11)])
    assert [row.names for row in coverage.rows] == [("1a",), ("1b",)]


def test_a_class_under_five_is_taken_together_with_the_smallest_other_one() -> None:
    coverage = coverage_of(
        [
            *facts(FamilyState.OPEN, 4, 1),
            *facts(FamilyState.OPEN, 9, 2, first=11),
            *facts(FamilyState.OPEN, 7, 3, first=31),
        ]
    )
    assert [(row.names, row.tally.total) for row in coverage.rows] == [(("1a", "1c"), 11), (("1b",), 9)]


def test_two_small_classes_that_make_five_leave_the_others_alone() -> None:
    coverage = coverage_of(
        [
            *facts(FamilyState.OPEN, 2, 1),
            *facts(FamilyState.OPEN, 9, 2, first=11),
            *facts(FamilyState.MET, 3, 3, first=31),
        ]
    )
    assert [(row.names, row.tally.total) for row in coverage.rows] == [(("1a", "1c"), 5), (("1b",), 9)]


def test_a_round_under_five_shows_no_rate() -> None:
    coverage = coverage_of(facts(FamilyState.MET, 4, 1))
    assert not coverage.rows[0].tally.is_shown
    assert coverage.total.percent_met is None


def test_no_visits_make_no_rows() -> None:
    assert coverage_of([]).rows == ()
    assert coverage_of([]).total == Tally()


def test_a_family_is_first_met_on_the_first_of_its_days() -> None:
    early, late = dt.date(2026, 9, 8), dt.date(2026, 9, 9)
    met = [
        fact(1, FamilyState.MET, 1, household=5, moment_on=late),
        fact(2, FamilyState.MET, 1, household=5, moment_on=early),
        fact(3, FamilyState.PLANNED, 1, household=6, moment_on=early),
    ]
    assert first_met_on(met) == [early]


# --- school days and pace ---


def test_weekends_and_holidays_are_no_school_days() -> None:
    days = CALENDAR.days(dt.date(2026, 10, 15), dt.date(2026, 10, 27))
    assert days == [dt.date(2026, 10, day) for day in (15, 16, 26, 27)]


def test_a_round_of_which_the_last_day_is_before_the_first_has_no_days() -> None:
    assert CALENDAR.days(END, START) == []


def pace(met: int, today: dt.date, *, total: int = 60, per_day: int = 2, declined: int = 0) -> Pace:
    days = CALENDAR.days(START, today)
    met_on = [days[number // per_day] for number in range(met)]
    return pace_of(
        total=Tally(met=met, open=total - met - declined, declined=declined),
        met_on=met_on,
        planned_on=[],
        starts_on=START,
        ends_on=END,
        calendar=CALENDAR,
        today=today,
    )


def test_needed_is_a_straight_line_over_the_school_days() -> None:
    found = pace(20, dt.date(2026, 9, 18))
    assert found.needed == 20
    assert found.behind_weeks == 0
    assert [point.needed for point in found.points][:3] == [2, 4, 6]


def test_a_weekend_needs_nobody() -> None:
    assert pace(20, dt.date(2026, 9, 20)).needed == pace(20, dt.date(2026, 9, 18)).needed


def test_who_declined_is_not_needed() -> None:
    assert pace(20, dt.date(2026, 9, 18), declined=30).to_meet == 30


def test_half_of_what_was_needed_after_four_weeks_is_two_weeks_behind() -> None:
    days = CALENDAR.days(START, END)
    assert behind_weeks(Tally(met=20, open=40), days=days, today=dt.date(2026, 10, 2)) == pytest.approx(2.0)


def test_the_projection_takes_the_pace_of_the_last_ten_school_days_and_skips_the_holiday() -> None:
    found = pace(20, dt.date(2026, 10, 2), per_day=1)  # one a day, the last ten days included
    assert (found.window_days, found.met_in_window) == (10, 10)
    assert found.projected_on == dt.date(2026, 12, 4)  # forty school days on, with a week of holiday in between
    assert found.is_late


def test_who_keeps_the_pace_is_done_before_the_holiday() -> None:
    found = pace(40, dt.date(2026, 10, 2))
    assert found.projected_on == dt.date(2026, 10, 16)
    assert not found.is_late
    assert found.holiday == AUTUMN


def test_nobody_met_gives_no_projection() -> None:
    assert pace(0, dt.date(2026, 10, 2)).projected_on is None


def test_a_pace_that_outlasts_the_school_year_gives_no_projection() -> None:
    assert pace(1, dt.date(2026, 9, 18), total=900).projected_on is None


def test_a_round_that_is_done_is_done_today() -> None:
    found = pace(60, dt.date(2026, 10, 16))
    assert found.is_done
    assert found.projected_on == dt.date(2026, 10, 16)


def test_before_the_first_day_nothing_is_needed() -> None:
    found = pace(0, dt.date(2026, 9, 1))
    assert (found.has_begun, found.needed, found.window_days, found.projected_on) == (False, 0, 0, None)


def test_after_the_last_day_everybody_was_needed() -> None:
    found = pace(30, dt.date(2026, 11, 2), per_day=1)
    assert found.is_over
    assert found.needed == 60


def test_an_empty_round_is_neither_done_nor_behind() -> None:
    found = pace(0, dt.date(2026, 9, 18), total=0)
    assert not found.is_done
    assert (found.behind_weeks, found.needed) == (0, 0)


# --- hours ---


def hours(*visits: VisitFact, routes: tuple[RouteFact, ...] = (), families: int = 10, met: int = 5):
    return hours_of(
        visits,
        routes,
        families=families,
        families_met=met,
        visit_minutes=45,
        hours_per_visit=Decimal("1.50"),
        today=dt.date(2026, 9, 22),
    )


def test_the_budget_is_hours_a_visit_times_all_families() -> None:
    assert hours(families=10).budget_minutes == 900


def test_spent_is_the_reports_minutes_the_travel_and_the_allowance() -> None:
    found = hours(
        fact(1, FamilyState.MET, 1, real_minutes=50, route=7),
        fact(2, FamilyState.MET, 1, real_minutes=None, route=7),
        fact(3, FamilyState.PLANNED, 1, route=8),
        fact(4, FamilyState.OPEN, 1),
        routes=(RouteFact(7, dt.date(2026, 9, 21), 30, 8_000), RouteFact(8, dt.date(2026, 9, 29), 20, 5_000)),
    )
    assert found.spent.minutes == 50 + 45 + 30 + 2 * WRITING_MINUTES
    assert found.planned.minutes == 3 * 45 + 50 + 3 * WRITING_MINUTES
    assert (found.spent.kilometres, found.planned.kilometres) == (8.0, 13.0)


def test_a_route_counts_once_however_many_visits_were_on_it() -> None:
    route = RouteFact(7, dt.date(2026, 9, 21), 30, 8_000)
    visits = [fact(number, FamilyState.MET, 1, route=7) for number in (1, 2, 3)]
    assert hours(*visits, routes=(route,)).spent.travel_minutes == 30


def test_a_route_to_a_closed_door_was_travelled_but_one_that_waits_for_its_log_was_not_yet() -> None:
    closed_door = RouteFact(7, dt.date(2026, 9, 21), 30, 8_000)
    no_log = RouteFact(8, dt.date(2026, 9, 21), 20, 5_000)
    found = hours(fact(1, FamilyState.PLANNED, 1, route=8), routes=(closed_door, no_log))
    assert found.spent.travel_minutes == 30


def test_under_five_families_met_there_is_no_cost_a_family() -> None:
    visits = [fact(number, FamilyState.MET, 1, real_minutes=60) for number in range(1, 5)]
    assert hours(*visits, met=4).spent_a_family is None
    assert hours(*visits, met=4).mean_minutes is None


def test_a_straight_line_is_told() -> None:
    assert hours(routes=(RouteFact(7, dt.date(2026, 9, 21), 30, 8_000, is_estimate=True),)).is_estimate


# --- pictures ---


def test_bars_begin_at_zero_and_share_one_scale() -> None:
    bar = stacked_bar(Tally(met=5, planned=3, declined=2), longest=20)
    assert [(piece.standing, piece.left, piece.width) for piece in bar] == [
        ("met", "0.00%", "25.00%"),
        ("planned", "25.00%", "15.00%"),
        ("declined", "40.00%", "10.00%"),
    ]


def test_a_bar_of_nobody_is_empty() -> None:
    assert stacked_bar(Tally(), longest=0) == ()


@pytest.mark.parametrize("met", [0, 1, 3])
@pytest.mark.parametrize("today", [START, START + dt.timedelta(days=2), dt.date(2026, 9, 18)])
def test_the_words_beside_the_lines_stay_off_the_axis_and_off_each_other(met: int, today: dt.date) -> None:
    chart = pace_chart(pace(met, today, per_day=4), width=340)
    assert chart and chart.met_label and chart.needed_label
    assert max(chart.met_label.y, chart.needed_label.y) < chart.bottom
    assert abs(chart.met_label.y - chart.needed_label.y) >= 20


def test_the_pace_chart_stays_within_its_frame() -> None:
    chart = pace_chart(pace(20, dt.date(2026, 9, 18)), width=340)
    assert chart is not None
    for line in (chart.met, chart.needed):
        spots = [tuple(map(float, spot.split(","))) for spot in line.split()]
        assert spots[0] == (chart.left, chart.bottom)
        assert all(chart.left <= x <= chart.right and chart.top <= y <= chart.bottom for x, y in spots)


def test_a_round_without_families_has_no_chart() -> None:
    assert pace_chart(pace(0, dt.date(2026, 9, 18), total=0), width=340) is None


@pytest.mark.parametrize("highest", [1, 4, 5, 28, 168, 999, 8_000])
def test_the_grid_has_at_most_six_round_levels_from_zero(highest: int) -> None:
    levels = levels_up_to(highest)
    assert levels[0] == 0
    assert len(levels) <= 6
    assert levels[-1] <= highest


def test_the_weeks_of_the_table_end_on_their_last_school_day() -> None:
    assert [point.on.day for point in week_ends(pace(0, dt.date(2026, 9, 18)).points)] == [11, 18, 25, 2, 9, 16]
