"""Tags and filters of the look: icons, chips, tiles, bars, cards, dates and times. See templates/components/."""

from __future__ import annotations

import functools
from typing import Any

from django import template
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message as Notice
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, Select
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from mentors import dates
from mentors.templatetags.states import LOOKS, word_of

register = template.Library()

BAR_LENGTH = 1000  # the width of the drawing in components/bar.html
TABS_ON_A_PHONE = 4
NOTICE_ICONS = {"good": "circle-check", "info": "info", "wait": "triangle-alert", "bad": "circle-alert"}
NOTICE_TONES = {
    constants.SUCCESS: "good",
    constants.INFO: "info",
    constants.WARNING: "wait",
    constants.ERROR: "bad",
}


# --- icons and states ---


@register.simple_tag
@functools.cache
def icon(name: str, size: int = 20, turns: bool = False) -> str:
    """An icon beside a word; screen readers pass it by. `turns`: it points, so it mirrors in right-to-left."""
    classes = "icon icon-turns" if turns else "icon"
    return lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": classes})


@register.inclusion_tag("components/chip.html")
def status_chip(state: str, kind: str = "visit") -> dict[str, Any]:
    """A state as icon, word and colour. `kind`: visit, answer, plan, campaign, message, location and so on."""
    found = LOOKS[kind][str(state)]
    return {"word": word_of(state, kind), "icon_name": found.icon, "tone": found.tone}


@register.inclusion_tag("components/chip.html")
def chip(word: str, icon_name: str = "info", tone: str = "calm") -> dict[str, Any]:
    """A chip for what is not a state of a model: a word, an icon, a tone."""
    return {"word": word, "icon_name": icon_name, "tone": tone}


@register.simple_tag
def all_states() -> list[tuple[str, list[str]]]:
    """Every kind with its states, for the page that shows the components."""
    return [(kind, list(looks)) for kind, looks in LOOKS.items()]


# --- figures ---


@register.inclusion_tag("components/figure_tile.html")
def figure_tile(
    label: str,
    value: Any,
    url: str = "",
    total: int | None = None,
    note: str = "",
    icon_name: str = "",
    unit: str = "",
) -> dict[str, Any]:
    """One number, large, that links to what it counts."""
    return {
        "label": label,
        "value": value,
        "url": url,
        "total": total,
        "note": note,
        "icon_name": icon_name,
        "unit": unit,
    }


def _width(part: float, total: float) -> int:
    return round(BAR_LENGTH * min(max(part / total, 0), 1)) if total else 0


@register.inclusion_tag("components/bar.html")
def bar(label: str, done: int, total: int, planned: int = 0, url: str = "", words: str = "") -> dict[str, Any]:
    """One bar from zero: `done` of `total` in full colour, `planned` after it in a lighter one."""
    return {
        "label": label,
        "url": url,
        "words": words or _("%(done)s van %(total)s") % {"done": done, "total": total},
        "done_width": _width(done, total),
        "planned_width": _width(done + planned, total),
    }


@register.inclusion_tag("components/pace_line.html")
def pace_line(finding: str, done: int, total: int, expected: int | None = None) -> dict[str, Any]:
    """How far a campaign is, with a mark where it would have to be today. `finding` is the title, a sentence."""
    words = _("%(done)s van %(total)s") % {"done": done, "total": total}
    mark = None if expected is None else min(_width(expected, total), BAR_LENGTH - 6)
    mark_words = "" if expected is None else _("Het streepje is waar we vandaag willen zijn: %(n)s.") % {"n": expected}
    return {
        "finding": finding,
        "words": words,
        "done_width": _width(done, total),
        "mark_at": mark,
        "mark_words": mark_words,
    }


@register.inclusion_tag("components/long_work.html")
def long_work(text: str, fraction: float, poll_url: str = "", note: str = "") -> dict[str, Any]:
    """Work that takes a while: how far it is (0 to 1), asked again every two seconds at `poll_url`."""
    return {"text": text, "percent": round(100 * fraction), "poll_url": poll_url, "note": note}


# --- parts with something in them: {% card "Titel" %}…{% endcard %} ---


@register.simple_block_tag
def page_header(content: str, title: str, lead: str = "", back_url: str = "", back_label: str = "") -> SafeString:
    """The title of a page, a sentence under it, a way back above it, and the buttons in between the tags."""
    values = {"title": title, "lead": lead, "back_url": back_url, "back_label": back_label or _("Terug")}
    return render_to_string("components/page_header.html", values | {"content": content})


@register.simple_block_tag
def card(content: str, title: str = "", link: str = "", link_label: str = "") -> SafeString:
    """A white panel with a heading and, at its right, one link."""
    values = {"title": title, "link": link, "link_label": link_label, "content": content}
    return render_to_string("components/card.html", values)


@register.simple_block_tag
def table(content: str, caption: str, caption_hidden: bool = False, folds: bool = False) -> SafeString:
    """A table in its frame. `folds`: on a phone each row becomes a card; give every td a data-label."""
    values = {"caption": caption, "caption_hidden": caption_hidden, "folds": folds, "content": content}
    return render_to_string("components/table.html", values)


@register.simple_block_tag
def empty_state(
    content: str, title: str, text: str = "", icon_name: str = "sunrise", is_page: bool = False
) -> SafeString:
    """Nothing here yet: why, and the next step between the tags. `is_page`: it is all that the page says."""
    values = {"title": title, "text": text, "icon_name": icon_name, "is_page": is_page, "content": content}
    return render_to_string("components/empty_state.html", values)


@register.simple_block_tag
def notice(content: str, tone: str = "info") -> SafeString:
    """A remark on the page itself, in one of the tones good, info, wait and bad."""
    return render_to_string("components/notice.html", {"tone": tone, "content": content})


@register.simple_block_tag
def dialog(content: str, name: str, title: str) -> SafeString:
    """A window over the page; `<button data-opens="name">` opens it."""
    return render_to_string("components/dialog.html", {"name": name, "title": title, "content": content})


@register.simple_block_tag
def map_frame(content: str, caption: str = "") -> SafeString:
    """A frame around a drawn map, with what it shows. The map says itself where it comes from."""
    return render_to_string("components/map_frame.html", {"caption": caption, "content": content})


# --- dates and times, as Dutch people write them ---


for _write in (dates.nl_day, dates.nl_day_short, dates.nl_day_year, dates.nl_time, dates.nl_moment):
    register.filter(_write)


# --- forms ---


@register.filter
def styled(field: BoundField) -> SafeString:
    """The field with the class that gives it its shape, and without a placeholder: a label stays readable."""
    widget = field.field.widget
    given = widget.attrs.get("class", "")
    if isinstance(widget, Select):
        shape = "form-select"
    elif isinstance(widget, CheckboxInput):
        shape = "form-check-input"
    else:
        shape = "form-control"
    return field.as_widget(attrs={"class": f"{given} {shape}".strip(), "placeholder": False})


@register.filter
def is_single_check(field: BoundField) -> bool:
    """One box to tick, whose label stands beside it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_many_checks(field: BoundField) -> bool:
    """Boxes to tick, of which none may be ticked."""
    return isinstance(field.field.widget, CheckboxSelectMultiple)


@register.filter
def may_be_empty(field: BoundField) -> bool:
    """Whether to say so: not required, and no list in which the choice for nothing has words of its own."""
    choices = getattr(field.field, "choices", ())
    says_it = any(not value and any(letter.isalpha() for letter in str(words)) for value, words in choices)
    return not field.field.required and not says_it


@register.filter
def focus_id(field: BoundField) -> str:
    """Where the link in the error summary goes: the field, or the group it is."""
    return field.id_for_label or field.auto_id


# --- the menu and the notices ---


@register.filter
def tabs_shown(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands in the bar at the bottom of a phone: all, or all but those behind 'Meer'."""
    return items if len(items) <= TABS_ON_A_PHONE else items[: TABS_ON_A_PHONE - 1]


@register.filter
def tabs_folded(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What stands behind 'Meer'."""
    return items[len(tabs_shown(items)) :]


@register.filter
def notice_tone(message: Notice) -> str:
    """The tone of a message: good, info, wait or bad."""
    return NOTICE_TONES.get(message.level, "info")


@register.filter
def notice_icon(tone: str) -> str:
    """The icon of a tone."""
    return NOTICE_ICONS.get(tone, "info")


@register.filter
def undo_url(message: Notice) -> str:
    """Where 'ongedaan maken' posts to: `messages.success(request, text, extra_tags="undo:/pad/")`."""
    url = (message.extra_tags or "").removeprefix("undo:")
    is_ours = (message.extra_tags or "").startswith("undo:/") and url_has_allowed_host_and_scheme(url, None)
    return url if is_ours else ""
