"""Letters for families without e-mail, and mails that could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.actions.invitations import note_letter_given
from visits.actions.outbox import retry_message
from visits.forms.letters import LettersForm
from visits.links import LinkLost, code_of
from visits.models import Invitation
from visits.queries.family import NamedPupil, invitations_by_letter, language_of, party_of, pupils_at
from visits.queries.outbox import undelivered
from visits.views.finding import campaign_of
from visits.words.visitors import names_in_words, visitor_in_words


@for_roles(Role.COORDINATOR)
def letters(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Which families need a letter, and which of them have it; ticking them off says that they know."""
    found = campaign_of(request, campaign)
    invitations = invitations_by_letter(found)
    if request.method == "POST":
        form = LettersForm(request.POST, invitations=invitations)
        if form.is_valid():
            given = list(form.cleaned_data["given"])
            for invitation in given:
                note_letter_given(invitation=invitation, by=request.user, now=timezone.now())
            text = ngettext("%(n)s brief is meegegeven.", "%(n)s brieven zijn meegegeven.", len(given))
            messages.success(request, text % {"n": len(given)})
            return redirect("visits:letters", school=request.school.slug, campaign=found.pk)
    rows = [{"invitation": row, "status": letter_status(row)} for row in invitations]
    return render(request, "visits/letters.html", {"campaign": found, "rows": rows})


@for_roles(Role.COORDINATOR)
def letters_print(request: SchoolRequest, campaign: int) -> HttpResponse:
    """The letters that have to be given (again), one family a page, ready to print."""
    found = campaign_of(request, campaign)
    to_give = [row for row in invitations_by_letter(found) if letter_status(row) != "given"]
    pupils = pupils_at(row.visit for row in to_give)
    pages = [page for row in to_give if (page := _letter(row, pupils))]
    return render(request, "visits/letters_print.html", {"campaign": found, "pages": pages, "site": settings.SITE_URL})


@for_roles(Role.COORDINATOR)
def messages_undelivered(request: SchoolRequest) -> HttpResponse:
    """Mails that failed for good, and trying one again."""
    if request.method == "POST":
        pk = request.POST.get("message", "")
        row = get_object_or_404(undelivered(request.school), pk=int(pk) if pk.isdecimal() else 0)
        retry_message(message=row, by=request.user, now=timezone.now())
        messages.success(request, _("De mail gaat vandaag opnieuw de deur uit."))
        return redirect("visits:messages_undelivered", school=request.school.slug)
    rows = undelivered(request.school)[:200]
    return render(request, "visits/messages_undelivered.html", {"rows": rows})


def letter_status(invitation: Invitation) -> str:
    """to_give, changed (the visit is not as the letter says), or given."""
    if invitation.sent_at is None:
        return "to_give"
    visit = invitation.visit
    is_same = (invitation.announced_starts_at, invitation.announced_place) == (visit.starts_at, visit.place_kind)
    return "given" if is_same else "changed"


def _letter(invitation: Invitation, pupils: Mapping[int, list[NamedPupil]]) -> dict[str, Any] | None:
    """What stands in one letter; None for a link that the server's key no longer knows."""
    try:
        code = code_of(invitation)
    except LinkLost:
        return None
    language, party = language_of(invitation.household), party_of(invitation.visit, pupils)
    with override(language):
        names = names_in_words(party.names)
        who = visitor_in_words(party.visitor, party.own_names, has_company=party.has_company)
    return {
        "visit": invitation.visit,
        "code": code,
        "party": party,
        "names": names,
        "who": who,
        "language": language,
    }
