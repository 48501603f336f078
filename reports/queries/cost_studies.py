"""A school's questions about costs, with what is worked out so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mentors.models import School
from reports.figures.cost_question import Question, Variant
from reports.figures.cost_totals import VariantOutcome
from reports.models import CostState, CostStudy, CostVariant


@dataclass(frozen=True)
class VariantLine:
    """A variant and what it takes, once that is known."""

    pk: int
    number: int
    variant: Variant
    outcome: VariantOutcome | None


@dataclass(frozen=True)
class CostAnswer:
    """A study as the pages show it: all of its variants in their order, the most useful first."""

    study: CostStudy
    question: Question
    lines: tuple[VariantLine, ...]

    @property
    def done(self) -> list[VariantLine]:
        """The variants that are worked out."""
        return [line for line in self.lines if line.outcome is not None]

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has it, or will have it soon."""
        return self.study.state in (CostState.QUEUED, CostState.RUNNING)

    @property
    def fraction(self) -> float:
        """How much of it is done, 0 to 1."""
        return min(1.0, (len(self.done) + self.study.progress) / len(self.lines)) if self.lines else 0.0

    def slice(self, like: Variant) -> list[VariantLine]:
        """The variants for the same pupils, way of travelling and evenings: durations and stops differ."""
        same = [
            line
            for line in self.lines
            if (line.variant.mode, line.variant.year_groups, line.variant.evenings_a_week)
            == (like.mode, like.year_groups, like.evenings_a_week)
        ]
        return sorted(same, key=lambda line: (line.variant.minutes, line.variant.max_stops))

    def by_key(self, pk: str) -> VariantLine | None:
        """The worked-out variant with this primary key."""
        return next((line for line in self.done if str(line.pk) == pk), None)


def answer_of(study: CostStudy) -> CostAnswer:
    """A study with its variants. One query."""
    return CostAnswer(study, Question.from_json(study.question), tuple(_lines(study.variants.order_by("number"))))


def last_study(school: School) -> CostStudy | None:
    """The newest one. One query."""
    return CostStudy.objects.filter(school=school).order_by("-created_at", "-pk").first()


def earlier_studies(school: School, study: CostStudy) -> list[CostStudy]:
    """The last few others. One query."""
    others = CostStudy.objects.filter(school=school).exclude(pk=study.pk)
    return list(others.order_by("-created_at", "-pk")[:5])


def _lines(rows: Iterable[CostVariant]) -> list[VariantLine]:
    return [
        VariantLine(
            row.pk,
            row.number,
            Variant(row.minutes, row.max_stops, row.mode, tuple(row.year_groups), row.evenings_a_week),
            VariantOutcome.from_json(row.outcome) if row.outcome else None,
        )
        for row in rows
    ]
