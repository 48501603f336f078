"""What mentors take on in a campaign, and who comes along to one visit."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Mentor, Role
from visits.actions.commitments import CommitmentError, make_team, part_team, set_commitment, set_company
from visits.forms.together import CommitmentForm, CompanyForm, TeamForm
from visits.models import Commitment
from visits.queries.commitments import colleagues_of, commitment_lines, teams_in
from visits.views.finding import campaign_of
from visits.views.visits import to_visit, visit_of


@for_roles(Role.COORDINATOR)
def campaign_commitments(request: SchoolRequest, campaign: int) -> HttpResponse:
    """Per mentor: the most visits, who hands over and who takes over, who takes a colleague along, who is a team."""
    found = campaign_of(request, campaign)
    form = TeamForm(request.POST or None, mentors=colleagues_of(request.school, None))
    if request.method == "POST" and form.is_valid():
        try:
            make_team(campaign=found, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CommitmentError as refusal:
            form.add_error("second", refusal.text)
        else:
            messages.success(request, _("Bewaard. Het volgende plan houdt er rekening mee."))
            return redirect("visits:campaign_commitments", school=request.school.slug, campaign=found.pk)
    lines = commitment_lines(found)
    agreed = [line.commitment for line in lines if line.commitment is not None]
    lacks_taker = any(row.hands_over for row in agreed) and not any(row.takes_over for row in agreed)
    context = {"campaign": found, "lines": lines, "lacks_taker": lacks_taker, "form": form, "teams": teams_in(lines)}
    return render(request, "visits/campaign_commitments.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
@require_POST
def team_part(request: SchoolRequest, campaign: int, mentor: int) -> HttpResponse:
    """A team of two goes apart: neither takes the other one along."""
    found = campaign_of(request, campaign)
    person = get_object_or_404(Mentor.objects.filter(school=request.school), pk=mentor)
    team = next((team for team in teams_in(commitment_lines(found)) if person in team), None)
    if team is not None:
        part_team(campaign=found, first=team[0], second=team[1], by=request.user, now=timezone.now())
        messages.success(request, _("Het team is uit elkaar. Afspraken die staan, blijven staan."))
    return redirect("visits:campaign_commitments", school=request.school.slug, campaign=found.pk)


@for_roles(Role.COORDINATOR)
def campaign_commitment(request: SchoolRequest, campaign: int, mentor: int) -> HttpResponse:
    """What one mentor takes on."""
    found = campaign_of(request, campaign)
    person = get_object_or_404(Mentor.objects.filter(school=request.school), pk=mentor)
    row = Commitment.objects.filter(campaign=found, mentor=person).first()
    form = CommitmentForm(request.POST or None, instance=row, colleagues=colleagues_of(request.school, person))
    if request.method == "POST" and form.is_valid():
        try:
            set_commitment(campaign=found, mentor=person, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CommitmentError as refusal:
            form.add_error(refusal.field, refusal.text)
        else:
            messages.success(request, _("Bewaard. Het volgende plan houdt er rekening mee."))
            return redirect("visits:campaign_commitments", school=request.school.slug, campaign=found.pk)
    context = {"campaign": found, "mentor": person, "form": form}
    return render(request, "visits/campaign_commitment.html", context, status=422 if form.errors else 200)


@for_roles(Role.COORDINATOR)
def visit_company(request: SchoolRequest, visit: int) -> HttpResponse:
    """Of whom one comes along to this visit."""
    found = visit_of(request, visit)
    chosen = {"companions": found.companions.all()}
    form = CompanyForm(request.POST or None, initial=chosen, colleagues=colleagues_of(request.school, found.mentor))
    if request.method == "POST" and form.is_valid():
        try:
            set_company(visit=found, companions=form.cleaned_data["companions"], by=request.user, now=timezone.now())
        except CommitmentError as refusal:
            form.add_error(refusal.field, refusal.text)
        else:
            messages.success(request, _("Bewaard. Het volgende plan houdt er rekening mee."))
            return to_visit(request, found)
    context = {"visit": found, "form": form}
    return render(request, "visits/visit_company.html", context, status=422 if form.errors else 200)
