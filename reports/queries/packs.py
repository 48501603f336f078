"""The meeting pack of classes: coverage, headlines and agreements. Never a report, a topic or an address.

Only what belongs to a finished report counts: before that, it is its author's draft.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from mentors.models import Mentor
from notes.models import Agreement, Headline
from notes.queries.texts import unsealed
from reports.figures.coverage import Tally, VisitFact, standing_of, tally_of
from reports.queries.facts import visit_facts
from students.models import SchoolClass, Student
from visits.models import Campaign, Visit, VisitState


@dataclass(frozen=True)
class PackHeadline:
    """One sentence for the team; `text` is None when it does not open, `pupils` empty in a small class."""

    pupils: tuple[str, ...]
    text: str | None
    is_good_news: bool


@dataclass(frozen=True)
class PackAgreement:
    """Who does what by when; `pupils` is empty in a small class."""

    pupils: tuple[str, ...]
    who: str
    text: str | None
    due_on: dt.date | None
    kept_at: dt.datetime | None
    is_overdue: bool


@dataclass(frozen=True)
class Pack:
    """One class's part of the team meeting."""

    school_class: SchoolClass
    tally: Tally
    good_news: tuple[PackHeadline, ...]
    other_news: tuple[PackHeadline, ...]
    to_do: tuple[PackAgreement, ...]
    kept: tuple[PackAgreement, ...]

    @property
    def headlines(self) -> int:
        """How many there are."""
        return len(self.good_news) + len(self.other_news)


def classes_in(campaign: Campaign) -> list[SchoolClass]:
    """The classes of a round's pupils, by name, with their mentors. Two queries."""
    pupils = Student.objects.filter(visits__campaign=campaign).exclude(visits__state=VisitState.CANCELLED)
    mentors = Prefetch("mentors", Mentor.objects.active().order_by("name", "pk"))
    return list(
        SchoolClass.objects.filter(pk__in=pupils.values("school_class"), school_year__school=campaign.school_id)
        .prefetch_related(mentors)
        .order_by("name", "pk")
    )


def tallies(campaign: Campaign) -> dict[int, Tally]:
    """Coverage of each class by itself, by its primary key. Two queries."""
    by_class: dict[int, list[VisitFact]] = defaultdict(list)
    for fact in visit_facts([campaign])[campaign.pk]:
        for school_class, _name in fact.classes:
            by_class[school_class].append(fact)
    return {key: tally_of(standing_of(facts).values()) for key, facts in by_class.items()}


def packs_of(campaign: Campaign, school_classes: Sequence[SchoolClass], *, today: dt.date) -> list[Pack]:
    """The packs of these classes, in their order. Five queries, however many there are."""
    counted = tallies(campaign)
    pupils = pupils_of(campaign, school_classes)
    headlines = opened_headlines(campaign, pupils)
    agreements = opened_agreements(campaign, pupils, today)
    return [
        pack_of(school_class, counted.get(school_class.pk, Tally()), pupils, headlines, agreements)
        for school_class in school_classes
    ]


# visit -> class -> the names of its pupils in that class
Pupils = dict[int, dict[int, tuple[str, ...]]]


def pack_of(
    school_class: SchoolClass,
    tally: Tally,
    pupils: Pupils,
    headlines: Iterable[tuple[int, PackHeadline]],
    agreements: Iterable[tuple[int, PackAgreement]],
) -> Pack:
    """One class's pack, from what was read of all; without names when the class is small."""
    key = school_class.pk

    def names(visit: int) -> tuple[str, ...]:
        return pupils[visit][key] if tally.is_shown else ()

    mine = [
        PackHeadline(names(visit), line.text, line.is_good_news) for visit, line in headlines if key in pupils[visit]
    ]
    agreed = [
        PackAgreement(names(visit), line.who, line.text, line.due_on, line.kept_at, line.is_overdue)
        for visit, line in agreements
        if key in pupils[visit]
    ]
    mine.sort(key=lambda line: (line.pupils, line.text or ""))
    return Pack(
        school_class=school_class,
        tally=tally,
        good_news=tuple(line for line in mine if line.is_good_news),
        other_news=tuple(line for line in mine if not line.is_good_news),
        to_do=tuple(line for line in agreed if line.kept_at is None),
        kept=tuple(line for line in agreed if line.kept_at is not None),
    )


def pupils_of(campaign: Campaign, school_classes: Sequence[SchoolClass]) -> Pupils:
    """First names per visit and class; of two with the same first name in a class, the surname too. One query."""
    rows = list(
        Visit.students.through.objects.filter(visit__campaign=campaign, student__school_class__in=list(school_classes))
        .select_related("student")
        .order_by("student__first_name", "student_id")
    )
    pupils = {row.student_id: row.student for row in rows}
    shared = Counter((pupil.school_class_id, pupil.first_name) for pupil in pupils.values())
    found: Pupils = defaultdict(dict)
    for row in rows:
        pupil, key = row.student, row.student.school_class_id or 0  # the filter above leaves nobody without a class
        name = str(pupil) if shared[key, pupil.first_name] > 1 else pupil.first_name
        found[row.visit_id][key] = (*found[row.visit_id].get(key, ()), name)
    return found


def opened_headlines(campaign: Campaign, pupils: Pupils) -> list[tuple[int, PackHeadline]]:
    """The headlines of these visits, opened. One query."""
    rows = Headline.objects.filter(visit__campaign=campaign, visit__report__finished_at__isnull=False).order_by("pk")
    return [
        (row.visit_id, PackHeadline((), unsealed(row, "text"), row.is_good_news))
        for row in rows
        if row.visit_id in pupils
    ]


def opened_agreements(campaign: Campaign, pupils: Pupils, today: dt.date) -> list[tuple[int, PackAgreement]]:
    """The agreements of these visits, opened, the first to fall due first. One query."""
    rows = Agreement.objects.filter(visit__campaign=campaign, visit__report__finished_at__isnull=False)
    found = [row for row in rows if row.visit_id in pupils]
    found.sort(key=lambda row: (row.due_on is None, row.due_on or today, row.pk))
    return [
        (
            row.visit_id,
            PackAgreement(
                pupils=(),
                who=row.get_who_display(),
                text=unsealed(row, "what"),
                due_on=row.due_on,
                kept_at=row.kept_at,
                is_overdue=row.kept_at is None and row.due_on is not None and row.due_on < today,
            ),
        )
        for row in found
    ]
