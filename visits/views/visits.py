"""One visit: how it stands, and moving it, calling it off or writing down what the family said."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.dates import nl_moment
from mentors.models import Mentor, Role
from visits.access import may_arrange
from visits.actions import moments
from visits.actions.invitations import renew_link, revoke_link
from visits.actions.phone_answers import answer_by_phone
from visits.actions.refused_moments import allow_again
from visits.actions.visit_rows import MentorBusy, MomentError
from visits.forms.visits import OWN, AnswerForm, RescheduleForm, SeenForm
from visits.models import Invitation, Visit, VisitState
from visits.queries.clashes import clashes_at
from visits.queries.history import history_of
from visits.queries.home_times import was_refused
from visits.queries.moments import fits_now, fitting_moments, moments_to_offer
from visits.queries.outbox import messages_about
from visits.queries.together import invited_visit, others_in_conversation
from visits.words.clashes import clash_text
from visits.words.history import timeline_of

UNDO_SECONDS = 30 * 60
REFUSED = 409
_SALT = "visits.undo"


def visit_of(request: SchoolRequest, pk: int) -> Visit:
    """The visit, if this person may see it at this school. Raises Http404."""
    visits = Visit.objects.readable_by(request.user, timezone.now()).filter(campaign__school=request.school)
    return get_object_or_404(visits.select_related("campaign__school", "mentor__school", "household", "second"), pk=pk)


def visit_to_arrange(request: SchoolRequest, pk: int) -> Visit:
    """The visit, if this person may change it. Raises Http404, PermissionDenied."""
    visit = visit_of(request, pk)
    if not may_arrange(visit, request.roles, request.mentor):
        raise PermissionDenied
    return visit


def to_visit(request: SchoolRequest, visit: Visit) -> HttpResponse:
    """Back to the visit's own page."""
    return redirect("visits:visit", school=request.school.slug, visit=visit.pk)


@for_roles(Role.COORDINATOR, Role.MENTOR, Role.DIRECTOR)
def visit(request: SchoolRequest, visit: int) -> HttpResponse:
    """State, moment, the family's answer, and what happened."""
    found = visit_of(request, visit)
    lead = invited_visit(found)
    invitations = list(lead.invitations.select_related("household").prefetch_related("household__guardians"))
    context = {
        "visit": found,
        "is_invited_elsewhere": lead.pk != found.pk,
        "students": found.students.select_related("school_class"),
        "invitations": invitations,
        "messages_sent": messages_about(found)[:12],
        "history": timeline_of(history_of(found, invitations)),
        "may_arrange": may_arrange(found, request.roles, request.mentor),
        "together_with": others_in_conversation(found),
        "refused": found.refused_moments.select_related("by"),
        "is_over": found.state in (VisitState.MET, VisitState.CANCELLED),
        "now": timezone.now(),
    }
    return render(request, "visits/visit.html", context)


@for_roles(Role.COORDINATOR, Role.MENTOR)
def visit_reschedule(request: SchoolRequest, visit: int) -> HttpResponse:
    """Another moment, chosen by the school; the family is asked whether it suits."""
    found, now = visit_to_arrange(request, visit), timezone.now()
    form = RescheduleForm(request.POST or None, moments=_offered(found, now), initial={"version": found.version})
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, "reschedule", found, form)
    undo, starts_at = undo_address(request, found), form.starts_at()
    is_refused, fits = was_refused(found, starts_at), fits_now(found, now, starts_at)
    try:
        moments.reschedule_visit(
            visit=found, starts_at=starts_at, by=request.user, now=now, seen_version=form.cleaned_data["version"]
        )
    except MomentError as refusal:
        return _refused(request, "reschedule", visit, form, refusal, starts_at)
    text = _("Het thuisbezoek is verzet naar %(moment)s. Het gezin krijgt bericht.") % {"moment": nl_moment(starts_at)}
    if is_refused:
        text += " " + _("Let op: het gezin zei eerder nee tegen dit moment.")
    elif not fits:
        text += " " + _("Let op: dit past niet in de avonden en reistijden van de mentor.")
    messages.success(request, text, extra_tags=undo)
    return to_visit(request, found)


@for_roles(Role.COORDINATOR, Role.MENTOR)
def visit_cancel(request: SchoolRequest, visit: int) -> HttpResponse:
    """Take the moment away and look for another, or call the visit off for good."""
    found, now = visit_to_arrange(request, visit), timezone.now()
    form = SeenForm(request.POST or None, initial={"version": found.version})
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, "cancel", found, form)
    undo = undo_address(request, found)
    try:
        if request.POST.get("for_good"):
            moments.cancel_visit(visit=found, by=request.user, now=now, seen_version=form.cleaned_data["version"])
        else:
            moments.open_visit(visit=found, by=request.user, now=now, seen_version=form.cleaned_data["version"])
    except MomentError as refusal:
        return _refused(request, "cancel", visit, form, refusal)
    messages.success(request, _("Het moment is vervallen. Het gezin krijgt bericht."), extra_tags=undo)
    return to_visit(request, found)


@for_roles(Role.COORDINATOR, Role.MENTOR)
def visit_answer(request: SchoolRequest, visit: int) -> HttpResponse:
    """Write down what the family said in a call."""
    found, now = visit_to_arrange(request, visit), timezone.now()
    form = AnswerForm(
        request.POST or None,
        moments=_offered(found, now),
        has_moment=found.state in (VisitState.PLANNED, VisitState.CONFIRMED),
        initial={"version": invited_visit(found).version, "place_kind": found.place_kind},
    )
    if request.method != "POST" or not form.is_valid():
        return _form_page(request, "answer", found, form)
    answer = form.phone_answer()
    try:
        answer_by_phone(visit=found, answer=answer, seen_version=form.cleaned_data["version"], by=request.user, now=now)
    except MomentError as refusal:
        return _refused(request, "answer", visit, form, refusal, answer.starts_at)
    messages.success(request, _("Het antwoord van het gezin staat erin."))
    return to_visit(request, found)


@for_roles(Role.COORDINATOR)
@require_POST
def moment_allow(request: SchoolRequest, visit: int, refused: int) -> HttpResponse:
    """A moment that the family refused may be proposed again."""
    found = visit_of(request, visit)
    row = get_object_or_404(found.refused_moments, pk=refused)
    allow_again(visit=found, starts_at=row.starts_at, by=request.user, now=timezone.now())
    text = _("%(moment)s mag weer worden voorgesteld.")
    messages.success(request, text % {"moment": nl_moment(row.starts_at)})
    return to_visit(request, found)


@for_roles(Role.COORDINATOR, Role.MENTOR)
def visit_undo(request: SchoolRequest, visit: int, token: str) -> HttpResponse:
    """'Ongedaan maken': back to the moment that stood before the last change."""
    found = visit_to_arrange(request, visit)
    if request.method != "POST":
        return to_visit(request, found)
    try:
        pk, version, starts_at, ends_at, was_confirmed, second = signing.loads(token, salt=_SALT, max_age=UNDO_SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    if pk != found.pk:
        raise Http404
    try:
        moments.restore_moment(
            visit=found,
            starts_at=dt.datetime.fromisoformat(starts_at),
            ends_at=dt.datetime.fromisoformat(ends_at),
            was_confirmed=was_confirmed,
            seen_version=version + 1,
            by=request.user,
            now=timezone.now(),
            second=Mentor.objects.filter(pk=second).first() if second else None,
        )
    except MomentError as refusal:
        messages.warning(request, refusal.text)
    else:
        messages.success(request, _("De wijziging is ongedaan gemaakt."))
    return to_visit(request, found)


@for_roles(Role.COORDINATOR, Role.MENTOR)
def visit_link(request: SchoolRequest, visit: int, invitation: int) -> HttpResponse:
    """Send the family a new link, or close the link that it has."""
    found = visit_to_arrange(request, visit)
    invitations = Invitation.objects.select_related("visit__campaign__school", "visit__household")
    row = get_object_or_404(invitations, visit=invited_visit(found), pk=invitation)
    if request.method == "POST":
        now = timezone.now()
        if request.POST.get("close"):
            revoke_link(invitation=row, by=request.user, now=now)
            messages.success(request, _("De link is gesloten."))
        else:
            renew_link(invitation=row, by=request.user, now=now)
            messages.success(request, _("Er is een nieuwe link. Wie een e-mailadres heeft, krijgt hem vandaag."))
    return to_visit(request, found)


def undo_address(request: SchoolRequest, visit: Visit) -> str:
    """The tag that puts 'ongedaan maken' beside a notice; '' when there was no moment to go back to."""
    if visit.starts_at is None or visit.ends_at is None or visit.starts_at <= timezone.now():
        return ""
    is_confirmed = visit.state == VisitState.CONFIRMED
    moment = [visit.starts_at.isoformat(), visit.ends_at.isoformat()]
    facts = [visit.pk, visit.version, *moment, is_confirmed, visit.second_id]
    token = signing.dumps(facts, salt=_SALT)
    kwargs = {"school": request.school.slug, "visit": visit.pk, "token": token}
    return "undo:" + reverse("visits:visit_undo", kwargs=kwargs)


def _offered(visit: Visit, now: dt.datetime) -> list[Any]:
    days = moments_to_offer(fitting_moments(visit, now))
    return [moment for moments_of_day in days.values() for moment in moments_of_day]


def _refused(
    request: SchoolRequest,
    name: str,
    pk: int,
    form: SeenForm,
    refusal: MomentError,
    starts_at: dt.datetime | None = None,
) -> HttpResponse:
    """The form again, with the reason: at the field of the moment it says which two visits clash."""
    visit = visit_of(request, pk)
    clashes = clashes_at(visit, starts_at, request.user) if isinstance(refusal, MentorBusy) and starts_at else []
    for clash in clashes:
        person = clash.person.name if clash.person else ""
        text = clash_text(visit, clash.visit, person, is_visible=clash.is_visible)
        form.add_error("at" if form.data.get("moment") == OWN else "moment", text)
    return _form_page(request, name, visit, form, None if clashes else refusal, status=REFUSED)


def _form_page(
    request: SchoolRequest,
    name: str,
    visit: Visit,
    form: SeenForm,
    refusal: MomentError | None = None,
    status: int | None = None,
) -> HttpResponse:
    together = others_in_conversation(visit)
    context = {"visit": visit, "form": form, "refusal": refusal, "together_with": together}
    status = status or (422 if form.is_bound and form.errors else 200)
    return render(request, f"visits/visit_{name}.html", context, status=status)
