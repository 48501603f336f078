"""A school in the middle of its campaign, in bulk: for lists at size, for the benchmark and for looking at pages."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field

from mentors.models import Mentor, School
from notes.models import AgreedBy, Agreement, ConversationOutcome, Headline, VisitReport
from students.models import Household, LocationQuality, Residence, SchoolClass, Student
from tests.factories import MADE_AT, make_campaign
from visits.models import Answer, Campaign, Invitation, Route, Visit, VisitState

_keys = itertools.count(1)
FIRST_NAMES = ["Noor", "Sem", "Yara", "Daan", "Amira", "Lucas", "Saar", "Mees", "Fenna", "Ilyas", "Jip", "Evi"]
GOOD_NEWS = "Heeft het naar de zin in de klas en vertelt thuis veel over techniek."
OTHER_NEWS = "Wil graag vooraan zitten, dat helpt bij het luisteren."
AGREED = "Elke vrijdag samen de agenda van de volgende week doornemen."


@dataclass
class BulkCampaign:
    """What was made."""

    campaign: Campaign
    classes: list[SchoolClass] = field(default_factory=list)
    mentors: list[Mentor] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)


def make_bulk_campaign(
    school: School, *, classes: int, pupils: int, now: dt.datetime, **fields: object
) -> BulkCampaign:
    """`classes` of `pupils` each: about half met and logged, a quarter planned, the others open or declined."""
    bulk = BulkCampaign(make_campaign(school, **fields))
    year = school.years.get()
    numbers = range(classes)
    bulk.mentors = Mentor.objects.bulk_create(
        [Mentor(school=school, name=f"Mentor {number + 1:02d}") for number in numbers]
    )
    bulk.classes = SchoolClass.objects.bulk_create(
        [SchoolClass(school_year=year, name=f"1{chr(97 + n % 26)}{n // 26 or ''}", year_group=1) for n in numbers]
    )
    through = SchoolClass.mentors.through
    through.objects.bulk_create(
        [
            through(schoolclass=school_class, mentor=mentor)
            for school_class, mentor in zip(bulk.classes, bulk.mentors, strict=True)
        ]
    )
    students = _students(school, bulk, pupils)
    bulk.visits = _visits(bulk, students, now)
    _notes(school, bulk, now)
    return bulk


def _students(school: School, bulk: BulkCampaign, pupils: int) -> list[Student]:
    spots = [(school_class, number) for school_class in bulk.classes for number in range(pupils)]
    households = Household.objects.bulk_create(
        [
            Household(
                school=school,
                name=f"Gezin {next(_keys)}",
                street="Voorbeeldstraat",
                postcode="9998AA",
                house_number=number + 1,
                location_quality=LocationQuality.NONE if number == 0 else LocationQuality.EXACT,
            )
            for _school_class, number in spots
        ]
    )
    students = Student.objects.bulk_create(
        [
            Student(
                school=school,
                school_class=school_class,
                external_key=f"S{next(_keys)}",
                first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
                name_prefix="van der" if number % 5 == 0 else "",
                last_name=f"Voorbeeld{number}",
            )
            for school_class, number in spots
        ]
    )
    Residence.objects.bulk_create(
        [
            Residence(student=student, household=household, rank=1)
            for student, household in zip(students, households, strict=True)
        ]
    )
    return students


def _visits(bulk: BulkCampaign, students: list[Student], now: dt.datetime) -> list[Visit]:
    mentor_of = dict(zip([found.pk for found in bulk.classes], bulk.mentors, strict=True))
    residences = dict(Residence.objects.values_list("student_id", "household_id"))
    position: dict[int, int] = {}
    made, routes = [], {}
    days = [bulk.campaign.starts_on + dt.timedelta(days=n) for n in range(90)]
    days = [day for day in days if day.weekday() < 4]
    for student in students:
        mentor = mentor_of[student.school_class_id]
        nth = position[mentor.pk] = position.get(mentor.pk, -1) + 1
        slow = bulk.mentors.index(mentor) % 3  # the mentors do not all go equally fast
        on = days[int(nth // 2 * (1 + slow / 2))]
        starts_at = dt.datetime.combine(on, dt.time(16 + nth % 2, 30), tzinfo=dt.UTC)
        state = _state(nth, starts_at, now)
        visit = Visit(campaign=bulk.campaign, household_id=residences[student.pk], mentor=mentor, state=state)
        if state in (VisitState.MET, VisitState.PLANNED, VisitState.CONFIRMED):
            visit.starts_at, visit.ends_at = starts_at, starts_at + dt.timedelta(minutes=45)
            routes[mentor.pk, on] = routes.get((mentor.pk, on)) or _route(bulk.campaign, mentor, on, starts_at)
        made.append((visit, student, routes.get((mentor.pk, on)) if visit.starts_at else None))
    Route.objects.bulk_create(routes.values())
    for visit, _student, route in made:
        visit.route = route
    visits = Visit.objects.bulk_create([visit for visit, _student, _route in made])
    through = Visit.students.through
    through.objects.bulk_create([through(visit=visit, student=student) for visit, student, _route in made])
    _invitations([visit for visit in visits if visit.starts_at])
    return visits


def _state(nth: int, starts_at: dt.datetime, now: dt.datetime) -> VisitState:
    if nth % 13 == 12:
        return VisitState.DECLINED
    if nth % 7 == 6:
        return VisitState.OPEN
    if starts_at < now:
        return VisitState.MET
    return VisitState.CONFIRMED if nth % 3 else VisitState.PLANNED


def _route(campaign: Campaign, mentor: Mentor, on: dt.date, starts_at: dt.datetime) -> Route:
    return Route(
        campaign=campaign,
        mentor=mentor,
        on=on,
        mode="bike",
        leaves_at=starts_at - dt.timedelta(minutes=15),
        back_at=starts_at + dt.timedelta(hours=3),
        travel_minutes=28,
        travel_metres=7400,
    )


def _invitations(visits: list[Visit]) -> None:
    Invitation.objects.bulk_create(
        [
            Invitation(
                visit=visit,
                household_id=visit.household_id,
                seed=f"zaad-{visit.pk}",
                token_hash=f"seizoen-{visit.pk}",
                created_at=MADE_AT,
                sent_at=MADE_AT,
                expires_at=MADE_AT + dt.timedelta(days=120),
                answer=Answer.NONE if visit.state == VisitState.PLANNED else Answer.ACCEPTED,
                answered_at=None if visit.state == VisitState.PLANNED else MADE_AT,
            )
            for visit in visits
        ]
    )


def _notes(school: School, bulk: BulkCampaign, now: dt.datetime) -> None:
    held = [visit for visit in bulk.visits if visit.state == VisitState.MET]
    VisitReport.objects.bulk_create(
        [
            VisitReport(
                school=school,
                visit=visit,
                author=visit.mentor,
                outcome=ConversationOutcome.AT_HOME,
                started_at=visit.starts_at,
                ended_at=visit.ends_at + dt.timedelta(minutes=number % 20 - 5),
                created_at=now,
                updated_at=now,
                finished_at=now,
            )
            for number, visit in enumerate(held)
        ]
    )
    Headline.objects.bulk_create(
        [_headline(school, visit, now, is_good=number % 2 == 0) for number, visit in enumerate(held) if number % 3]
    )
    Agreement.objects.bulk_create([_agreement(school, visit, now, number) for number, visit in enumerate(held)])


def _headline(school: School, visit: Visit, now: dt.datetime, *, is_good: bool) -> Headline:
    line = Headline(school=school, visit=visit, author=visit.mentor, is_good_news=is_good, updated_at=now)
    line.text = GOOD_NEWS if is_good else OTHER_NEWS
    return line


def _agreement(school: School, visit: Visit, now: dt.datetime, number: int) -> Agreement:
    agreed = Agreement(
        school=school,
        visit=visit,
        who=list(AgreedBy)[number % 4],
        due_on=now.date() + dt.timedelta(days=number % 21 - 7),
        created_at=now,
        kept_at=now if number % 3 == 0 else None,
    )
    agreed.what = AGREED
    return agreed
