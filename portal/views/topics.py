"""What to talk about: parents on one page, the pupil on another."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portal.access.entry import FamilyRequest, for_family
from portal.forms import TopicsForm
from portal.views.home import family_context, to_home
from visits.actions.agenda import may_speak, pick_topics
from visits.actions.visit_rows import MomentError
from visits.models import AgendaTopic, ConversationTopic, Invitation
from visits.queries.family import offered_topics


@for_family
def topics(request: FamilyRequest) -> HttpResponse:
    """'Waar wilt u het over hebben?'"""
    return _pick(request, AgendaTopic.PARENT, "portal/topics.html")


@for_family
def pupil(request: FamilyRequest) -> HttpResponse:
    """'Waar wil jij het over hebben?'"""
    return _pick(request, AgendaTopic.PUPIL, "portal/pupil.html")


def _pick(request: FamilyRequest, by_whom: str, template: str) -> HttpResponse:
    now = timezone.now()
    invitation = request.invitation
    offered = offered_topics(invitation, by_whom)
    form = TopicsForm(request.POST if request.method == "POST" else None, offered=offered)
    if not form.is_bound:
        return _page(request, template, form, offered, picked=_picked(invitation, by_whom))
    if not form.is_valid():
        return _page(request, template, form, offered, picked=_typed(form), status=422)
    try:
        pick_topics(
            invitation=invitation,
            chosen=list(form.cleaned_data["topics"]),
            own_text=form.cleaned_data["own_text"],
            by_whom=by_whom,
            now=now,
        )
    except MomentError as refusal:
        return _page(request, template, form, offered, picked=_typed(form), refusal=refusal, status=409)
    return to_home(request)


def _picked(invitation: Invitation, by_whom: str) -> tuple[set[int], str]:
    rows = list(invitation.agenda.filter(by=by_whom))
    return {row.topic_id for row in rows if row.topic_id}, next((row.own_text for row in rows if row.own_text), "")


def _typed(form: TopicsForm) -> tuple[set[int], str]:
    values = [str(value) for value in form["topics"].value() or []]
    return {int(value) for value in values if value.isdecimal()}, str(form["own_text"].value() or "")


def _page(
    request: FamilyRequest,
    template: str,
    form: TopicsForm,
    offered: list[ConversationTopic],
    *,
    picked: tuple[set[int], str],
    refusal: MomentError | None = None,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    keys, own_text = picked
    context = family_context(request, now) | {
        "form": form,
        "offered": [(topic, topic.pk in keys) for topic in offered],
        "own_text": own_text,
        "may_speak": may_speak(request.invitation.visit, now),
        "refusal": refusal,
    }
    return render(request, template, context, status=status)
