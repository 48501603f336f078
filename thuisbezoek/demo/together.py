"""What changed in the demo this week: twins in two classes, a colleague who comes along, and interpreters.

The next plan or repair has to do with it; that is for whoever tries the demo.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mentors.actions.accounts import give_role
from mentors.models import Mentor, Role, School, User
from students.actions.importing import apply_import, prepare_import
from students.actions.suggesting import confirm_suggestion
from students.models import Household, HouseholdSuggestion
from students.roster.reading import SourceFile, read_rosters
from thuisbezoek.demo.families import DemoAddress, DemoPupil, edexml, guardians_csv, make_late_twins, staff_email
from visits.actions.cohorts import join_cohort
from visits.actions.commitments import set_commitment
from visits.actions.interpreters import add_interpreters
from visits.actions.shifts import ShiftHours, give_weekdays
from visits.models import Campaign
from visits.queries.calendar import open_days

SUPPORTED = 4  # a mentor's place in the roster's list of staff
COMES_ALONG = ("Hanna Meereis", "collega@demo.invalid")
INTERPRETED = "ar"
INTERPRETER_DAYS = (0, 1, 2)  # Monday to Wednesday


def one_home(school: School, twin: DemoPupil, *, by: User, now: dt.datetime) -> None:
    """Say that all pupils of this name at one address are of one home."""
    suggestions = HouseholdSuggestion.objects.filter(school=school)
    for suggestion in suggestions.filter(first__students__external_key=twin.number):
        confirm_suggestion(suggestion=suggestion, by=by, now=now)


def arrange_company(campaign: Campaign, *, password: str, by: User, now: dt.datetime) -> None:
    """A mentor for whom all of this is new takes a colleague without a class along, on the same evenings."""
    name, email = COMES_ALONG
    user = User.objects.create_user(email, password, name=name)
    colleague = Mentor.objects.create(school=campaign.school, user=user, name=name, email=email)
    give_role(user=user, role=Role.MENTOR, school=campaign.school, by=by, now=now)
    supported = Mentor.objects.get(school=campaign.school, email=staff_email(SUPPORTED))
    weekdays = sorted({shift.on.weekday() for shift in campaign.shifts.filter(mentor=supported)})
    give_weekdays(campaign=campaign, mentor=colleague, weekdays=weekdays, hours=ShiftHours(), by=user, now=now)
    set_commitment(
        campaign=campaign,
        mentor=supported,
        most_visits=None,
        hands_over=False,
        takes_over=False,
        most_extra=None,
        companions=[colleague],
        by=by,
        now=now,
    )


def list_interpreters(campaign: Campaign, *, by: User, now: dt.datetime) -> None:
    """One interpreter, the same three days of every week."""
    homes = Household.objects.filter(school=campaign.school, language=INTERPRETED)
    homes.update(needs_interpreter=True)
    days = [day for day in open_days(campaign) if day > now.date()]
    for weekday in INTERPRETER_DAYS:
        add_interpreters(
            campaign=campaign,
            language=INTERPRETED,
            on=next(day for day in days if day.weekday() == weekday),
            from_time=dt.time(15, 30),
            until_time=dt.time(20, 30),
            count=1,
            every_week=True,
            by=by,
            now=now,
        )


def twins_arrive(
    campaign: Campaign, addresses: Sequence[DemoAddress], pupils: Sequence[DemoPupil], *, by: User, now: dt.datetime
) -> None:
    """Twins come to school this week: they join the campaign, and the coordinator has to say how they are visited."""
    school = campaign.school
    twins = make_late_twins(addresses, pupils, first_day=campaign.starts_on)
    year = f"{campaign.starts_on.year}-{campaign.starts_on.year + 1}"
    files = [
        SourceFile("nieuwe-leerlingen.xml", edexml(twins, school_year=year, brin="99ZZ")),
        SourceFile("nieuwe-ouders.csv", guardians_csv(twins)),
    ]
    for file in files:
        upload = prepare_import(school=school, roster=read_rosters([file], scope="addition"), by=by, now=now)
        apply_import(roster_import=upload, by=by, now=now)
    for twin in twins:
        one_home(school, twin, by=by, now=now)
    join_cohort(campaign=campaign, by=by, now=now)
