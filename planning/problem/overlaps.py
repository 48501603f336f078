"""Siblings whom a plan does not bring together and visits at overlapping times: their parents cannot receive both.

The planner's format counts such siblings as split and allows it. So a plan that has them is planned once more, in a
problem in which these stay apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from planner import ProblemIndex, Schedule
from visits.queries.together import largest_groups

Pair = tuple[str, str]


def overlapping_siblings(index: ProblemIndex, schedule: Schedule) -> list[Pair]:
    """Every two visits of one group that are under way at one moment and did not begin together."""
    pairs = {pair for group in index.problem.siblings for pair in combinations(sorted(group), 2)}
    return sorted(pair for pair in pairs if _overlap(index, schedule, *pair))


def keep_apart(problem: dict[str, Any], pairs: Iterable[Pair]) -> dict[str, Any]:
    """The problem, in the exchange format, in which these are no siblings but stay apart."""
    apart = {frozenset(map(int, pair)) for pair in pairs}
    together = {pair for group in problem["siblings"] for pair in combinations(sorted(map(int, group)), 2)}
    groups = largest_groups(pair for pair in together if frozenset(pair) not in apart)
    parted = [[str(pk) for pk in sorted(pair)] for pair in apart]
    return problem | {
        "siblings": [[str(pk) for pk in group] for group in groups],
        "apart": [*problem["apart"], *sorted(parted)],
    }


def _overlap(index: ProblemIndex, schedule: Schedule, first: str, second: str) -> bool:
    one, other = schedule.stop_of(first), schedule.stop_of(second)
    if one is None or other is None or one.start == other.start:
        return False
    if schedule.made[first][1] != schedule.made[second][1]:
        return False
    return one.start < other.start + index.stop_minutes(other) and other.start < one.start + index.stop_minutes(one)
