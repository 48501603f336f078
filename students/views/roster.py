"""The roster: the list, a pupil, the classes and their mentors."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mentors.access import SchoolRequest, for_roles
from mentors.models import Role
from students.actions.households import EditRefused, choose_mentors, choose_two_homes, set_year_group
from students.forms import ClassMentorsForm, RosterFilterForm, TwoHomesForm
from students.models import SchoolClass, Student, TwoHomes
from students.queries import lists
from students.queries.known import year_for

PER_PAGE = 50


@for_roles(Role.COORDINATOR)
@require_GET
def roster(request: SchoolRequest) -> HttpResponse:
    """All pupils, to search and to filter, under what is left to do."""
    year = year_for(request.school, timezone.localdate())
    form = RosterFilterForm(request.GET or None, class_names=lists.class_names(request.school, year))
    asked = form.cleaned_data if form.is_valid() else {}
    students = lists.roster(
        request.user,
        request.school,
        words=asked.get("q", ""),
        class_name=asked.get("klas", ""),
        only=asked.get("toon", ""),
    )
    page = Paginator(students, PER_PAGE).get_page(request.GET.get("page"))
    query = urlencode({name: value for name, value in asked.items() if value})
    context = {
        "form": form,
        "page": page,
        "query": f"{query}&" if query else "",
        "is_filtered": bool(query),
        "work": lists.roster_work(request.school, year),
        "has_year": year is not None,
    }
    return render(request, "students/roster.html", context)


@for_roles(Role.COORDINATOR)
@require_GET
def student(request: SchoolRequest, pk: int) -> HttpResponse:
    """One pupil: class, households, adults."""
    found = _student(request, pk)
    context = {"student": found, "form": TwoHomesForm(instance=found)}
    return render(request, "students/student.html", context)


@for_roles(Role.COORDINATOR)
@require_POST
def student_two_homes(request: SchoolRequest, pk: int) -> HttpResponse:
    """Settle what happens with two households."""
    found = _student(request, pk)
    form = TwoHomesForm(request.POST, instance=found)
    if not form.is_valid():
        return render(request, "students/student.html", {"student": found, "form": form}, status=422)
    try:
        choice = TwoHomes(form.cleaned_data["two_homes"])
        choose_two_homes(student=found, choice=choice, by=request.user, now=timezone.now())
        messages.success(request, _("Bewaard. Het geldt vanaf de volgende planning."))
    except EditRefused as refused:
        messages.error(request, refused.text)
    return redirect("students:student", school=request.school.slug, pk=pk)


def _student(request: SchoolRequest, pk: int) -> Student:
    students = (
        Student.objects.visible_to(request.user)
        .select_related("school_class")
        .prefetch_related("residences__household__guardians", "residences__household__students")
    )
    return get_object_or_404(students, school=request.school, pk=pk)


@for_roles(Role.COORDINATOR)
@require_GET
def classes(request: SchoolRequest) -> HttpResponse:
    """The classes of this year, with their mentors."""
    year = year_for(request.school, timezone.localdate())
    return render(request, "students/classes.html", {"classes": lists.classes_in(year), "year": year})


@for_roles(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def class_mentors(request: SchoolRequest, pk: int) -> HttpResponse:
    """The year group of a class, and who its mentors are."""
    found = get_object_or_404(SchoolClass, school_year__school=request.school, pk=pk)
    form = ClassMentorsForm(request.POST or None, school=request.school, school_class=found)
    if request.method == "POST" and form.is_valid():
        values, now = form.cleaned_data, timezone.now()
        set_year_group(school_class=found, year_group=values["year_group"], by=request.user, now=now)
        choose_mentors(school_class=found, mentors=values["mentors"], by=request.user, now=now)
        messages.success(request, _("Klas %(name)s is bewaard.") % {"name": found.name})
        return redirect("students:classes", school=request.school.slug)
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "students/class_mentors.html", {"school_class": found, "form": form}, status=status)
