"""Builds the demo school: town, calendar, staff, roster, campaign, plan, and a campaign half-way."""

from __future__ import annotations

import datetime as dt
import json
import random
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.db import connection

from mentors.actions.accounts import give_role
from mentors.dates import AMSTERDAM, local_day
from mentors.models import Board, Closure, HolidayRegion, Membership, Mentor, Role, School, SchoolYear, TravelMode, User
from planning.actions.jobs import request_plan
from planning.actions.publishing import publish_plan
from planning.actions.runs import run_plan
from planning.models import Plan, PlanState
from roads.actions import build_network
from roads.queries import find_address
from students.actions.importing import apply_import, prepare_import
from students.roster.reading import SourceFile, read_rosters
from thuisbezoek.demo.families import DemoAddress, DemoPupil, edexml, guardians_csv, make_pupils, staff_email
from thuisbezoek.demo.past_weeks import replay
from thuisbezoek.demo.together import arrange_company, list_interpreters, twins_arrive
from thuisbezoek.demo.town import make_town
from thuisbezoek.demo.town_extract import write_extract
from thuisbezoek.demo.town_shapes import Town
from visits.actions.campaigns import open_campaign
from visits.actions.cohorts import join_cohort
from visits.actions.shifts import ShiftHours, give_weekdays
from visits.actions.topics import seed_topics
from visits.links import link_of
from visits.models import Answer, Campaign, Frequency, Invitation, Visit, VisitState

SEED = 20260831
WEEKS_BEFORE_NOW = 2
CREDENTIALS = "logins.json"
STAFF = [
    (Role.COORDINATOR, "coordinator@demo.invalid", "Coby Planstra"),
    (Role.DIRECTOR, "directeur@demo.invalid", "Dirk Overzicht"),
    (Role.CARE, "zorg@demo.invalid", "Zohra Luistra"),
]
# Who shares a class gives one evening a week, who has a class alone gives two.
WEEKDAYS = [(0,), (2,), (1,), (3,), (2,), (1,), (1, 3), (0, 2), (2, 3)]
HOLIDAYS = {1: "Kerstvakantie", 2: "Voorjaarsvakantie", 4: "Meivakantie", 5: "Meivakantie", 7: "Zomervakantie"}
HOLIDAYS |= {8: "Zomervakantie", 10: "Herfstvakantie", 11: "Herfstvakantie", 12: "Kerstvakantie"}
Say = Callable[[str], None]


class DemoFailed(Exception):
    """The demo could not be built; the text says at which step."""


@dataclass(frozen=True)
class DemoCalendar:
    """The demo's campaign, laid around today: it began two weeks ago and ends five weeks from now."""

    first: dt.date
    last: dt.date
    holiday: tuple[dt.date, dt.date]

    @classmethod
    def around(cls, today: dt.date) -> DemoCalendar:
        """The campaign that `today` is in the middle of."""
        monday = today - dt.timedelta(days=today.weekday())
        first = monday - dt.timedelta(weeks=WEEKS_BEFORE_NOW)
        last = monday + dt.timedelta(weeks=4, days=4)
        return cls(first, last, (last + dt.timedelta(days=1), last + dt.timedelta(days=9)))

    def at(self, days_before: int, hour: int = 10) -> dt.datetime:
        """A local moment, this many days before the first day."""
        day = self.first - dt.timedelta(days=days_before)
        return dt.datetime.combine(day, dt.time(hour), AMSTERDAM)


def build_school(*, now: dt.datetime, say: Say) -> School:
    """The whole demo, from an empty database. Raises DemoFailed."""
    rng = random.Random(SEED)  # noqa: S311 - made-up data, the same each time
    calendar = DemoCalendar.around(local_day(now))
    say("1/6  Het stadje: straten en adressen")
    town = lay_town(now=calendar.at(20))
    say("2/6  De school, de kalender en de medewerkers")
    school = found_school(calendar, town)
    coordinator = hire_staff(school, now=calendar.at(19))
    say("3/6  De leerlingen en hun gezinnen")
    pupils = read_roster(school, town, rng, coordinator, calendar)
    settle_mentors(school, now=calendar.at(15))
    say("4/6  De bezoekronde en de avonden van de mentoren")
    campaign = prepare_campaign(school, calendar, coordinator)
    say("5/6  Het plan")
    plan_and_publish(campaign, coordinator, now=calendar.at(9))
    say("6/6  Weken van antwoorden, berichten en thuisbezoeken")
    replay(campaign=campaign, invited_at=calendar.at(9), now=now, rng=rng)
    twins_arrive(campaign, homes(town), pupils, by=coordinator, now=now)
    arrange_company(campaign, password=demo_password(), by=coordinator, now=now)
    list_interpreters(campaign, by=coordinator, now=now)
    write_logins()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return school


def lay_town(*, now: dt.datetime) -> Town:
    """Make the town up, write it as an OpenStreetMap extract and build the street network from that file."""
    town = make_town(seed=SEED)
    extract = settings.DATA_DIR / "demo-town.osm.pbf"
    extract.unlink(missing_ok=True)
    write_extract(town, extract)
    build_network(source=extract, root=Path(settings.ROADS_DIR), now=now)
    return town


def found_school(calendar: DemoCalendar, town: Town) -> School:
    """The school, its board and its calendar."""
    found = find_address(town.school.postcode, town.school.number)
    if found is None:
        raise DemoFailed("Het adres van de demoschool staat niet in het adresboek.")
    school = School.objects.create(
        board=Board.objects.create(name="Stichting Demo-onderwijs"),
        name="De Demoschool",
        slug="demoschool",
        brin="99ZZ00",
        holiday_region=HolidayRegion.MIDDLE,
        postcode=town.school.postcode,
        house_number=town.school.number,
        latitude=found.place.lat,
        longitude=found.place.lon,
        email="school@demo.invalid",
        phone="000 000 00 00",
        duty_phone="06 0000 0000",
    )
    starts_on = calendar.first - dt.timedelta(days=21)
    year = SchoolYear.objects.create(
        school=school, starts_on=starts_on, ends_on=max(calendar.last, starts_on) + dt.timedelta(weeks=36)
    )
    name = HOLIDAYS.get(calendar.holiday[0].month, "Vakantieweek")
    Closure.objects.create(school_year=year, name=name, starts_on=calendar.holiday[0], ends_on=calendar.holiday[1])
    Closure.objects.create(
        school_year=year,
        name="Studiedag",
        starts_on=calendar.first + dt.timedelta(days=30),
        ends_on=calendar.first + dt.timedelta(days=30),
        is_holiday=False,
    )
    return school


def hire_staff(school: School, *, now: dt.datetime) -> User:
    """Accounts for the office; the coordinator comes back. The mentors follow from the roster."""
    password = demo_password()
    people = [User.objects.create_user(email, password, name=name) for _role, email, name in STAFF]
    for (role, _email, _name), user in zip(STAFF, people, strict=True):
        give_role(user=user, role=role, school=school, by=people[0], now=now)
    board = User.objects.create_user("bestuur@demo.invalid", password, name="Bea Bestuursma")
    Membership.objects.create(user=board, role=Role.BOARD, board=school.board)
    return people[0]


def demo_password() -> str:
    """The password of all demo accounts: made once, kept in the demo's own directory."""
    path = settings.DATA_DIR / "demo_password"
    if not path.exists():
        path.write_text("demo-" + secrets.token_urlsafe(9))
        path.chmod(0o600)
    return str(path.read_text())


def read_roster(school: School, town: Town, rng: random.Random, by: User, calendar: DemoCalendar) -> list[DemoPupil]:
    """The roster files, read as any school's are: EDEXML for pupils, a Dutch CSV for guardians and addresses."""
    pupils = make_pupils(homes(town), rng=rng, first_day=calendar.first)
    year = f"{calendar.first.year}-{calendar.first.year + 1}"
    files = [
        SourceFile("leerlingen.xml", edexml(pupils, school_year=year, brin="99ZZ")),
        SourceFile("ouders.csv", guardians_csv(pupils)),
    ]
    for number, file in enumerate(files):
        moment = calendar.at(18 - number)
        upload = prepare_import(school=school, roster=read_rosters([file]), by=by, now=moment)
        apply_import(roster_import=upload, by=by, now=moment)
    return pupils


def homes(town: Town) -> list[DemoAddress]:
    """The addresses of the town, as a roster writes them."""
    return [DemoAddress(a.street, a.number, a.suffix, a.postcode, town.name) for a in town.addresses]


def settle_mentors(school: School, *, now: dt.datetime) -> None:
    """Accounts for the mentors of the roster; a third of them drives."""
    password = demo_password()
    for number, mentor in enumerate(Mentor.objects.filter(school=school).order_by("external_key")):
        user = User.objects.create_user(mentor.email or staff_email(number), password, name=mentor.name)
        give_role(user=user, role=Role.MENTOR, school=school, by=None, now=now)
        Mentor.objects.filter(pk=mentor.pk).update(mode=TravelMode.CAR if number % 3 == 2 else TravelMode.BIKE)


def prepare_campaign(school: School, calendar: DemoCalendar, by: User) -> Campaign:
    """The campaign, its visits, and the evenings of every mentor."""
    seed_topics(school=school, by=by, now=calendar.at(14))
    campaign = open_campaign(
        school=school,
        school_year=school.years.get(),
        name="Kennismaken in de brugklas",
        year_groups=[1],
        frequency=Frequency.ONCE,
        starts_on=calendar.first,
        ends_on=calendar.last,
        visit_minutes=45,
        max_stops=3,
        mode=TravelMode.BIKE,
        hours_per_visit=Decimal("1.50"),
        set_up="We beginnen bij de leerling, dan de ouders, dan samen. We sluiten af met één afspraak.",
        reply_days=5,
        by=by,
        now=calendar.at(14),
    )
    join_cohort(campaign=campaign, by=by, now=calendar.at(13))
    for number, mentor in enumerate(Mentor.objects.filter(school=school).order_by("external_key")):
        weekdays = WEEKDAYS[number % len(WEEKDAYS)]
        give_weekdays(
            campaign=campaign, mentor=mentor, weekdays=weekdays, hours=ShiftHours(), by=mentor.user, now=calendar.at(12)
        )
    return campaign


def plan_and_publish(campaign: Campaign, by: User, *, now: dt.datetime) -> None:
    """The best plan, published: the families are invited."""
    plan = request_plan(campaign=campaign, seconds=60, by=by, now=now)
    run_plan(plan=plan, now=lambda: now)
    plan = Plan.objects.get(pk=plan.pk)
    if plan.state != PlanState.READY:
        raise DemoFailed(f"Het plan is niet gelukt: {plan.failure or plan.state}")
    publish_plan(plan=plan, by=by, now=now)


def write_logins() -> None:
    """Keep what `logins` prints: a family's link cannot be made again from the database alone."""
    open_family = (
        Invitation.objects.filter(answer=Answer.NONE, visit__state=VisitState.PLANNED, visit__starts_at__isnull=False)
        .order_by("-visit__starts_at")
        .first()
    )
    family = link_of(open_family, "") if open_family else ""
    upcoming = Visit.objects.filter(state=VisitState.CONFIRMED).order_by("starts_at").select_related("mentor").first()
    mentor = upcoming.mentor.email if upcoming and upcoming.mentor else staff_email(0)
    path = settings.DATA_DIR / CREDENTIALS
    path.write_text(json.dumps({"password": demo_password(), "family": family, "mentor": mentor}))
    path.chmod(0o600)


def logins(data_dir: Path, url: str) -> Iterator[str]:
    """A line for each role: the address, who, and the password."""
    kept = json.loads((data_dir / CREDENTIALS).read_text())
    for role, email, _name in [*STAFF, (Role.MENTOR, kept["mentor"], ""), (Role.BOARD, "bestuur@demo.invalid", "")]:
        yield f"  {role.label!s:<16}{email:<28}{kept['password']}"
    if kept["family"]:
        yield f"  {'gezin':<16}{url}{kept['family']}"
