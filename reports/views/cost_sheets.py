"""The answer to a question about costs as a workbook: every variant, and what it takes for granted."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from reports.exports.sheets import SheetCell, WorkbookSheet, write_workbook
from reports.figures.cost_totals import VariantOutcome
from reports.queries.cost_studies import CostAnswer, VariantLine
from reports.views import cost_words as words
from reports.views.cost_assumptions import assumptions
from reports.views.cost_pictures import in_time_words


def cost_workbook(answer: CostAnswer) -> bytes:
    """The workbook."""
    return write_workbook([variant_sheet(answer), assumption_sheet(answer)])


def variant_sheet(answer: CostAnswer) -> WorkbookSheet:
    """A row a variant that is worked out, the most useful first."""
    headings = [
        _("Minuten per thuisbezoek"),
        _("Thuisbezoeken op een avond, hoogstens"),
        _("Vervoer"),
        _("Leerjaren"),
        _("Avonden in de week"),
        _("Gezinnen"),
        _("Gezinnen zonder avond"),
        _("Mentoren"),
        _("Uren per mentor"),
        _("Uren in totaal"),
        _("waarvan gesprek"),
        _("waarvan reistijd"),
        _("waarvan voorbereiden en verslag"),
        _("Kilometers per mentor"),
        _("Kilometers in totaal"),
        _("Avonden per mentor"),
        _("Avonden in totaal"),
        _("Weken"),
        _("Klaar op"),
        _("Vóór de vakantie klaar"),
        _("Bewezen: hooguit zo veel procent te veel uren"),
    ]
    rate = answer.question.rate_cents
    headings += [_("Kosten (euro)")] if rate is not None else []
    rows = [row_of(line, line.outcome, rate) for line in answer.done if line.outcome]
    title = words.main_finding(answer.done[0]) if answer.done else _("Nog niets berekend")
    return WorkbookSheet(_("Manieren"), title, headings, rows)


def row_of(line: VariantLine, outcome: VariantOutcome, rate: int | None) -> list[SheetCell]:
    """One variant's numbers."""
    variant = line.variant
    row: list[SheetCell] = [
        variant.minutes,
        variant.max_stops,
        words.mode_name(variant.mode),
        words.cohort_name(variant.year_groups),
        variant.evenings_a_week,
        outcome.families,
        outcome.unplaced,
        outcome.mentors,
        round(outcome.minutes_a_mentor / 60, 1),
        round(outcome.minutes / 60, 1),
        round(outcome.talk_minutes / 60, 1),
        round(outcome.travel_minutes / 60, 1),
        round(outcome.report_minutes / 60, 1),
        round(outcome.kilometres_a_mentor, 1),
        round(outcome.kilometres, 1),
        round(outcome.evenings_a_mentor, 1),
        outcome.evenings,
        outcome.weeks,
        dt.date.fromisoformat(outcome.last_on) if outcome.last_on else None,
        in_time_words(outcome),
        round(100 * outcome.proven_within, 1),
    ]
    return row if rate is None else [*row, outcome.cost_cents(rate) / 100]


def assumption_sheet(answer: CostAnswer) -> WorkbookSheet:
    """What the figures take for granted."""
    rows: list[list[SheetCell]] = [[_("School"), answer.study.school.name]]
    rows += [[_("Uitgangspunt"), text] for text in assumptions(answer)]
    return WorkbookSheet(_("Uitgangspunten"), _("Waar de cijfers van uitgaan"), [_("Wat"), _("Uitgangspunt")], rows)
