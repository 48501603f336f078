"""What each thing costs in a plan of the product: only the proportions count."""

from __future__ import annotations

WEIGHTS = {
    "unplaced": 50_000,
    "outside_wish": 150,
    "week": 20,
    "travel_minute": 5,
    "waiting_minute": 1,
    "siblings_split": 2_000,
    "substitute": 400,
    "moved": 300,
}

# A visit at hours that the school would rather not have costs as much as one that is three weeks later: less than half
# of a family's wish, so that a wish always counts more.
WEEKS_FOR_THE_HOUR = 3
OTHER_HOUR = WEEKS_FOR_THE_HOUR * WEIGHTS["week"]
