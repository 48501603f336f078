"""How the pages of a plan write durations, distances, shares and days."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from mentors.dates import nl_moment
from planning.models import Plan, PlanKind
from planning.problem.incidents import Incident
from planning.words.failures import failure_words
from planning.words.progress import phase_text

register = template.Library()
register.filter(failure_words)
register.filter(phase_text)


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
def as_unit(value: int, unit: str) -> str:
    """A measure of a plan in words: minutes as hours, metres as kilometres, and counts as they are."""
    if unit == "minutes":
        return as_hours(value)
    if unit == "metres":
        return _("%(number)s km") % {"number": as_kilometres(value)}
    return str(number_format(value))


@register.filter
def per_head(total: int, heads: int) -> int:
    """What is one person's share, rounded; nothing of nobody."""
    return round(total / heads) if heads else 0


@register.filter
def plan_name(plan: Plan) -> str:
    """What a plan is called: the name it was given, else its kind and when it was made."""
    if plan.label:
        return plan.label
    moment = nl_moment(plan.created_at)
    if plan.kind == PlanKind.STANDING:
        return _("Wat stond op %(moment)s") % {"moment": moment}
    if plan.kind == PlanKind.REPAIR:
        return _("Herstelplan van %(moment)s") % {"moment": moment}
    return _("Plan van %(moment)s") % {"moment": moment}


@register.filter
def plan_note(plan: Plan) -> str:
    """What stands under a plan's name: what was repaired, and of a plan with a name of its own what and when."""
    words = (
        str(Incident.from_json(plan.incident).kind.label) if plan.kind == PlanKind.REPAIR else plan.get_kind_display()
    )
    if plan.label:
        return f"{words} · {nl_moment(plan.created_at)}"
    return words if plan.kind == PlanKind.REPAIR else ""
