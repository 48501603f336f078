"""Functions that make rows for the tests: real rows in the real database, with made-up data."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from mentors.models import Board, Closure, HolidayRegion, Membership, Mentor, Role, School, SchoolYear, User
from students.models import Guardian, Household, LocationQuality, Residence, SchoolClass, Student
from visits.models import (
    AnswerChannel,
    Campaign,
    CampaignState,
    ConversationTopic,
    Invitation,
    RefusedMoment,
    Shift,
    Visit,
    VisitState,
)

_numbers = itertools.count(1)
YEAR_START = dt.date(2026, 8, 31)
AUTUMN = (dt.date(2026, 10, 17), dt.date(2026, 10, 25))
MADE_AT = dt.datetime(2026, 8, 31, 8, 0, tzinfo=dt.UTC)


def make_school(**fields: Any) -> School:
    """A school in the Middle region, its year 2026-2027 and its autumn holiday."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "name": f"Testschool {number}",
        "slug": f"testschool-{number}",
        "holiday_region": HolidayRegion.MIDDLE,
        "latitude": 52.555,
        "longitude": 5.91,
        "email": f"school{number}@example.org",
    }
    school = School.objects.create(**defaults | fields)
    year = SchoolYear.objects.create(school=school, starts_on=YEAR_START, ends_on=dt.date(2027, 7, 9))
    Closure.objects.create(school_year=year, name="Herfstvakantie", starts_on=AUTUMN[0], ends_on=AUTUMN[1])
    return school


def make_board(*schools: School) -> Board:
    """A board over these schools."""
    board = Board.objects.create(name=f"Bestuur {next(_numbers)}")
    for school in schools:
        school.board = board
        school.save(update_fields=["board"])
    return board


def make_user(school: School | None = None, *roles: Role, **fields: Any) -> User:
    """An account with these roles at `school`; a mentor gets a mentor row."""
    number = next(_numbers)
    user = User.objects.create(
        **{"email": f"persoon{number}@example.org", "name": f"Persoon {number}", "password": "!"} | fields
    )
    for role in roles:
        Membership.objects.create(user=user, role=role, school=school)
        if role == Role.MENTOR and school is not None:
            Mentor.objects.create(school=school, user=user, name=user.name, email=user.email)
    return user


def make_mentor(school: School, *, with_account: bool = True, **fields: Any) -> Mentor:
    """A mentor of `school`, with an account unless told otherwise."""
    if with_account:
        mentor = Mentor.objects.get(school=school, user=make_user(school, Role.MENTOR))
        Mentor.objects.filter(pk=mentor.pk).update(**fields)
        mentor.refresh_from_db()
        return mentor
    number = next(_numbers)
    return Mentor.objects.create(
        **{"school": school, "name": f"Mentor {number}", "email": f"mentor{number}@example.org"} | fields
    )


def make_class(school: School, *mentors: Mentor, year_group: int = 1, **fields: Any) -> SchoolClass:
    """A class of this year with these mentors."""
    year = school.years.latest("starts_on")
    name = fields.pop("name", f"{year_group}-{next(_numbers)}")
    school_class = SchoolClass.objects.create(school_year=year, name=name, year_group=year_group, **fields)
    school_class.mentors.set(mentors)
    return school_class


def make_household(school: School, *, guardians: int = 1, **fields: Any) -> Household:
    """A household on the map, with this many guardians who have an e-mail address."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "name": f"Gezin {number}",
        "street": "Voorbeeldstraat",
        "postcode": "9998AA",
        "house_number": number,
        "town": "Voorbeeldstad",
        "latitude": 52.55 + (number % 50) / 2000,
        "longitude": 5.90 + (number % 37) / 1500,
        "location_quality": LocationQuality.EXACT,
    }
    household = Household.objects.create(school=school, **defaults | fields)
    for position in range(guardians):
        Guardian.objects.create(
            household=household,
            name=f"Ouder {number}-{position + 1}",
            email=f"ouder{number}.{position + 1}@example.org",
        )
    return household


def make_student(school_class: SchoolClass, *households: Household, **fields: Any) -> Student:
    """A pupil of a class; without households one is made."""
    number = next(_numbers)
    school = school_class.school_year.school
    defaults: dict[str, Any] = {
        "external_key": f"L{number:05d}",
        "first_name": f"Leerling{number}",
        "last_name": f"Achternaam{number}",
        "born_on": dt.date(2014, 5, 1),
        "entered_on": YEAR_START,
    }
    student = Student.objects.create(school=school, school_class=school_class, **defaults | fields)
    for rank, household in enumerate(households or (make_household(school),), start=1):
        Residence.objects.create(student=student, household=household, rank=rank)
    return student


def make_campaign(school: School, **fields: Any) -> Campaign:
    """A campaign for the first-years up to the autumn holiday."""
    defaults: dict[str, Any] = {
        "name": f"Bezoekronde {next(_numbers)}",
        "school_year": school.years.latest("starts_on"),
        "year_groups": [1],
        "starts_on": dt.date(2026, 9, 7),
        "ends_on": dt.date(2026, 10, 16),
        "created_at": MADE_AT,
        "state": CampaignState.PUBLISHED,
    }
    return Campaign.objects.create(school=school, **defaults | fields)


def make_shift(campaign: Campaign, mentor: Mentor, on: dt.date, **fields: Any) -> Shift:
    """An evening that a mentor gives."""
    return Shift.objects.create(campaign=campaign, mentor=mentor, on=on, **fields)


def make_visit(
    campaign: Campaign,
    student: Student,
    mentor: Mentor | None = None,
    *,
    starts_at: dt.datetime | None = None,
    **fields: Any,
) -> Visit:
    """A visit to the pupil's first household; planned when it has a moment, open otherwise."""
    mentor = mentor or (student.school_class.mentors.first() if student.school_class else None)
    defaults: dict[str, Any] = {"state": VisitState.PLANNED if starts_at else VisitState.OPEN}
    if starts_at:
        defaults |= {"starts_at": starts_at, "ends_at": starts_at + dt.timedelta(minutes=campaign.visit_minutes)}
    household = fields.pop("household", None) or student.residences.get(rank=1).household
    visit = Visit.objects.create(campaign=campaign, household=household, mentor=mentor, **defaults | fields)
    visit.students.add(student)
    return visit


def make_invitation(visit: Visit, **fields: Any) -> Invitation:
    """An invitation that was sent; its link is made by visits.links in the tests that need one."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "household": visit.household,
        "seed": f"seed-{number}",
        "token_hash": f"hash-{number}",
        "created_at": MADE_AT,
        "sent_at": MADE_AT,
        "expires_at": MADE_AT + dt.timedelta(days=120),
    }
    return Invitation.objects.create(visit=visit, **defaults | fields)


def make_refused_moment(visit: Visit, starts_at: dt.datetime, **fields: Any) -> RefusedMoment:
    """A moment to which the family of this visit said no, by the link."""
    ends_at = starts_at + dt.timedelta(minutes=visit.campaign.visit_minutes)
    defaults: dict[str, Any] = {"ends_at": ends_at, "channel": AnswerChannel.LINK, "refused_at": MADE_AT}
    return RefusedMoment.objects.create(visit=visit, starts_at=starts_at, **defaults | fields)


def make_topic(school: School, text: str = "Wat gaat goed?", **fields: Any) -> ConversationTopic:
    """A conversation topic that parents and pupils may pick and that is on the card."""
    defaults: dict[str, Any] = {
        "order": next(_numbers),
        "for_parents": True,
        "for_pupils": True,
        "on_card": True,
    }
    return ConversationTopic.objects.create(school=school, text=text, **defaults | fields)


def give_role(user: User, role: Role, school: School) -> Membership:
    """A role at a school, for an account that is there."""
    return Membership.objects.create(user=user, role=role, school=school)
