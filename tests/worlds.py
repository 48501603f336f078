"""A whole school's rows, one of each kind, for the tests that walk every address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from mentors.models import Board, Mentor, Role, School
from notes.models import AgreedBy, Agreement, Concern, ConversationOutcome, Headline, MemoryAid, VisitReport
from planning.actions.board.standing import open_standing_board
from planning.models import Plan, PlanFailure, PlanKind, PlanState, RepairTrace
from planning.problem.incidents import Incident, IncidentKind
from planning.queries.snapshots import snapshot_of
from reports.figures.cost_question import EveningHours, Question
from reports.models import CostState, CostStudy, CostVariant
from students.models import HouseholdSuggestion, RosterImport, SchoolClass, Student
from tests import factories
from visits.models import Campaign, InterpreterShift, Message, MessageKind, Route, Visit, VisitState

# Pages for everybody; each says why in the code. The family's own pages are guarded by its secret link.
OPEN_PAGES = {
    "account_login",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "choose_language",
    "livez",
    "readyz",
    "portal:start",
    "portal:enter",
    "portal:enter_code",
    "portal:lost",
}
# Who opens which page of a school, said a second time: a guard that is widened by mistake differs from this.
# A page that is not here is for the coordinator alone.
WHO_OPENS = {
    frozenset({Role.MENTOR}): (
        "notes:amend notes:card notes:draft notes:evening notes:hand_over notes:log notes:memory_aid notes:report "
        "notes:reports notes:support visits:my_shifts"
    ),
    frozenset({Role.CARE}): "notes:concerns notes:take_over",
    frozenset({Role.CARE, Role.MENTOR}): "notes:concern",
    frozenset({Role.COORDINATOR, Role.MENTOR}): (
        "notes:agreements notes:keep notes:reopen visits:visit_answer visits:visit_cancel visits:visit_link "
        "visits:visit_reschedule visits:visit_undo"
    ),
    frozenset({Role.COORDINATOR, Role.DIRECTOR}): (
        "reports:cost_new reports:cost_pdf reports:cost_progress reports:cost_resume reports:cost_sheet "
        "reports:cost_stop reports:cost_study reports:costs reports:packs_pdf planning:board planning:board_evening "
        "planning:board_news"
    ),
    frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.CARE}): (
        "reports:dashboard reports:dashboard_pdf reports:dashboard_sheet"
    ),
    frozenset({Role.COORDINATOR, Role.DIRECTOR, Role.MENTOR}): (
        "reports:pack reports:pack_pdf reports:packs visits:visit visits:visits"
    ),
}
# Pages that send on to another one whatever they are asked for; every other page that can be read shows itself.
SEND_ON = {"reports:costs", "students:import_preview", "visits:visit_link", "visits:visit_undo"}
# What `pk` means in the addresses of the students room.
STUDENT_PAGES = {
    "student": "student",
    "student_two_homes": "student",
    "class_mentors": "school_class",
    "import_preview": "upload",
    "import_apply": "upload",
    "import_discard": "upload",
    "import_result": "upload",
    "household": "household",
    "household_pin": "household",
    "guardian_new": "household",
    "guardian": "guardian",
    "guardian_remove": "guardian",
    "suggestion_confirm": "suggestion",
    "suggestion_reject": "suggestion",
}


@dataclass
class World:
    """One school with one of everything."""

    school: School
    board: Board
    mentor: Mentor
    student: Student
    campaign: Campaign
    visit: Visit
    rows: dict[str, Any]

    def value(self, url_name: str, parameter: str) -> Any:
        """What stands in the address `url_name` for `parameter`."""
        key = f"{url_name}:{parameter}"
        row = self.rows[key] if key in self.rows else self.rows[parameter]
        return getattr(row, "pk", row)


def make_world(now: dt.datetime) -> World:
    """A school in mid-campaign: one visit of last week that was logged, one of tonight, and all that hangs on them."""
    school = factories.make_school()
    board = factories.make_board(school)
    mentor = factories.make_mentor(school)
    coordinator = factories.make_user(school, Role.COORDINATOR)
    school_class = factories.make_class(school, mentor)
    student, tonight = factories.make_student(school_class), factories.make_student(school_class)
    campaign = factories.make_campaign(school)
    shift = factories.make_shift(campaign, mentor, now.date())
    route = make_route(campaign, mentor, now)
    past = factories.make_visit(
        campaign, student, starts_at=now - dt.timedelta(days=7), state=VisitState.MET, mentor=mentor
    )
    visit = factories.make_visit(campaign, tonight, starts_at=now + dt.timedelta(hours=5), route=route)
    invitation = factories.make_invitation(visit)
    refused = factories.make_refused_moment(visit, now + dt.timedelta(days=1))
    rows: dict[str, Any] = {
        "school": school.slug,
        "board": board,
        "mentor": mentor,
        "membership": coordinator.memberships.get(),
        "user": coordinator,
        "year": school.years.get(),
        "closure": school.years.get().closures.get(),
        "school_class": school_class,
        "student": student,
        "household": tonight.residences.get().household,
        "guardian": tonight.residences.get().household.guardians.get(),
        "campaign": campaign,
        "shift": shift,
        "route": route,
        "visit": visit,
        "invitation": invitation,
        "refused": refused,
        "topic": factories.make_topic(school),
        "message": make_message(school, visit, now),
        "plan": make_plan(campaign, now),
        "study": make_cost_study(school, now),
        "upload": make_upload(school, now),
        "hours": make_interpreters(campaign, now),
        "suggestion": make_suggestion(school),
        "token": "verlopen",
        "form": "csv",
        "what": "zonder-moment",
    }
    rows |= make_drawn_plan(campaign, mentor, school_class, now)
    rows |= make_notes(school, mentor, past, student, now)
    rows |= {f"students:{name}:pk": rows[row] for name, row in STUDENT_PAGES.items()}
    return World(school, board, mentor, student, campaign, visit, rows)


def make_route(campaign: Campaign, mentor: Mentor, now: dt.datetime) -> Route:
    """Tonight's route."""
    return Route.objects.create(
        campaign=campaign,
        mentor=mentor,
        on=now.date(),
        mode="bike",
        leaves_at=now + dt.timedelta(hours=4),
        back_at=now + dt.timedelta(hours=7),
        travel_minutes=20,
        travel_metres=5000,
    )


def make_message(school: School, visit: Visit, now: dt.datetime) -> Message:
    """A mail that waits."""
    return Message.objects.create(
        key=f"test:{visit.pk}", kind=MessageKind.DAY_BEFORE, school=school, visit=visit, created_at=now, due_at=now
    )


def make_plan(campaign: Campaign, now: dt.datetime) -> Plan:
    """A planning job that failed: it has no result to draw."""
    return Plan.objects.create(
        campaign=campaign, created_at=now, state=PlanState.FAILED, failure=PlanFailure.UNEXPECTED
    )


def make_drawn_plan(campaign: Campaign, mentor: Mentor, school_class: SchoolClass, now: dt.datetime) -> dict[str, Any]:
    """A draft with one family in it and one without a moment, for the pages that draw one; and a repair like it."""
    factories.make_shift(campaign, mentor, dt.date(2026, 10, 6))
    visit = factories.make_visit(
        campaign, factories.make_student(school_class), starts_at=dt.datetime(2026, 10, 6, 16, 0, tzinfo=dt.UTC)
    )
    waiting = factories.make_visit(campaign, factories.make_student(school_class))
    plan = open_standing_board(campaign=campaign, by=None, now=now)
    pages = "plan plan_mentor plan_evening plan_why plan_rename plan_discard plan_publish "
    pages += "board board_news board_undo board_redo board_evening "
    pages += "board_complete board_complete_progress board_complete_apply "
    of_family = "board_visit board_spots board_move board_pin"
    repairs = "repair repair_progress repair_again repair_drop"
    rows: dict[str, Any] = {f"planning:{name}:plan": plan for name in (pages + of_family).split()}
    rows |= dict.fromkeys((f"planning:{name}:plan" for name in repairs.split()), make_repair(plan))
    rows["planning:repair_undo:plan"] = make_done_repair(plan)
    rows |= {f"planning:{name}:visit": visit for name in of_family.split()}
    return rows | {"planning:plan_why:visit": waiting}


def make_repair(plan: Plan) -> Plan:
    """A repair that waits for a yes and leaves everything where it stands."""
    return Plan.objects.create(
        campaign=plan.campaign,
        kind=PlanKind.REPAIR,
        state=PlanState.READY,
        incident=Incident(kind=IncidentKind.LATE).to_json(),
        problem=plan.problem,
        result=plan.result,
        cost=plan.cost,
        created_at=plan.created_at,
        finished_at=plan.finished_at,
    )


def make_done_repair(plan: Plan) -> Plan:
    """A repair that was said yes to and that touched no row: it can be taken back."""
    done = make_repair(plan)
    Plan.objects.filter(pk=done.pk).update(state=PlanState.PUBLISHED, published_at=plan.created_at)
    nothing: dict[str, Any] = {table: {} for table in snapshot_of(plan.campaign, plan.created_at)}
    RepairTrace.objects.create(plan=done, before=nothing, after=nothing)
    return done


def make_cost_study(school: School, now: dt.datetime) -> CostStudy:
    """A question about costs that was stopped before anything was worked out."""
    question = Question(
        (45,), (3,), ("bike",), ((1,),), (2,), (1, 3), EveningHours(960, 1260, 1290), dt.date(2026, 9, 14), 15
    )
    study = CostStudy.objects.create(
        school=school, question=question.to_json(), created_at=now, state=CostState.STOPPED
    )
    CostVariant.objects.create(
        study=study, number=0, minutes=45, max_stops=3, mode="bike", year_groups=[1], evenings_a_week=2
    )
    return study


def make_interpreters(campaign: Campaign, now: dt.datetime) -> InterpreterShift:
    """An evening of one interpreter."""
    hours = {"from_time": dt.time(17, 0), "until_time": dt.time(21, 0)}
    return InterpreterShift.objects.create(campaign=campaign, language="ar", on=now.date(), **hours)


def make_upload(school: School, now: dt.datetime) -> RosterImport:
    """An upload that waits for a yes."""
    return RosterImport.objects.create(school=school, source="table", created_at=now)


def make_suggestion(school: School) -> HouseholdSuggestion:
    """Two households that may be one."""
    first, second = factories.make_household(school), factories.make_household(school)
    return HouseholdSuggestion.objects.create(school=school, first=first, second=second)


def make_notes(school: School, mentor: Mentor, past: Visit, student: Student, now: dt.datetime) -> dict[str, Any]:
    """All that is written after a visit."""
    at = {"created_at": now, "updated_at": now}
    report = VisitReport(
        school=school, visit=past, author=mentor, outcome=ConversationOutcome.AT_HOME, finished_at=now, **at
    )
    report.going_well = "Het gaat goed."
    report.save()
    headline = Headline(school=school, visit=past, author=mentor, updated_at=now)
    headline.text = "Voelt zich thuis in de klas."
    headline.save()
    agreement = Agreement(school=school, visit=past, who=AgreedBy.MENTOR, created_at=now)
    agreement.what = "Belt in november."
    agreement.save()
    aid = MemoryAid(school=school, owner=mentor, visit=past, erase_on=now.date(), updated_at=now)
    aid.text = "Vraag naar de hond."
    aid.save()
    concern = Concern(school=school, visit=past, student=student, author=mentor, handed_over_at=now)
    concern.facts = "Wat ik zag."
    concern.save()
    return {"report": report, "agreement": agreement, "memory_aid": aid, "concern": concern}
