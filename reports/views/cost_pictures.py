"""The picture of a question about costs: one slice of the grid as bars, and the words and numbers beside it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from reports.figures.cost_question import Variant
from reports.figures.cost_totals import VariantOutcome
from reports.figures.pictures import PAINTS, StateColours, pct, plain_bar
from reports.queries.cost_studies import CostAnswer, VariantLine
from reports.views import cost_words as words

TALK, TRAVEL, LATE = PAINTS["met"], PAINTS["planned"], PAINTS["declined"]


@dataclass(frozen=True)
class VariantBars:
    """One variant: its hours a mentor and its weeks, each on the scale of the whole slice."""

    line: VariantLine
    name: str
    is_main: bool
    hours: str
    evenings: str
    talk_paint: StateColours
    travel_paint: StateColours
    talk_width: str
    travel_left: str
    travel_width: str
    weeks: str
    weeks_width: str
    weeks_paint: StateColours
    last_day: str


@dataclass(frozen=True)
class VariantRow:
    """One variant as a row of the table; texts, the way the page says them."""

    line: VariantLine
    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class CostPicture:
    """What is drawn of one slice."""

    hours_finding: str
    weeks_finding: str
    bars: tuple[VariantBars, ...]
    waiting: tuple[str, ...]  # names of variants that are not worked out yet
    holiday_at: str  # where the last week before the holiday ends, in percent of the width
    holiday_words: str
    key: tuple[tuple[str, StateColours], ...]
    rows: tuple[VariantRow, ...]
    headings: tuple[str, ...]
    reach_note: str
    main_cells: tuple[tuple[str, str, str], ...]
    late_paint: StateColours = LATE

    @property
    def has_late(self) -> bool:
        """Whether a bar is drawn as too late."""
        return any(bar.weeks_paint is self.late_paint for bar in self.bars)


def picture_of(answer: CostAnswer, like: Variant) -> CostPicture:
    """The slice of the variants like this one."""
    lines = answer.slice(like)
    known = [line for line in lines if line.outcome is not None]
    holiday, before = holiday_of(answer, like)
    outcomes = [line.outcome for line in known if line.outcome]
    longest = max((outcome.minutes_a_mentor for outcome in outcomes), default=0.0)
    most_weeks = max([outcome.weeks for outcome in outcomes] + [before or 0], default=0)
    return CostPicture(
        hours_finding=words.hours_finding(known),
        weeks_finding=words.weeks_finding(known, holiday, is_whole=len(known) == len(lines)),
        bars=tuple(bars_of(line, line.outcome, longest, most_weeks, like) for line in known if line.outcome),
        waiting=tuple(words.short_name(line.variant) for line in lines if line.outcome is None),
        holiday_at=pct(100 * before / most_weeks) if before and most_weeks else "",
        holiday_words=_("%(weeks)s tot de %(holiday)s")
        % {"weeks": words.weeks(before), "holiday": holiday[:1].lower() + holiday[1:]}
        if before
        else "",
        key=((_("gesprek, voorbereiden en verslag"), TALK), (_("reistijd"), TRAVEL)),
        rows=tuple(row_of(line, line.outcome, answer) for line in known if line.outcome),
        headings=headings(answer),
        reach_note=words.reach_note(known),
        main_cells=next((main_cells(line.outcome, answer) for line in known if line.variant == like), ()),
    )


def main_cells(outcome: VariantOutcome | None, answer: CostAnswer) -> tuple[tuple[str, str, str], ...]:
    """The few numbers that stand large above the picture: what, how much, and a remark."""
    if outcome is None:
        return ()
    holiday = answer.study.facts.get("holiday") if answer.study.facts else None
    in_time = ""
    if holiday:
        sentence = _("past vóór de %(holiday)s") if outcome.is_in_time else _("past niet vóór de %(holiday)s")
        in_time = sentence % {"holiday": holiday[0][:1].lower() + holiday[0][1:]}
    ready = _("klaar op %(day)s") % {"day": words.last_day(outcome)} if outcome.last_on else ""
    cells = [
        (_("Uren van alle mentoren"), words.number(outcome.minutes / 60), ""),
        (_("Avonden van alle mentoren"), words.number(outcome.evenings, 0), ""),
        (_("Weken"), str(outcome.weeks), ", ".join(part for part in (ready, in_time) if part)),
        (_("Kilometers per mentor"), words.number(outcome.kilometres_a_mentor), ""),
    ]
    if outcome.unplaced:
        cells.append((_("Gezinnen zonder avond"), words.number(outcome.unplaced, 0), ""))
    if answer.question.rate_cents is not None:
        cells.append((_("Kosten"), words.euros(outcome.cost_cents(answer.question.rate_cents)), ""))
    return tuple(cells)


def holiday_of(answer: CostAnswer, like: Variant) -> tuple[str, int | None]:
    """The name of the holiday to be ready before, and the weeks with an evening until then."""
    facts = answer.study.facts
    if not facts or not facts["holiday"]:
        return "", None
    return facts["holiday"][0], facts["weeks_before_holiday"].get(str(like.evenings_a_week))


def bars_of(line: VariantLine, outcome: VariantOutcome, longest: float, most_weeks: int, like: Variant) -> VariantBars:
    """One variant's bars."""
    travel = outcome.travel_minutes / outcome.mentors if outcome.mentors else 0.0
    talk = outcome.minutes_a_mentor - travel
    return VariantBars(
        line=line,
        name=words.short_name(line.variant),
        is_main=line.variant == like,
        hours=words.hours(outcome.minutes_a_mentor),
        evenings=words.evenings(outcome.evenings_a_mentor),
        talk_paint=TALK,
        travel_paint=TRAVEL,
        talk_width=plain_bar(talk, longest),
        travel_left=plain_bar(talk, longest),
        travel_width=plain_bar(travel, longest),
        weeks=words.weeks(outcome.weeks),
        weeks_width=plain_bar(outcome.weeks, most_weeks),
        weeks_paint=LATE if outcome.is_in_time is False else TALK,
        last_day=words.last_day(outcome),
    )


def headings(answer: CostAnswer) -> tuple[str, ...]:
    """The columns of the table."""
    named = [
        _("Uren per mentor"),
        _("waarvan reistijd"),
        _("Avonden per mentor"),
        _("Kilometers per mentor"),
        _("Weken"),
        _("Klaar op"),
        _("Vóór de vakantie"),
        _("Uren in totaal"),
        _("Kilometers in totaal"),
        _("Zonder avond"),
    ]
    return (*named, *([_("Kosten")] if answer.question.rate_cents is not None else []))


def row_of(line: VariantLine, outcome: VariantOutcome, answer: CostAnswer) -> VariantRow:
    """One variant's cells, with their headings."""
    travel = outcome.travel_minutes / outcome.mentors if outcome.mentors else 0.0
    cells = [
        words.number(outcome.minutes_a_mentor / 60),
        words.number(travel / 60),
        words.number(outcome.evenings_a_mentor),
        words.number(outcome.kilometres_a_mentor),
        str(outcome.weeks),
        words.last_day_short(outcome),
        in_time_words(outcome),
        words.number(outcome.minutes / 60),
        words.number(outcome.kilometres),
        str(outcome.unplaced),
    ]
    if answer.question.rate_cents is not None:
        cells.append(words.euros(outcome.cost_cents(answer.question.rate_cents)))
    return VariantRow(line, words.row_name(line.variant), tuple(zip(headings(answer), cells, strict=True)))


def in_time_words(outcome: VariantOutcome) -> str:
    """'alle', or how many families are."""
    if outcome.is_in_time is None:
        return "–"
    if outcome.is_in_time and not outcome.unplaced:
        return _("alle")
    return _("%(n)s van %(all)s") % {"n": outcome.before_holiday, "all": outcome.families}


@dataclass(frozen=True)
class SliceLink:
    """A way to look at another slice of the grid."""

    label: str
    url: str
    is_here: bool


def choices_of(answer: CostAnswer, like: Variant) -> list[tuple[str, list[SliceLink]]]:
    """Pupils, way of travelling and evenings, where there is a choice; each leads to the slice that differs in it."""
    question = answer.question
    groups: list[tuple[str, list[tuple[str, bool, dict[str, object]]]]] = [
        (
            _("Welke gezinnen"),
            [(words.cohort_name(c), like.year_groups == c, {"groep": n}) for n, c in enumerate(question.cohorts)],
        ),
        (_("Vervoer"), [(words.mode_name(mode), like.mode == mode, {"vervoer": mode}) for mode in question.modes]),
        (
            _("Avonden"),
            [(words.week_name(n), like.evenings_a_week == n, {"avonden": n}) for n in sorted(question.evenings)],
        ),
    ]
    here = here_of(answer, like)
    return [
        (label, [SliceLink(name, query_of(here | change), is_here) for name, is_here, change in found])
        for label, found in groups
        if len(found) > 1
    ]


def here_of(answer: CostAnswer, like: Variant) -> dict[str, object]:
    """The slice as it stands in an address."""
    return {
        "groep": answer.question.cohorts.index(like.year_groups),
        "vervoer": like.mode,
        "avonden": like.evenings_a_week,
    }


def query_of(values: dict[str, object]) -> str:
    """The question mark and what follows."""
    return "?" + "&".join(f"{name}={value}" for name, value in values.items())


def tables_of(answer: CostAnswer) -> list[tuple[str, CostPicture]]:
    """Every slice that has something worked out, with its name; for paper."""
    slices: dict[tuple[object, ...], Variant] = {}
    for line in answer.done:
        variant = line.variant
        slices.setdefault((variant.mode, variant.year_groups, variant.evenings_a_week), variant)
    return [(words.slice_name(variant), picture_of(answer, variant)) for variant in slices.values()]
