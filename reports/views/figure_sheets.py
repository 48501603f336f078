"""The figures of a round as a workbook: classes, pace, hours, and what each figure means."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mentors.models import School
from reports.exports.sheets import SheetCell, WorkbookSheet, write_workbook
from reports.figures.coverage import SMALLEST_GROUP, Tally
from reports.figures.hours import WRITING_MINUTES, VisitTotals
from reports.queries.dashboard import Figures
from reports.views.findings import capitalized, class_finding, hours_finding, pace_finding, row_label


def figures_workbook(figures: Figures, school: School) -> bytes:
    """The workbook; a round of fewer than five families has its explanation alone."""
    sheets = [class_sheet(figures), pace_sheet(figures), hours_sheet(figures)]
    return write_workbook([*(sheets if figures.coverage.total.is_shown else []), meaning_sheet(figures, school)])


def class_sheet(figures: Figures) -> WorkbookSheet:
    """A row a class, alphabetical, and the whole school."""
    rows: list[list[SheetCell]] = [
        tally_row(row_label(row), row.tally, behind)
        for row, behind in zip(figures.coverage.rows, figures.behind, strict=True)
        if row.tally.is_shown
    ]
    rows.append(tally_row(_("Hele ronde"), figures.coverage.total, figures.pace.behind_weeks))
    headings = [
        _("Klas"),
        _("Gezinnen"),
        _("Gesproken"),
        _("Gepland"),
        _("Nog geen moment"),
        _("Liever niet"),
        _("Gesproken (%)"),
        _("Schoolweken achter op schema"),
    ]
    return WorkbookSheet(_("Klassen"), capitalized(class_finding(figures)), headings, rows)


def tally_row(label: str, tally: Tally, behind: float) -> list[SheetCell]:
    """One row of numbers."""
    counts: list[SheetCell] = [tally.total, tally.met, tally.planned, tally.open, tally.declined]
    return [label, *counts, tally.percent_met, round(behind, 1)]


def pace_sheet(figures: Figures) -> WorkbookSheet:
    """Met and needed at the end of each school day."""
    return WorkbookSheet(
        _("Tempo"),
        capitalized(pace_finding(figures.pace)),
        [_("Schooldag"), _("Gesproken tot en met die dag"), _("Nodig tot en met die dag")],
        [[point.on, point.met, round(point.needed, 1)] for point in figures.pace.points],
    )


def hours_sheet(figures: Figures) -> WorkbookSheet:
    """Hours and kilometres, planned and spent."""
    hours = figures.hours

    def ledger(label: str, found: VisitTotals) -> list[SheetCell]:
        minutes = [found.minutes, found.talk_minutes, found.travel_minutes, found.writing_minutes]
        return [label, *(round(value / 60, 1) for value in minutes), found.kilometres, found.visits]

    return WorkbookSheet(
        _("Uren en kilometers"),
        hours_finding(hours),
        [
            _("Wat"),
            _("Uren"),
            _("waarvan gesprek"),
            _("waarvan reistijd"),
            _("waarvan voorbereiden en verslag"),
            _("Kilometers"),
            _("Thuisbezoeken"),
        ],
        [
            [_("Begroot"), round(hours.budget_minutes / 60, 1), None, None, None, None, None],
            ledger(_("Gepland"), hours.planned),
            ledger(_("Besteed"), hours.spent),
        ],
    )


def meaning_sheet(figures: Figures, school: School) -> WorkbookSheet:
    """What each figure counts, and over what."""
    agreed = figures.agreements
    is_shown = figures.coverage.total.is_shown
    rows: list[list[SheetCell]] = [
        [_("School"), school.name],
        [_("Bezoekronde"), figures.campaign.name],
        [_("Stand van"), figures.today],
        [_("Afspraken"), agreed.total if is_shown else None],
        [_("Afspraken nagekomen"), agreed.kept if is_shown else None],
        [_("Afspraken open"), agreed.open if is_shown else None],
        [_("Gezin"), _("De cijfers tellen gezinnen: gesproken in welke vorm ook telt één keer mee.")],
        [_("Gepland"), _("Voorgesteld aan het gezin, of met het gezin afgesproken.")],
        [_("Liever niet"), _("Het gezin wil geen thuisbezoek; dat hoeft geen reden te hebben.")],
        [
            _("Kleine klassen"),
            _("Een klas met minder dan %(n)s gezinnen staat samen met een andere klas in één rij.")
            % {"n": SMALLEST_GROUP},
        ],
        [
            _("Besteed"),
            _(
                "De echte duur uit de verslagen, de reistijd van de gereden routes, en %(n)s minuten per gesprek "
                "voor voorbereiden en verslag."
            )
            % {"n": WRITING_MINUTES},
        ],
    ]
    return WorkbookSheet(_("Toelichting"), _("Wat de cijfers betekenen"), [_("Wat"), _("Betekenis")], rows)
