"""A state looks alike everywhere; ink can be read; nothing needs an inline style."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.core.management import call_command
from django.template import Context, Template

from mentors.models import TravelMode
from mentors.templatetags import look
from mentors.templatetags.states import FIELDS, LOOKS, word_of
from planning.models import PlanState
from students.models import ImportState, LocationQuality, SuggestionState
from visits.models import Answer, CampaignState, MessageState, PlaceKind, VisitState

ROOT = Path(__file__).parents[2]
KINDS = {
    "visit": VisitState,
    "answer": Answer,
    "plan": PlanState,
    "campaign": CampaignState,
    "message": MessageState,
    "place": PlaceKind,
    "location": LocationQuality,
    "import": ImportState,
    "suggestion": SuggestionState,
    "mode": TravelMode,
}
# Every pair of ink and ground that the stylesheets put together.
PAIRS = [
    ("ink", "paper"),
    ("ink", "surface"),
    ("ink", "sunk"),
    ("ink-soft", "paper"),
    ("ink-soft", "surface"),
    ("ink-soft", "sunk"),
    ("brand", "surface"),
    ("brand", "paper"),
    ("brand-deep", "brand-wash"),
    ("brand-deep", "surface"),
    ("brand-deep", "paper"),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("bad", "surface"),
    ("bad", "paper"),
    *((tone, f"{tone}-wash") for tone in ("good", "info", "wait", "bad", "calm")),
    *(("ink", f"{tone}-wash") for tone in ("good", "info", "wait", "bad")),
]


def render(source: str, **values: object) -> str:
    return Template("{% load look %}" + source).render(Context(values))


def colours() -> dict[str, str]:
    css = (ROOT / "static/css/tokens.css").read_text()
    return dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]{6});", css))


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(ink: str, ground: str) -> float:
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_ink_on_its_ground_can_be_read(ink: str, ground: str) -> None:
    known = colours()
    assert contrast(known[ink], known[ground]) >= 4.5


@pytest.mark.parametrize(("line", "ground"), [("line-strong", "surface"), ("focus", "paper"), ("focus", "surface")])
def test_borders_of_fields_and_the_focus_can_be_seen(line: str, ground: str) -> None:
    known = colours()
    assert contrast(known[line], known[ground]) >= 3


@pytest.mark.parametrize("kind", KINDS)
def test_every_state_has_a_look_and_no_look_is_left_over(kind: str) -> None:
    assert set(LOOKS[kind]) == {str(state) for state in KINDS[kind]}
    assert kind in FIELDS


@pytest.mark.parametrize(("kind", "state"), [(kind, state) for kind in KINDS for state in KINDS[kind]])
def test_a_chip_says_the_word_of_the_model_beside_an_icon(kind: str, state: str) -> None:
    page = render("{% status_chip state kind %}", state=str(state), kind=kind)
    assert str(state.label) in page
    assert 'aria-hidden="true"' in page
    assert page == render("{% status_chip state kind %}", state=state, kind=kind)


def test_a_state_that_does_not_exist_is_an_error_and_not_an_empty_chip() -> None:
    with pytest.raises(KeyError):
        word_of("gone", "visit")


def test_what_is_typed_is_text_in_every_component() -> None:
    evil = "<script>alert(1)</script>"
    page = render(
        "{% page_header evil lead=evil %}{% endpage_header %}{% card evil %}{{ evil }}{% endcard %}"
        "{% empty_state evil text=evil %}{% endempty_state %}{% table evil %}{% endtable %}"
        "{% figure_tile evil evil note=evil %}{% bar evil 1 2 %}{% pace_line evil 1 2 %}{% chip evil %}"
        "{% notice %}{{ evil }}{% endnotice %}{% dialog evil evil %}{% enddialog %}{% long_work evil 0.5 %}",
        evil=evil,
    )
    assert evil not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(("done", "total", "width"), [(0, 0, 0), (0, 10, 0), (5, 10, 500), (12, 10, 1000)])
def test_a_bar_starts_at_zero_and_ends_at_full(done: int, total: int, width: int) -> None:
    assert look.bar("1a", done, total)["done_width"] == width


@pytest.mark.parametrize(
    "tags", ["undo:https://elsewhere.example/", "undo://elsewhere.example/", "undo:javascript:x", "", "other"]
)
def test_undo_goes_nowhere_but_to_this_site(tags: str) -> None:
    assert look.undo_url(Message(messages.SUCCESS, "Klaar", extra_tags=tags)) == ""


def test_undo_goes_to_the_given_page() -> None:
    assert look.undo_url(Message(messages.SUCCESS, "Klaar", extra_tags="undo:/school/x/")) == "/school/x/"


def test_a_long_menu_folds_on_a_phone() -> None:
    items = [{"label": str(number)} for number in range(6)]
    assert [len(look.tabs_shown(items)), len(look.tabs_folded(items))] == [3, 3]
    assert [len(look.tabs_shown(items[:4])), len(look.tabs_folded(items[:4]))] == [4, 0]


# The style of a PDF goes into the paper itself: no browser and no policy come near it.
FOR_PAPER = {"_paper_style.html", "_cost_paper_style.html"}
PAGES = sorted(path for path in (ROOT / "templates").rglob("*.html") if path.name not in FOR_PAPER)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_template_needs_what_the_browser_refuses(path: Path) -> None:
    source = path.read_text()
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']|javascript:|\|\s*safe\b", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)


def test_every_component_is_shown_once_without_an_error(tmp_path: Path) -> None:
    call_command("show_components", out=tmp_path, verbosity=0)
    page = (tmp_path / "index.html").read_text()
    for part in (
        "page-header",
        "work-list",
        "chip",
        "figure-tile",
        "bar-row",
        "grid-table",
        "form-row",
        "panel",
        "empty",
        "notice",
        "window",
        "map-frame",
        "timeline",
        "progress-line",
        "error-summary",
    ):
        assert f'class="{part}' in page or f'class="notice {part}' in page, part
    assert 'href="#id_name"' in page
    assert (tmp_path / "static/css/tokens.css").is_file()


def test_the_stylesheets_of_a_family_page_are_small() -> None:
    sizes = [(ROOT / "static/css" / f"{name}.css").stat().st_size for name in ("tokens", "components", "family")]
    assert sum(sizes) < 40_000
