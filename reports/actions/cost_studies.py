"""What asks what it would cost, stops it and lets it go on. The row is the queue; cost_runs.py works on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import School, User
from mentors.refusals import Refusal
from reports.figures.cost_question import Question
from reports.models import CostState, CostStudy, CostVariant
from reports.queries.cost_roster import roster_year, year_of_day


class CostRefused(Refusal):
    """It cannot be worked out; the text is for the person who asked."""


class CostWithoutSchool(CostRefused):
    text = _("De school staat nog niet op de kaart. Vul eerst het adres van de school in.")


class CostWithoutPupils(CostRefused):
    text = _("Er staan nog geen leerlingen in een klas. Lees eerst de leerlingenlijst in.")


class CostOutsideYear(CostRefused):
    text = _("De eerste dag ligt niet in een schooljaar dat in de kalender staat.")


class CostStudyOver(CostRefused):
    text = _("Deze berekening is al klaar, of er wordt nog aan gewerkt.")


class CostStudyRunning(CostRefused):
    text = _("Er wordt al gerekend. Wacht tot dat klaar is, of stop het.")


@transaction.atomic
def request_cost_study(*, school: School, question: Question, by: User | None, now: dt.datetime) -> CostStudy:
    """Put a question in the queue, a row a variant. One at a time in a school: the database holds that."""
    if school.latitude is None or school.longitude is None:
        raise CostWithoutSchool
    if roster_year(school) is None:
        raise CostWithoutPupils
    if year_of_day(school, question.starts_on) is None:
        raise CostOutsideYear
    try:
        with transaction.atomic():
            study = CostStudy.objects.create(school=school, question=question.to_json(), created_by=by, created_at=now)
    except IntegrityError:
        raise CostStudyRunning from None
    rows = [
        CostVariant(study=study, number=number, **asdict(variant)) for number, variant in enumerate(question.variants())
    ]
    CostVariant.objects.bulk_create(rows)
    record_event(verb="costs.requested", by=by, now=now, school=school, subject=study, variants=len(rows))
    return study


@transaction.atomic
def stop_cost_study(*, study: CostStudy, by: User | None, now: dt.datetime) -> None:
    """Enough: what is worked out stays. Nothing happens to a study that is not at work."""
    mine = CostStudy.objects.filter(pk=study.pk)
    if mine.filter(state=CostState.QUEUED).update(state=CostState.STOPPED, finished_at=now):
        record_event(verb="costs.stopped", by=by, now=now, school=study.school, subject=study)
    elif mine.filter(state=CostState.RUNNING).update(is_stop_asked=True):
        record_event(verb="costs.stop_asked", by=by, now=now, school=study.school, subject=study)


@transaction.atomic
def resume_cost_study(*, study: CostStudy, by: User | None, now: dt.datetime) -> None:
    """Go on with the variants that are left of a study that was stopped or that failed."""
    resting = CostStudy.objects.filter(pk=study.pk, state__in=[CostState.STOPPED, CostState.FAILED])
    values = {"state": CostState.QUEUED, "is_stop_asked": False, "failure": "", "attempts": 0, "finished_at": None}
    try:
        with transaction.atomic():
            changed = resting.update(**values)
    except IntegrityError:
        raise CostStudyRunning from None
    if not changed:
        raise CostStudyOver
    record_event(verb="costs.resumed", by=by, now=now, school=study.school, subject=study)


@transaction.atomic
def record_cost_export(*, study: CostStudy, file_kind: str, by: User, now: dt.datetime) -> None:
    """Somebody takes the figures away as `file_kind` (pdf or xlsx)."""
    record_event(verb="costs.exported", by=by, now=now, school=study.school, subject=study, file_kind=file_kind)
