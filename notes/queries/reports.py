"""Finished reports: the list without texts, and one report with all that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

from mentors.models import School, User
from notes.models import Agreement, Headline, Presence, VisitReport
from notes.queries.agreements import names_apart


@dataclass(frozen=True)
class ReportLine:
    """One report in the list: whom it is about and when, nothing that was said."""

    report: VisitReport
    names: tuple[str, ...]
    classes: str


@dataclass(frozen=True)
class ReportPage:
    """One report with its texts."""

    report: VisitReport
    names: tuple[str, ...]
    present: str
    minutes: int
    going_well: str
    headline: str
    is_good_news: bool
    agreements: list[tuple[Agreement, str]]


def report_lines(*, user: User, school: School) -> list[ReportLine]:
    """The reports of own pupils, the newest first, in a constant number of queries."""
    reports = VisitReport.objects.visible_to(user).took_place().filter(school=school)
    reports = reports.select_related("visit", "author").prefetch_related("visit__students__school_class")
    found = list(reports.order_by("-started_at", "-pk"))
    called = names_apart(student for report in found for student in report.visit.students.all())
    return [
        ReportLine(
            report=report,
            names=tuple(called[student.pk] for student in report.visit.students.all()),
            classes=", ".join(
                sorted({student.school_class.name for student in report.visit.students.all() if student.school_class})
            ),
        )
        for report in found
    ]


def report_page(report: VisitReport) -> ReportPage:
    """The report with its texts; SealBroken when one of them does not open."""
    headline = Headline.objects.filter(visit=report.visit_id).first()
    agreements = Agreement.objects.filter(visit=report.visit_id).order_by("pk")
    lasted = (report.ended_at - report.started_at) if report.ended_at and report.started_at else None
    words = dict(Presence.choices)
    return ReportPage(
        report=report,
        names=tuple(student.first_name for student in report.visit.students.all()),
        present=", ".join(str(words.get(value, value)) for value in report.present),
        minutes=round(lasted.total_seconds() / 60) if lasted else 0,
        going_well=report.going_well,
        headline=headline.text if headline is not None else "",
        is_good_news=headline is not None and headline.is_good_news,
        agreements=[(agreement, agreement.what) for agreement in agreements],
    )
