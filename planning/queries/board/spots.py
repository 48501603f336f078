"""Where a family that was picked up could go: for every evening what it would cost and what would break."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mentors.dates import spoken_clock
from planner import Move, ShiftKey
from planning.draft.evenings import evening_name
from planning.queries.board.page import BoardPage
from planning.words.board import (
    Sentence,
    best_here,
    moment_words,
    move_cost_words,
    sentences,
    shifts,
    travel_difference,
)


@dataclass(frozen=True)
class Spot:
    """One evening as a target: `tone` is good (better or no dearer), info, wait (a warning) or bad (impossible)."""

    name: str
    key: str
    mentor: str
    start: str
    moment: str
    costs: str
    short: str
    tone: str
    troubles: tuple[Sentence, ...]
    shifts: tuple[str, ...]
    cost: float
    is_here: bool

    @property
    def is_possible(self) -> bool:
        return self.tone != "bad"

    def as_json(self) -> dict[str, object]:
        """For the script that fills in the cells."""
        return {
            "key": self.key,
            "evening": self.name,
            "start": self.start,
            "moment": self.moment,
            "costs": self.costs,
            "short": self.short,
            "tone": self.tone,
            "words": [trouble.text for trouble in self.troubles] + list(self.shifts),
            "here": self.is_here,
        }


def spots_of(board: BoardPage, visit: str) -> list[Spot]:
    """The best place in each evening, in the order of the calendar."""
    draft = board.draft
    moves = draft.mover().best_moves(visit)
    changes = [change for change in moves if change.evening and change.evening[0] in board.mentors]
    names = board.fetch({visit, *_mentioned(changes)})
    home = draft.schedule.made.get(visit)
    found = []
    for change in changes:
        evening = change.evening
        assert evening is not None and change.start is not None  # noqa: S101 - spots are places
        troubles = sentences(change.findings, names)
        found.append(
            Spot(
                name=evening_name(evening),
                key=f"cel-{evening_name(evening).replace(' ', '-')}",
                mentor=names.mentor(evening[0]),
                start=spoken_clock(change.start),
                moment=moment_words(evening[1], change.start),
                costs=best_here() if _stays(change, home, draft.schedule.stop_of(visit)) else _costs(change),
                short=travel_difference(int(change.parts["travel_minutes"])),
                tone=_tone(change),
                troubles=tuple(troubles),
                shifts=tuple(shifts(change, names)),
                cost=change.cost,
                is_here=evening == home,
            )
        )
    return found


def _stays(change: Move, home: ShiftKey | None, stop: object) -> bool:
    return change.evening == home and getattr(stop, "start", None) == change.start


def _costs(change: Move) -> str:
    return ", ".join(move_cost_words(change))


def _tone(change: Move) -> str:
    if change.is_blocked:
        return "bad"
    if change.warnings:
        return "wait"
    return "good" if change.cost <= 0 else "info"


def _mentioned(changes: Collection[Move]) -> set[str]:
    """The families that a sentence about these changes may name."""
    found: set[str] = set()
    for change in changes:
        found |= {one.visit for one in change.shifted}
        for finding in change.findings:
            found |= {str(name) for name in (finding.visit, finding.facts.get("before")) if name is not None}
    return found
