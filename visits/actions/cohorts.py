"""What makes the visits of a campaign's cohort, late entrants too, and drops those of who left."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction

from mentors.actions.record import record_event
from mentors.dates import local_day
from mentors.models import Mentor, User
from students.models import Student
from visits.actions.moments import cancel_visit
from visits.actions.together import untie
from visits.models import Campaign, CampaignState, PlaceKind, Visit, VisitState
from visits.queries.cohort import class_mentors, cohort, homes_to_visit, with_homes

_CAN_LAPSE = (VisitState.OPEN, VisitState.PLANNED, VisitState.CONFIRMED)


@transaction.atomic
def join_cohort(*, campaign: Campaign, by: User | None, now: dt.datetime) -> int:
    """Give every pupil of the cohort a visit in each home that is to be visited; says how many are new.

    May run at any time and by two workers at once: the campaign's row is the lock, and a visit that is there
    is never made again. Visits of pupils who left the school or the household lapse.
    """
    campaign = (
        Campaign.objects.select_for_update(of=("self",)).select_related("school", "school_year").get(pk=campaign.pk)
    )
    if campaign.state == CampaignState.CLOSED:
        return 0
    lapsed = _drop_who_left(campaign, by=by, now=now)
    joining = _Joining.of(campaign)
    pupils = list(with_homes(cohort(campaign)))
    for student in pupils:
        _join(joining, student, by=by, now=now)
    made = _save(joining, now=now)
    handed = _give_mentors(campaign, by=by, now=now)
    if made or lapsed or handed:
        facts = {"made": made, "lapsed": lapsed, "given_a_mentor": handed}
        record_event(verb="campaign.joined", by=by, now=now, school=campaign.school, subject=campaign, **facts)
    return made


def join_running_cohorts(*, by: User | None, now: dt.datetime) -> int:
    """Let late entrants join every campaign of the present school year that is not closed."""
    today = local_day(now)
    running = Campaign.objects.exclude(state=CampaignState.CLOSED).filter(
        school_year__starts_on__lte=today, school_year__ends_on__gte=today
    )
    return sum(join_cohort(campaign=campaign, by=by, now=now) for campaign in running.order_by("pk"))


@dataclass
class _Joining:
    """The visits that a campaign has, and those that are being added."""

    campaign: Campaign
    visits: dict[tuple[int, int | None], Visit]  # by household and mentor, lapsed ones too
    covered: set[tuple[int, int]]  # pupil and household
    mentor_of: dict[int, int | None]  # pupil -> mentor
    load: Counter[int | None]  # visits a mentor has in this campaign
    new: list[tuple[Visit, list[Student]]] = field(default_factory=list)
    added: list[tuple[Visit, Student]] = field(default_factory=list)

    @classmethod
    def of(cls, campaign: Campaign) -> _Joining:
        visits = list(campaign.visits.prefetch_related("students"))
        standing = [visit for visit in visits if visit.state != VisitState.CANCELLED]
        return cls(
            campaign=campaign,
            visits={(visit.household_id, visit.mentor_id): visit for visit in visits},
            covered={(student.pk, visit.household_id) for visit in standing for student in visit.students.all()},
            mentor_of={student.pk: visit.mentor_id for visit in standing for student in visit.students.all()},
            load=Counter(visit.mentor_id for visit in standing),
        )

    def mentor_for(self, student: Student, household: int) -> int | None:
        """The class's mentor. Of two: who has this pupil or a classmate in the same home, else who has fewest."""
        choice = [mentor.pk for mentor in class_mentors(student)]
        if not choice:
            return None
        known = self.mentor_of.get(student.pk)
        if known in choice:
            return known
        with_sibling = [mentor for mentor in choice if self._stands(household, mentor)]
        return with_sibling[0] if with_sibling else min(choice, key=lambda mentor: (self.load[mentor], mentor))

    def _stands(self, household: int, mentor: int) -> bool:
        visit = self.visits.get((household, mentor))
        return visit is not None and visit.state != VisitState.CANCELLED


def _join(joining: _Joining, student: Student, *, by: User | None, now: dt.datetime) -> None:
    for household, place in homes_to_visit(student):
        if (student.pk, household) in joining.covered:
            continue
        mentor = joining.mentor_for(student, household)
        visit = joining.visits.get((household, mentor))
        if visit is None:
            visit = _new_visit(joining.campaign, household, mentor, place, student, now)
            joining.visits[household, mentor] = visit
            joining.new.append((visit, [student]))
            joining.load[mentor] += 1
        else:
            if visit.state == VisitState.CANCELLED:
                _revive(visit)
                joining.load[mentor] += 1
            joining.added.append((visit, student))
        joining.covered.add((student.pk, household))
        joining.mentor_of[student.pk] = mentor


def _revive(visit: Visit) -> None:
    """A family that had left is back: the visit that lapsed waits for a moment again."""
    visit.state = VisitState.OPEN
    visit.version += 1
    visit.save(update_fields=["state", "version"])


def _new_visit(
    campaign: Campaign, household: int, mentor: int | None, place: PlaceKind, student: Student, now: dt.datetime
) -> Visit:
    entered = student.entered_on
    if entered is None:
        is_late = campaign.state == CampaignState.PUBLISHED and local_day(now) > campaign.starts_on
    else:
        is_late = entered > campaign.starts_on
    return Visit(campaign=campaign, household_id=household, mentor_id=mentor, place_kind=place, is_late_entrant=is_late)


def _save(joining: _Joining, *, now: dt.datetime) -> int:
    through = Visit.students.through
    Visit.objects.bulk_create([visit for visit, _students in joining.new])
    rows = [through(visit=visit, student=student) for visit, students in joining.new for student in students]
    rows += [through(visit=visit, student=student) for visit, student in joining.added]
    through.objects.bulk_create(rows, ignore_conflicts=True)
    return len(joining.new)


def _drop_who_left(campaign: Campaign, *, by: User | None, now: dt.datetime) -> int:
    """Take pupils who left the school or the home off their visits; a visit with nobody else lapses."""
    visits = list(campaign.visits.filter(state__in=_CAN_LAPSE))
    pupils_of: dict[int, list[tuple[int, int]]] = {visit.pk: [] for visit in visits}
    rows = Visit.students.through.objects.filter(visit__campaign=campaign, visit__state__in=_CAN_LAPSE)
    for pk, visit_pk, student in rows.values_list("pk", "visit_id", "student_id"):
        pupils_of[visit_pk].append((pk, student))
    pupils = with_homes(Student.objects.filter(visits__campaign=campaign).distinct())
    homes = {
        pupil.pk: {household for household, _place in homes_to_visit(pupil)} if pupil.left_on is None else set()
        for pupil in pupils
    }
    rows_of = {
        visit.pk: [(pk, visit.household_id in homes[student]) for pk, student in pupils_of[visit.pk]]
        for visit in visits
    }
    emptied = [visit for visit in visits if rows_of[visit.pk] and not any(stays for _pk, stays in rows_of[visit.pk])]
    lapsing = {visit.pk for visit in emptied}
    gone = [pk for visit, rows in rows_of.items() if visit not in lapsing for pk, stays in rows if not stays]
    Visit.students.through.objects.filter(pk__in=gone).delete()
    for visit in emptied:
        untie(visit=visit, by=by, now=now)
        cancel_visit(visit=visit, by=by, now=now)
    return len(emptied)


def _give_mentors(campaign: Campaign, *, by: User | None, now: dt.datetime) -> int:
    """Open visits without a mentor, or whose mentor left, go to the class's mentor."""
    orphans = campaign.visits.filter(state=VisitState.OPEN).exclude(mentor__is_active=True)
    load = Counter(campaign.visits.exclude(state=VisitState.CANCELLED).values_list("mentor_id", flat=True))
    taken = set(campaign.visits.values_list("household_id", "mentor_id"))
    given = 0
    for visit in orphans.prefetch_related("students__school_class__mentors").order_by("pk"):
        choice = [mentor.pk for mentor in _mentors_of(visit) if (visit.household_id, mentor.pk) not in taken]
        if choice:
            visit.mentor_id = min(choice, key=lambda mentor: (load[mentor], mentor))
            visit.save(update_fields=["mentor"])
            load[visit.mentor_id] += 1
            taken.add((visit.household_id, visit.mentor_id))
            given += 1
    return given


def _mentors_of(visit: Visit) -> list[Mentor]:
    classes = [student.school_class for student in visit.students.all() if student.school_class]
    return [mentor for school_class in classes for mentor in school_class.mentors.all() if mentor.is_active]
