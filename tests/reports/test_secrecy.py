"""A unique word in every confidential text and in every contact detail: in no page or file of this room."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from mentors.models import Event, Membership, Role
from students.models import Guardian, Household
from tests import factories
from tests.pages import LogIn
from tests.reports.conftest import VisitedClass
from tests.reports.documents import words_of
from tests.reports.notes_rows import agreement, concern, headline, log_visit, memory_aid
from visits.models import AgendaTopic, Campaign, Visit

CANARY = "kanarie"
SHARED = "Dit mag het team weten"


@pytest.fixture
def full(visited: VisitedClass) -> VisitedClass:
    """A class with its visits, in which every text and detail that this room may not show holds the canary."""
    for number in (0, 1):
        visit = visited.visits[number]
        log_visit(visit, began=dt.datetime(2026, 9, 17, 17, tzinfo=dt.UTC), going_well=f"{CANARY}-verslag")
        memory_aid(visit, f"{CANARY}-geheugensteun")
        concern(visit, f"{CANARY}-zorg")
        headline(visit, SHARED)
        agreement(visit, SHARED)
        invitation = factories.make_invitation(visit, seed=f"{CANARY}-{number}", token_hash=f"{CANARY}{number}")
        AgendaTopic.objects.create(invitation=invitation, own_text=f"{CANARY}-onderwerp", by="parent")
    Household.objects.update(
        name=f"{CANARY}-gezin", street=f"{CANARY}-straat", town=f"{CANARY}-plaats", house_suffix="kanarie"
    )
    Guardian.objects.update(name=f"{CANARY}-ouder", email=f"{CANARY}@example.org", phone="kanarie")
    Visit.objects.update(place_note=f"{CANARY}-plek")
    Campaign.objects.update(set_up=f"{CANARY}-opzet")
    return visited


def pages_of(visited: VisitedClass) -> list[str]:
    kwargs = {"school": visited.school.slug}
    of_class = kwargs | {"school_class": visited.school_class.pk}
    names = ["worklist", "dashboard", "dashboard_pdf", "dashboard_sheet", "packs", "packs_pdf"]
    return [reverse(f"reports:{name}", kwargs=kwargs) for name in names] + [
        reverse(f"reports:{name}", kwargs=of_class) for name in ("pack", "pack_pdf")
    ]


def text_of(content: bytes, content_type: str, tmp_path: Path) -> str:
    """All that can be read in an answer, of whatever kind."""
    if content_type == "application/pdf":
        return words_of(content, tmp_path)
    if "spreadsheet" in content_type:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return " ".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    return content.decode()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.DIRECTOR, Role.CARE, Role.MENTOR])
def test_no_page_or_file_holds_what_is_not_its_own(
    role: Role, full: VisitedClass, client: Client, log_in: LogIn, tmp_path: Path
) -> None:
    user = log_in(full.school, role)
    if role == Role.MENTOR:
        full.school_class.mentors.add(full.school.mentors.get(user=user))
    seen = 0
    for page in pages_of(full):
        answer = client.get(page)
        if answer.status_code == 200:
            text = text_of(answer.content, answer["Content-Type"], tmp_path)
            assert CANARY not in text.lower(), page
            seen += SHARED in text
    assert seen == (0 if role == Role.CARE else 2 if role == Role.MENTOR else 3)


def test_the_board_sees_none_of_it(full: VisitedClass, client: Client) -> None:
    board, user = factories.make_board(full.school), factories.make_user()
    Membership.objects.create(user=user, role=Role.BOARD, board=board)
    client.force_login(user)
    page = client.get(reverse("reports:board", kwargs={"board": board.pk})).content.decode()
    assert CANARY not in page.lower()
    assert SHARED not in page


def test_a_concern_is_not_even_a_number_on_the_dashboard(full: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(full.school, Role.DIRECTOR)
    page = client.get(reverse("reports:dashboard", kwargs={"school": full.school.slug})).content.decode()
    assert "zorgmelding" not in page.lower()


def test_the_record_holds_no_names_and_no_texts(full: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(full.school, Role.DIRECTOR)
    for page in pages_of(full):
        client.get(page)
    for row in Event.objects.filter(verb__startswith="pack."):
        assert set(row.facts) == {"campaign", "classes"}
        assert all(isinstance(key, int) for key in row.facts["classes"])


def test_reading_changes_nothing_but_the_record(full: VisitedClass, client: Client, log_in: LogIn) -> None:
    log_in(full.school, Role.DIRECTOR, Role.COORDINATOR)

    def rows() -> list[list[tuple[object, ...]]]:
        return [
            list(model.objects.order_by("pk").values_list())
            for model in (Visit, Household, Guardian, Campaign, AgendaTopic)
        ]

    before = rows()
    for page in pages_of(full) * 2:
        client.get(page)
    assert rows() == before
