"""Agreements as they stand in a list."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from notes.models import Agreement, AgreementQuerySet
from notes.queries.texts import unsealed
from students.models import Student


@dataclass(frozen=True)
class AgreementLine:
    """One agreement with its text and the pupils that it is about; `text` is None when it does not open."""

    agreement: Agreement
    text: str | None
    names: tuple[str, ...]
    is_overdue: bool


def names_apart(students: Iterable[Student]) -> dict[int, str]:
    """What to call each of these pupils: the first name, and the surname too where two share a first name."""
    named = {student.pk: student for student in students}
    shared = Counter(student.first_name for student in named.values())
    return {
        key: str(student) if shared[student.first_name] > 1 else student.first_name for key, student in named.items()
    }


def agreement_lines(agreements: AgreementQuerySet, *, today: dt.date) -> list[AgreementLine]:
    """These agreements, each with its text and the pupils that it is about, in a constant number of queries."""
    rows = list(agreements.select_related("visit", "school").prefetch_related("visit__students"))
    called = names_apart(student for row in rows for student in row.visit.students.all())
    return [
        AgreementLine(
            agreement=row,
            text=unsealed(row, "what"),
            names=tuple(called[student.pk] for student in row.visit.students.all()),
            is_overdue=row.kept_at is None and row.due_on is not None and row.due_on < today,
        )
        for row in rows
    ]
