"""Stretches of a day in whole minutes after midnight: what is left of one, and what two have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Stretch:
    """From `starts` until `ends`, minutes after midnight, local time."""

    starts: int
    ends: int

    def within(self, other: Stretch) -> Stretch | None:
        """What both hold, or nothing."""
        starts, ends = max(self.starts, other.starts), min(self.ends, other.ends)
        return Stretch(starts, ends) if starts < ends else None


def without(whole: Stretch, excluded: Iterable[Stretch]) -> list[Stretch]:
    """What is left of `whole` in time order when these stretches are taken out."""
    left, start = [], whole.starts
    for gap in sorted(excluded):
        if gap.ends <= start or gap.starts >= whole.ends:
            continue
        if gap.starts > start:
            left.append(Stretch(start, gap.starts))
        start = max(start, gap.ends)
    if start < whole.ends:
        left.append(Stretch(start, whole.ends))
    return left
