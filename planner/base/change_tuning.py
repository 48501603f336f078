"""The numbers that were chosen for changing a plan; what they are for stands in `planner.base.tuning`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RepairTuning:
    """Changing a plan while most of it stays (`planner.repair`)."""

    exact_columns: int = 100_000
    """Routes: up to here a group that is tied together is one exact search. Measured: begun at the plan in which
    nobody moves, three times sooner than the joint search, with the same plans; a family that cannot come has another
    moment within 0.2 s in 96 of 100 cases."""
    whole_visits: int = 12
    """Visits: an independent part with tied visitors and no more visits is planned as a whole. Not measured."""
    whole_visitors: int = 2
    """Visitors: an independent part without ties and no more visitors is planned as a whole. Not measured."""
    wider_seconds: float = 2.0
    """Seconds for a family that only fits when visits that tie others move too. Not measured."""
    most_stops_thinned: int = 10
    """Stops of one evening of which all subsets are tried when they do not fit together: 2**10 at most."""


@dataclass(frozen=True)
class RemedyTuning:
    """Which remedies are tried, and for how long (`planner.remedies`)."""

    try_seconds: float = 3.0
    """Seconds for one modification at most. Not measured; most take a few hundredths."""
    step_minutes: int = 30
    """Minutes by which a window or a shift is made longer. Chosen as what one can ask of people; not measured."""
    dates_a_weekday: int = 2
    """Dates of one weekday that are tried as an extra shift: those on which most families can. Not measured."""
    second_visitors: int = 2
    """Colleagues who are tried as second visitor: those with most room. Not measured."""


@dataclass(frozen=True)
class MoveTuning:
    """When a move by hand shifts other visits of the shift (`planner.evaluate.moves`). Costs in the search only."""

    for_room: float = 5_000.0
    """Cost of moving a visit of the shift that the new one enters: above any gain in travel and wishes, below a broken
    rule, so that visits move only for lack of room."""
    closing_up: float = 30.0
    """Cost of moving a visit of the shift that one leaves: they close up when that saves half an hour of waiting."""


REPAIRING, REMEDIES, MOVES = RepairTuning(), RemedyTuning(), MoveTuning()
