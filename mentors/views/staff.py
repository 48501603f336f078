"""The people of the school: who has an account, as what, and how mentors travel."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.actions.accounts import AccountError, change_mentor, give_role, invite_colleague, take_role
from mentors.forms import InviteForm, MentorForm, RoleForm
from mentors.mail import send_invitation
from mentors.models import Membership, Mentor, Role, School, User
from mentors.queries import roles_here, staff_of
from mentors.views.school import tabs

ROLE_EXPLANATIONS = {
    Role.COORDINATOR: gettext_lazy("plant de bezoeken en ziet adressen, nooit verslagen"),
    Role.MENTOR: gettext_lazy("bezoekt gezinnen en schrijft verslagen over eigen leerlingen"),
    Role.DIRECTOR: gettext_lazy("ziet de voortgang en de cijfers, geen verslagen"),
    Role.CARE: gettext_lazy("leest de zorgmeldingen die mentoren overdragen"),
}


@for_roles(Role.COORDINATOR)
def staff(request: SchoolRequest) -> HttpResponse:
    """Everybody who works with this application, and the mentors of the roster who do not yet."""
    context = {"tabs": tabs(request.school, "mentors:staff"), "people": staff_of(request.school)}
    return render(request, "mentors/staff.html", context)


@for_roles(Role.COORDINATOR)
def invite(request: SchoolRequest) -> HttpResponse:
    """Make an account for a colleague, who gets a mail with a link."""
    form = InviteForm(request.POST or None, initial=invitation_of(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        roles = [Role(role) for role in given["roles"]]
        try:
            user = invite_colleague(
                email=given["email"],
                name=given["name"],
                roles=roles,
                school=request.school,
                by=request.user,
                now=timezone.now(),
            )
        except AccountError as error:
            form.add_error(None, error.text)
        else:
            keep_own_session(request, user)
            mail_invitation(request, user)
            return redirect("mentors:staff", school=request.school.slug)
    return render(request, "mentors/invite.html", {"form": form, "explanations": explanations()})


def invitation_of(request: SchoolRequest) -> dict[str, Any]:
    """What the form starts with: the mentor of the roster who was clicked on."""
    mentor = request.school.mentors.filter(pk=request.GET["mentor"]).first() if has_number(request, "mentor") else None
    return {"name": mentor.name, "email": mentor.email, "roles": [Role.MENTOR]} if mentor else {}


def has_number(request: SchoolRequest, name: str) -> bool:
    """Whether the question string has a whole number under this name."""
    return request.GET.get(name, "").isdecimal()


def mail_invitation(request: SchoolRequest, user: User) -> None:
    """Send the mail and say so; without a working mail server say what to do."""
    try:
        send_invitation(user=user, school=request.school)
    except OSError:
        text = _("De mail kon nu niet weg. Open de medewerker en stuur de link straks opnieuw.")
        messages.warning(request, text)
    else:
        messages.success(request, _("%(email)s krijgt een mail met een link.") % {"email": user.email})


@for_roles(Role.COORDINATOR)
def colleague(request: SchoolRequest, user: int) -> HttpResponse:
    """One colleague: roles here, and the link to log in."""
    found = colleague_or_404(request.school, user)
    held = roles_here(found, request.school)
    context = {
        "colleague": found,
        "mentor": request.school.mentors.filter(user=found).first(),
        "roles": [
            {"role": role, "word": role.label, "is_held": role in held, "explanation": explanation}
            for role, explanation in ROLE_EXPLANATIONS.items()
        ],
    }
    return render(request, "mentors/colleague.html", context)


@for_roles(Role.COORDINATOR)
@require_POST
def role_give(request: SchoolRequest, user: int) -> HttpResponse:
    """Give a colleague one more role."""
    found = colleague_or_404(request.school, user)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Kies een rol uit de lijst."))
        return to_colleague(request, found)
    role = Role(form.cleaned_data["role"])
    try:
        give_role(user=found, role=role, school=request.school, by=request.user, now=timezone.now())
    except AccountError as error:
        messages.error(request, error.text)
    else:
        keep_own_session(request, found)
        text = _("%(name)s is nu %(role)s en moet opnieuw inloggen.") % {"name": found.name, "role": role.label}
        messages.success(request, text)
    return to_colleague(request, found)


@for_roles(Role.COORDINATOR)
@require_POST
def role_take(request: SchoolRequest, user: int) -> HttpResponse:
    """Take a role away from a colleague."""
    found = colleague_or_404(request.school, user)
    form = RoleForm(request.POST)
    role = form.cleaned_data["role"] if form.is_valid() else ""
    membership = get_object_or_404(
        Membership.objects.select_related("user", "school"), user=found, school=request.school, role=role
    )
    try:
        take_role(membership=membership, by=request.user, now=timezone.now())
    except AccountError as error:
        messages.error(request, error.text)
        return to_colleague(request, found)
    keep_own_session(request, found)
    text = _("%(name)s is geen %(role)s meer.") % {"name": found.name, "role": Role(role).label}
    messages.success(request, text)
    if found.pk == request.user.pk and role == Role.COORDINATOR:
        return redirect("mentors:home")
    return to_colleague(request, found)


@for_roles(Role.COORDINATOR)
@require_POST
def link_send(request: SchoolRequest, user: int) -> HttpResponse:
    """Send the mail with the link again."""
    found = colleague_or_404(request.school, user)
    mail_invitation(request, found)
    return to_colleague(request, found)


@for_roles(Role.COORDINATOR)
def mentor(request: SchoolRequest, mentor: int) -> HttpResponse:
    """How a mentor travels, from where, and whether the mentor works here."""
    found = mentor_or_404(request.school, mentor)
    form = MentorForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_mentor(mentor=found, values=form.values(), by=request.user, now=timezone.now())
        except AccountError as error:
            form.add_error("postcode", error.text)
        else:
            if found.user is not None:
                keep_own_session(request, found.user)
            messages.success(request, _("Bewaard. De volgende planning houdt er rekening mee."))
            return redirect("mentors:staff", school=request.school.slug)
    return render(request, "mentors/mentor.html", {"form": form, "mentor": found})


def explanations() -> list[tuple[str, str]]:
    """Each role with what it may do."""
    return [(str(role.label), str(text)) for role, text in ROLE_EXPLANATIONS.items()]


def keep_own_session(request: SchoolRequest, changed: User) -> None:
    """Who changes the own roles stays logged in here, under a new key."""
    if changed.pk == request.user.pk:
        request.user.refresh_from_db(fields=["session_epoch"])
        update_session_auth_hash(request, request.user)


def to_colleague(request: SchoolRequest, colleague: User) -> HttpResponse:
    """Back to the colleague; to the list when no role is left here."""
    if not roles_here(colleague, request.school):
        return redirect("mentors:staff", school=request.school.slug)
    return redirect("mentors:colleague", school=request.school.slug, user=colleague.pk)


def colleague_or_404(school: School, pk: int) -> User:
    """Somebody with a role at this school."""
    return get_object_or_404(User.objects.filter(memberships__school=school).distinct(), pk=pk)


def mentor_or_404(school: School, pk: int) -> Mentor:
    """A mentor of this school."""
    return get_object_or_404(school.mentors.select_related("user", "school"), pk=pk)
