"""The numbers that were chosen for planning by types of evenings; what they are for stands in `planner.base.tuning`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class AggregationTuning:
    """Planning by types of evenings (`planner.aggregation`).

    Measured on a first plan of the year, 30 visitors with 28 families of which each has 3,682 routes a type."""

    repeated: float = 0.7
    """Types an evening, at most, for which a visitor is planned by type. Not measured."""
    columns_a_class: int = 40
    """Routes of each class that enter the linear program in one round, at most. Not measured."""
    columns_a_round: int = 4_000
    """Routes that enter in one round, at most, but for two of each class. Not measured."""
    inside_rows: int = 1_000
    """Rows of a program above which the interior point method may be used. Not measured by itself."""
    inside_columns: int = 500
    """Routes that join at once above which it is. Measured on 19 visitors of whom 12 have company: the first linear
    optimum after 6 instead of 14 seconds; with 1,200 routes a round instead of 4,000 the simplex method is as slow."""
    cuts_a_round: int = 30
    """Rank-1 cuts that are added in one round, at most. Not measured."""
    least_violation: float = 0.02
    """Violation below which a cut is not added. Not measured."""
    cut_rounds: int = 12
    """Rounds of cuts, at most. Measured: without cuts the proof takes twice as long."""
    cut_visits: int = 1000
    """Visits of a program, at most, for which cuts are sought among all triples. Not measured."""
    width: float = 30.0
    """Cost: excess of the routes among which a first plan is sought. Measured: 30 and 60 take equally long."""
    most_growth: float = 3.0
    """The width grows to what a proof needs when that is less than so many times the last one, and else doubles.
    Measured: a first plan that leaves families out asks for all routes, and growing at once takes a fifth longer."""
    first_seconds: float = 0.5
    """Seconds for the first plan of a visitor. Not measured."""
    company_routes: int = 6_000_000
    """Routes of the relaxation of visitors who come along, at most: some seconds and 400 MB. Not measured."""
    evening_columns: int = 100_000
    """Whole evenings of companions, and of others, that are planned with. Not measured."""
    sure: float = 0.9
    """Share of a route in the linear solution above which a dive fixes it at once. Not measured."""
    dive_share: float = 0.15
    """Share of the routes that are not fixed yet which each linear program of a dive fixes at least. Not measured."""
    dive_tolerance: float = 1.0
    """Cost: how near to its optimum each linear program of a dive is solved. Not measured."""
    exact_columns: int = 3_000
    """Routes that can be in a better plan of visitors who share visits: up to so many one exact search ends it. Not
    measured."""
    visitor_seconds: float = 4.0
    """Seconds for one visitor among those who share visits, for a plan and again for the bound. Not measured."""
    group_width: float = 60.0
    """Cost: excess of the routes among which a group of visitors is planned anew. Not measured."""
    group_columns: int = 12_000
    """Routes of a group, at most. Not measured."""
    group_seconds: float = 6.0
    """Seconds for one group, at most. Not measured."""
    wait_seconds: float = 0.1
    """Seconds that a thread waits, at most, for visitors whom another one plans. Not measured."""
    most_visitors: int = 4
    """Visitors of a group, at most; one less until the search stagnates. Not measured."""
    left_out_share: float = 0.5
    """Share of the groups that are around a visit that is left out, while there is any. Not measured: with all of them
    a school that must leave some out would be improved nowhere else."""
    stagnation: int = 10
    """Groups without a better plan after which the search counts as stagnating. Not measured."""


AGGREGATION = AggregationTuning()
