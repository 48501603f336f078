"""Lists of the coordinator's pages, each in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from mentors.models import School, SchoolYear, User
from students.models import (
    Guardian,
    Household,
    HouseholdSuggestion,
    LocationQuality,
    Residence,
    RosterImport,
    SchoolClass,
    Student,
    SuggestionState,
)


@dataclass(frozen=True)
class RosterWork:
    """What is left to do on the roster, in numbers."""

    pupils: int
    not_found: int
    roughly: int
    suggestions: int
    without_household: int
    without_email: int
    without_class: int
    classes_without_mentor: int


def _with_email() -> Exists:
    return Exists(
        Guardian.objects.filter(household__residences__student=OuterRef("pk"), is_invited=True).exclude(email="")
    )


def _living(school: School) -> QuerySet[Household]:
    """Households of enrolled pupils."""
    at_school = Residence.objects.filter(household=OuterRef("pk"), student__left_on=None)
    return Household.objects.filter(Exists(at_school), school=school)


def roster_work(school: School, year: SchoolYear | None) -> RosterWork:
    """The numbers above the roster."""
    enrolled = Student.objects.filter(school=school).enrolled()
    has_home = Exists(Residence.objects.filter(student=OuterRef("pk")))
    pupils = enrolled.annotate(has_home=has_home, has_email=_with_email()).aggregate(
        pupils=Count("pk"),
        without_household=Count("pk", filter=Q(has_home=False)),
        without_email=Count("pk", filter=Q(has_email=False)),
        without_class=Count("pk", filter=Q(school_class=None)),
    )
    homes = _living(school).aggregate(
        not_found=Count("pk", filter=Q(location_quality=LocationQuality.NONE)),
        roughly=Count("pk", filter=Q(location_quality=LocationQuality.POSTCODE)),
    )
    return RosterWork(
        **pupils,
        **homes,
        suggestions=open_suggestions(school).count(),
        classes_without_mentor=SchoolClass.objects.filter(
            school_year=year, mentors=None, students__left_on=None, students__isnull=False
        )
        .distinct()
        .count(),
    )


def roster(user: User, school: School, *, words: str = "", class_name: str = "", only: str = "") -> QuerySet[Student]:
    """Pupils of the list, with class, households and adults; `only` is one of the pieces of work, or 'left'."""
    students = Student.objects.visible_to(user).filter(school=school)
    students = students.exclude(left_on=None) if only == "left" else students.enrolled()
    if class_name:
        students = students.filter(school_class__name=class_name)
    if words:
        students = students.annotate(
            whole_name=Concat("first_name", Value(" "), "name_prefix", Value(" "), "last_name")
        )
        for word in words.split()[:6]:
            students = students.filter(Q(whole_name__icontains=word) | Q(external_key__istartswith=word))
    if only == "without_household":
        students = students.filter(residences=None)
    elif only == "without_email":
        students = students.filter(~_with_email())
    elif only == "without_class":
        students = students.filter(school_class=None)
    return (
        students.select_related("school_class")
        .prefetch_related("residences__household__guardians")
        .order_by("last_name", "first_name", "pk")
    )


def class_names(school: School, year: SchoolYear | None) -> list[str]:
    """The classes of a year by name."""
    return list(SchoolClass.objects.filter(school_year=year).order_by("name").values_list("name", flat=True))


def classes_in(year: SchoolYear | None) -> QuerySet[SchoolClass]:
    """The classes of a year with their mentors and the number of pupils."""
    return (
        SchoolClass.objects.filter(school_year=year)
        .annotate(pupils=Count("students", filter=Q(students__left_on=None)))
        .prefetch_related("mentors")
        .order_by("name")
    )


def households_to_place(user: User, school: School) -> QuerySet[Household]:
    """Households of enrolled pupils that are not, or only roughly, on the map: not found first."""
    visible = Household.objects.visible_to(user).not_located()
    return (
        _living(school)
        .filter(pk__in=visible.values("pk"))
        .prefetch_related("students__school_class")
        .order_by("location_quality", "name", "pk")
    )


def open_suggestions(school: School) -> QuerySet[HouseholdSuggestion]:
    """Pairs of households that wait for a click."""
    return HouseholdSuggestion.objects.filter(school=school, state=SuggestionState.OPEN)


def suggestions_with_people(school: School) -> QuerySet[HouseholdSuggestion]:
    """Pairs of households that wait for a click, with the pupils and the adults of both."""
    return (
        open_suggestions(school)
        .select_related("first", "second")
        .prefetch_related(
            "first__students__school_class",
            "second__students__school_class",
            "first__guardians",
            "second__guardians",
        )
    )


def imports_of(school: School) -> QuerySet[RosterImport]:
    """What was brought in before, without the payload."""
    return RosterImport.objects.filter(school=school).select_related("by").defer("payload")


def last_mapping(school: School) -> dict[str, str]:
    """How the columns of the last table were matched."""
    last = imports_of(school).filter(source="table", state="applied").first()
    return dict(last.summary.get("mapping", {})) if last else {}
