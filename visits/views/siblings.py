"""Children of one home in two classes: the pairs of a campaign, and what is decided about each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.actions.siblings import SiblingError, decide_siblings, set_sibling_default
from visits.forms.together import SiblingDefaultForm, SiblingForm
from visits.models import Campaign, SiblingChoice
from visits.queries.siblings import PairLine, pair_lines
from visits.views.finding import campaign_of
from visits.words.siblings import reason_text

REFUSED = 409


@for_roles(Role.COORDINATOR)
def campaign_siblings(request: SchoolRequest, campaign: int) -> HttpResponse:
    """The pairs, undecided ones first; with a POST one choice is kept, or what holds for the rest."""
    found = campaign_of(request, campaign)
    if request.method != "POST":
        return _page(request, found)
    if request.POST.get("pair") == "all":
        return _keep_default(request, found)
    line = next(
        (line for line in pair_lines(found, timezone.localdate()) if line.key == request.POST.get("pair")), None
    )
    if line is None:
        return _page(request, found, refusal=_("Dit gezin staat niet meer in de lijst. Kijk hoe het er nu voor staat."))
    return _keep(request, found, line)


def _keep(request: SchoolRequest, campaign: Campaign, line: PairLine) -> HttpResponse:
    form = SiblingForm(request.POST, line=line)
    if not form.is_valid():
        return _page(request, campaign, wrong=form)
    choice, mentor = form.chosen()
    try:
        decide_siblings(
            first=line.first, second=line.second, choice=choice, mentor=mentor, by=request.user, now=timezone.now()
        )
    except SiblingError as refusal:
        form.add_error("choice", refusal.text)
        return _page(request, campaign, wrong=form)
    text = _("Bewaard voor %(name)s. Het volgende plan houdt er rekening mee.")
    messages.success(request, text % {"name": line.first.household.name})
    return redirect("visits:campaign_siblings", school=request.school.slug, campaign=campaign.pk)


def _keep_default(request: SchoolRequest, campaign: Campaign) -> HttpResponse:
    form = SiblingDefaultForm(request.POST)
    if not form.is_valid():
        return _page(request, campaign, default=form)
    value = form.cleaned_data["siblings"]
    choice = SiblingChoice(value) if value else None
    set_sibling_default(campaign=campaign, choice=choice, by=request.user, now=timezone.now())
    messages.success(request, _("Bewaard. Het geldt voor elk gezin waarover je niets apart koos."))
    return redirect("visits:campaign_siblings", school=request.school.slug, campaign=campaign.pk)


def _page(
    request: SchoolRequest,
    campaign: Campaign,
    *,
    wrong: SiblingForm | None = None,
    default: SiblingDefaultForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    lines = pair_lines(campaign, timezone.localdate())
    forms = [wrong if wrong and wrong.prefix == line.key else SiblingForm(line=line) for line in lines]
    context = {
        "campaign": campaign,
        "rows": [
            (line, form, reason_text(line.reason, line.shared_evenings))
            for line, form in zip(lines, forms, strict=True)
        ],
        "open": len({line.first.household_id for line in lines if line.is_open}),
        "default": default or SiblingDefaultForm(initial={"siblings": campaign.siblings}),
        "refusal": refusal,
        "wrong": wrong,
    }
    status = REFUSED if refusal else 422 if wrong or default else 200
    return render(request, "visits/campaign_siblings.html", context, status=status)
