"""The meeting pack."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mentors.models import Event, Role, School
from notes.models import Headline
from reports.queries.packs import packs_of
from students.models import Student
from tests import factories
from tests.pages import LogIn
from tests.reports.bulk import make_bulk_campaign
from tests.reports.conftest import VisitedClass, make_visited_class
from tests.reports.notes_rows import agreement, headline, log_visit
from visits.models import Visit, VisitState

TODAY = dt.date(2026, 9, 22)


def pack_of(visited: VisitedClass):
    (pack,) = packs_of(visited.campaign, [visited.school_class], today=TODAY)
    return pack


def page_of(client: Client, visited: VisitedClass) -> str:
    kwargs = {"school": visited.school.slug, "school_class": visited.school_class.pk}
    return client.get(reverse("reports:pack", kwargs=kwargs)).content.decode()


def logged(visited: VisitedClass, number: int = 0) -> Visit:
    visit = visited.visits[number]
    log_visit(visit, began=dt.datetime(2026, 9, 17, 17, 0, tzinfo=dt.UTC))
    return visit


def test_good_news_comes_first(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    headline(logged(visited), "Vraagt om uitleg bij rekenen", is_good_news=False)
    headline(logged(visited, 1), "Speelt graag schaak met opa", is_good_news=True)
    log_in(visited.school, Role.DIRECTOR)
    page = page_of(client, visited)
    assert page.index("Speelt graag schaak met opa") < page.index("Vraagt om uitleg bij rekenen")


def test_a_headline_of_a_draft_is_its_authors_alone(visited: VisitedClass) -> None:
    visit = visited.visits[1]
    log_visit(visit, began=dt.datetime(2026, 9, 21, 17, 0, tzinfo=dt.UTC), is_finished=False)
    headline(visit, "Nog niet af")
    agreement(visit, "Ook nog niet af")
    pack = pack_of(visited)
    assert pack.headlines == 0
    assert pack.to_do == ()


def test_agreements_are_listed_by_their_day_and_kept_ones_apart(visited: VisitedClass) -> None:
    visit = logged(visited)
    agreement(visit, "later", due_on=dt.date(2026, 10, 1))
    agreement(visit, "zonder dag")
    agreement(visit, "te laat", due_on=dt.date(2026, 9, 21), who="parent")
    agreement(visit, "gedaan", due_on=dt.date(2026, 9, 1), kept_at=dt.datetime(2026, 9, 2, tzinfo=dt.UTC))
    pack = pack_of(visited)
    assert [(line.text, line.is_overdue) for line in pack.to_do] == [
        ("te laat", True),
        ("later", False),
        ("zonder dag", False),
    ]
    assert [line.text for line in pack.kept] == ["gedaan"]
    assert pack.to_do[0].who == "ouder"


def test_pupils_go_by_first_name_and_two_of_the_same_by_their_whole_name(visited: VisitedClass) -> None:
    for number, (first, last) in enumerate([("Noor", "Aalbers"), ("Noor", "Zwart"), ("Sem", "Bos")]):
        Student.objects.filter(pk=visited.students[number].pk).update(first_name=first, last_name=last)
        headline(logged(visited, number), f"zin {number}")
    assert [line.pupils for line in pack_of(visited).good_news] == [("Noor Aalbers",), ("Noor Zwart",), ("Sem",)]


def test_of_a_joint_visit_each_class_hears_of_its_own_pupil(visited: VisitedClass) -> None:
    other = make_visited_class(visited.school, "1d", visited.campaign)
    visit = logged(visited)
    visit.students.add(other.students[0])
    headline(visit, "Samen aan tafel gezeten")
    packs = packs_of(visited.campaign, [visited.school_class, other.school_class], today=TODAY)
    assert [pack.good_news[0].pupils for pack in packs] == [
        (visited.students[0].first_name,),
        (other.students[0].first_name,),
    ]


def test_another_class_and_another_round_stay_out(visited: VisitedClass) -> None:
    other = make_visited_class(visited.school, "1d", visited.campaign)
    headline(logged(other), "van een andere klas")
    earlier = factories.make_visit(factories.make_campaign(visited.school), visited.students[0], state="met")
    log_visit(earlier, began=dt.datetime(2026, 9, 17, 17, 0, tzinfo=dt.UTC))
    headline(earlier, "van een andere ronde")
    assert pack_of(visited).headlines == 0


def test_a_class_under_five_has_no_names_and_no_numbers(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    Student.objects.filter(pk=visited.students[0].pk).update(first_name="Wolfram", last_name="Uniek")
    headline(logged(visited), "Vertelt graag over voetbal")
    agreement(visited.visits[0], "Bellen op vrijdag")
    Visit.objects.filter(pk__in=[visit.pk for visit in visited.visits[4:]]).update(state=VisitState.CANCELLED)
    log_in(visited.school, Role.DIRECTOR)
    page = page_of(client, visited)
    assert "Vertelt graag over voetbal" in page
    assert "Wolfram" not in page
    assert "Uniek" not in page
    assert "%)" not in page
    packs = reverse("reports:packs", kwargs={"school": visited.school.slug})
    assert "minder dan 5 gezinnen" in client.get(packs).content.decode()


def test_one_text_that_does_not_open_does_not_hide_the_others(
    visited: VisitedClass, client: Client, log_in: LogIn
) -> None:
    broken = headline(logged(visited), "onleesbaar")
    Headline.objects.filter(pk=broken.pk).update(text_sealed="weg.weg.weg")
    headline(logged(visited, 1), "Leest elke avond voor")
    log_in(visited.school, Role.DIRECTOR)
    page = page_of(client, visited)
    assert "Deze zin is niet te openen." in page
    assert "Leest elke avond voor" in page


def test_markup_in_a_text_stays_text(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    headline(logged(visited), "<script>alert(1)</script>")
    log_in(visited.school, Role.DIRECTOR)
    assert "<script>alert" not in page_of(client, visited)


def test_every_reading_and_every_export_is_recorded(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    user = log_in(visited.school, Role.DIRECTOR)
    before = Event.objects.count()
    kwargs = {"school": visited.school.slug, "school_class": visited.school_class.pk}
    client.get(reverse("reports:pack", kwargs=kwargs))
    client.get(reverse("reports:pack_pdf", kwargs=kwargs))
    client.get(reverse("reports:packs_pdf", kwargs={"school": visited.school.slug}))
    rows = list(Event.objects.order_by("pk"))[before:]
    assert [(row.verb, row.by, row.school) for row in rows] == [
        ("pack.read", user, visited.school),
        ("pack.exported", user, visited.school),
        ("pack.exported", user, visited.school),
    ]
    assert rows[0].facts == {"campaign": visited.campaign.pk, "classes": [visited.school_class.pk]}
    assert rows[0].subject == f"students.SchoolClass:{visited.school_class.pk}"


def test_a_refused_reading_is_no_reading(visited: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(visited.school, Role.MENTOR)
    before = Event.objects.count()
    page_of(client, visited)
    assert Event.objects.count() == before


def test_the_packs_ask_as_much_for_one_row_as_for_nine_hundred(
    school: School, client: Client, log_in: LogIn, now: dt.datetime
) -> None:
    counted = []
    big = factories.make_school()
    for one, classes, pupils in ((school, 1, 1), (big, 30, 30)):
        bulk = make_bulk_campaign(one, classes=classes, pupils=pupils, now=now)
        log_in(one, Role.DIRECTOR)
        kwargs = {"school": one.slug}
        pages = [
            reverse("reports:packs", kwargs=kwargs),
            reverse("reports:pack", kwargs=kwargs | {"school_class": bulk.classes[0].pk}),
        ]
        for page in pages:
            client.get(page)
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page).status_code == 200
            counted.append(len(captured))
    assert counted[:2] == counted[2:]
    assert counted[0] <= 10
    assert counted[1] <= 20
