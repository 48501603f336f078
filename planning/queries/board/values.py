"""What a board is made of, as plain values: what was asked to be seen, cells with their cards, the tray, the totals."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mentors.dates import nl_day_short
from mentors.models import Mentor
from planning.draft.stored import Totals
from planning.words.board import Sentence


@dataclass(frozen=True)
class BoardSelection:
    """What somebody wants to see: a week of the season (None: all of it), and of whom."""

    week: int | None = None
    mentor: int | None = None
    school_class: int | None = None
    weekday: int | None = None

    @property
    def is_season(self) -> bool:
        return self.week is None


@dataclass(frozen=True)
class VisitCard:
    """One family in an evening. `is_second`: the mentor comes along with a colleague. `company`: the names of who else
    is there. `classes`: how many visits, of children in as many classes, are one conversation of this mentor."""

    pk: str
    name: str
    pupils: str
    start: str
    until: str
    travel_minutes: int
    place_kind: str = "home"
    is_pinned: bool = False
    is_agreed: bool = False
    is_second: bool = False
    classes: int = 1
    company: tuple[str, ...] = ()
    needs_interpreter: bool = False
    is_wish_missed: bool = False

    @property
    def may_move(self) -> bool:
        return not (self.is_pinned or self.is_agreed or self.is_second)


@dataclass(frozen=True)
class ReservedMoment:
    """A moment that a family has reserved, as clock times; `decides_by` is when it is an appointment or free again."""

    start: str
    until: str
    decides_by: str


@dataclass(frozen=True)
class EveningCell:
    """One evening of one mentor. `hours` is empty when the mentor gives no such evening; `reserved` are the moments
    that families keep while they choose."""

    name: str
    mentor: str
    mentor_name: str
    on: dt.date
    day: str = ""
    hours: str = ""
    most: int = 0
    cards: tuple[VisitCard, ...] = ()
    leaves: str = ""
    back: str = ""
    travel_minutes: int = 0
    troubles: tuple[Sentence, ...] = ()
    reasons: tuple[str, ...] = ()
    reserved: tuple[ReservedMoment, ...] = ()

    @property
    def key(self) -> str:
        """The cell's id in the page."""
        return f"cel-{self.name.replace(' ', '-')}"

    @property
    def has_pins(self) -> bool:
        return any(card.is_pinned for card in self.cards)

    @property
    def has_agreed(self) -> bool:
        return any(card.is_agreed for card in self.cards)

    @property
    def is_full(self) -> bool:
        return len(self.cards) >= self.most > 0


@dataclass(frozen=True)
class MentorRow:
    """One mentor over the days that are shown; the totals are of the whole draft. `along`: families of colleagues to
    whom the mentor comes along. `takes_along`: the names of those of whom one comes along to every visit; of a team
    that is one, who takes this mentor along in turn. `takes_over`: makes visits of a colleague."""

    mentor: Mentor
    cells: tuple[EveningCell, ...]
    families: int
    along: int
    evenings: int
    travel_minutes: int
    waiting: int
    takes_along: tuple[str, ...] = ()
    is_team: bool = False
    takes_over: bool = False


@dataclass(frozen=True)
class UnplacedVisit:
    """A family in the tray."""

    pk: str
    name: str
    pupils: str
    mentor_name: str
    by_hand: bool


@dataclass(frozen=True)
class BoardWeek:
    """One week of the season, to choose from."""

    number: int
    first: dt.date
    last: dt.date

    @property
    def label(self) -> str:
        """'7–11 sep', '28 sep–2 okt', '6 okt'."""
        first, last = (nl_day_short(day).partition(" ")[2] for day in (self.first, self.last))
        if self.first == self.last:
            return last
        is_one_month = self.first.month == self.last.month
        return f"{self.first.day if is_one_month else first}\N{EN DASH}{last}"


@dataclass(frozen=True)
class BoardTotals:
    """What the draft comes to, and how that differs from the draft as the planner made it. `gap` is None where
    the bound says nothing about the draft."""

    now: Totals
    made: Totals
    gap: float | None
    warnings: int
    blocking: int
    is_changed: bool

    def since(self, now: int, made: int) -> str:
        """How much more or less of it there is than in the draft as it was made; empty when it is the same."""
        difference = now - made
        if not self.is_changed or not difference:
            return ""
        return f"+{difference}" if difference > 0 else f"\N{MINUS SIGN}{-difference}"

    @property
    def travel_since(self) -> str:
        return self.since(self.now.travel_minutes, self.made.travel_minutes)

    @property
    def placed_since(self) -> str:
        return self.since(self.now.placed, self.made.placed)

    @property
    def wishes_since(self) -> str:
        return self.since(self.now.wishes_met, self.made.wishes_met)

    @property
    def exceptions(self) -> int:
        """How many rules are not kept: overruled, or broken by what stands."""
        return self.warnings + self.blocking
