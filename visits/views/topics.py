"""The school's list of conversation topics."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from visits.actions.topics import add_topic, move_topic, seed_topics, switch_topic
from visits.forms.campaigns import TopicForm
from visits.models import ConversationTopic


@for_roles(Role.COORDINATOR)
def campaign_topics(request: SchoolRequest) -> HttpResponse:
    """The list, and a form for a topic of the school's own."""
    form = TopicForm(request.POST or None, instance=ConversationTopic(school=request.school))
    if request.method == "POST" and form.is_valid():
        add_topic(topic=form.save(commit=False), by=request.user, now=timezone.now())
        messages.success(request, _("Het onderwerp staat onderaan de lijst."))
        return redirect("visits:campaign_topics", school=request.school.slug)
    topics = ConversationTopic.objects.filter(school=request.school)
    return render(
        request, "visits/campaign_topics.html", {"form": form, "topics": topics}, status=422 if form.errors else 200
    )


@for_roles(Role.COORDINATOR)
@require_POST
def topics_seed(request: SchoolRequest) -> HttpResponse:
    """Give a school without topics the list to start with."""
    if seed_topics(school=request.school, by=request.user, now=timezone.now()):
        messages.success(request, _("De lijst staat klaar. Pas hem aan zoals het bij jullie school past."))
    return redirect("visits:campaign_topics", school=request.school.slug)


@for_roles(Role.COORDINATOR)
@require_POST
def topic_move(request: SchoolRequest, topic: int) -> HttpResponse:
    """One place up or down."""
    is_up = request.POST.get("kant") == "omhoog"
    move_topic(topic=_topic(request, topic), is_up=is_up, by=request.user, now=timezone.now())
    return redirect("visits:campaign_topics", school=request.school.slug)


@for_roles(Role.COORDINATOR)
@require_POST
def topic_switch(request: SchoolRequest, topic: int) -> HttpResponse:
    """Use it, or leave it out."""
    is_active = request.POST.get("stand") == "aan"
    switch_topic(topic=_topic(request, topic), is_active=is_active, by=request.user, now=timezone.now())
    return redirect("visits:campaign_topics", school=request.school.slug)


def _topic(request: SchoolRequest, pk: int) -> ConversationTopic:
    return get_object_or_404(ConversationTopic.objects.filter(school=request.school), pk=pk)
