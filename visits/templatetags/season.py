"""How the pages of a plan write durations, distances, shares and days."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def as_hours(minutes: int | None) -> str:
    """Minutes as '12 uur 05', under an hour as '45 min'."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    return _("%(hours)s uur %(minutes)02d") % {"hours": hours, "minutes": rest}


@register.filter
def as_kilometres(metres: int | None) -> str:
    """Metres as kilometres with one decimal: '4,2'."""
    return "" if metres is None else str(number_format(metres / 1000, 1))


@register.filter
def as_percent(share: float | None) -> str:
    """A share as a percentage with as many decimals as it needs: 0.0042 is '0,42'; never rounded down to nothing."""
    if share is None:
        return ""
    percent = 100 * share
    return str(number_format(max(percent, 0.01), 1 if percent >= 1 else 2))


@register.filter
def as_day(text: str | None) -> dt.date | None:
    """The date of an ISO text in a plan."""
    return dt.date.fromisoformat(text) if text else None
