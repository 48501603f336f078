"""What a question about costs says in words: names, findings and comparisons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mentors.dates import nl_day, nl_day_short
from reports.figures.cost_question import Question, Variant
from reports.figures.cost_totals import VariantOutcome
from reports.queries.cost_studies import VariantLine
from reports.views.findings import spoken_hours


def number(value: float, decimals: int | None = None) -> str:
    """A number as people write it: small ones with a decimal."""
    if decimals is None:
        decimals = 0 if abs(value) >= 10 or round(value, 1) == round(value) else 1
    return number_format(round(value, decimals), decimals, force_grouping=True)


def hours(minutes: float) -> str:
    """'41 uur'."""
    return _("%(n)s uur") % {"n": number(minutes / 60)}


def euros(cents: int) -> str:
    """Whole euros."""
    return _("€ %(n)s") % {"n": number(cents / 100, 0)}


def evenings(count: float) -> str:
    """'9 avonden', '1 avond'."""
    return ngettext("%(n)s avond", "%(n)s avonden", 1 if round(count, 1) == 1 else 2) % {"n": number(count)}


def weeks(count: int) -> str:
    """'5 weken'."""
    return ngettext("%(n)s week", "%(n)s weken", count) % {"n": count}


def cohort_name(year_groups: Sequence[int]) -> str:
    """'Leerjaar 1', 'leerjaar 1 tot en met 5'."""
    groups = sorted(year_groups)
    if len(groups) == 1:
        return _("leerjaar %(group)s") % {"group": groups[0]}
    if groups == list(range(groups[0], groups[-1] + 1)):
        return _("leerjaar %(first)s tot en met %(last)s") % {"first": groups[0], "last": groups[-1]}
    return _("leerjaar %(groups)s") % {"groups": ", ".join(str(group) for group in groups)}


def mode_name(mode: str) -> str:
    """'met de fiets'."""
    return _("met de auto") if mode == "car" else _("met de fiets")


def week_name(count: int) -> str:
    """'1 avond in de week'."""
    return _("1 avond in de week") if count == 1 else _("2 avonden in de week")


def short_name(variant: Variant) -> str:
    """'45 minuten, 3 op een avond'."""
    return _("%(minutes)s minuten, %(stops)s op een avond") % {
        "minutes": variant.minutes,
        "stops": variant.max_stops,
    }


def row_name(variant: Variant) -> str:
    """'45 min, 3 per avond', where there is little room."""
    return _("%(minutes)s min, %(stops)s per avond") % {"minutes": variant.minutes, "stops": variant.max_stops}


def slice_name(variant: Variant) -> str:
    """'leerjaar 1, met de fiets, 2 avonden in de week'."""
    return ", ".join([cohort_name(variant.year_groups), mode_name(variant.mode), week_name(variant.evenings_a_week)])


def full_name(variant: Variant) -> str:
    """All that makes a variant."""
    return f"{short_name(variant)}, {slice_name(variant)}"


def main_finding(line: VariantLine) -> str:
    """What the most useful variant costs, in a sentence."""
    outcome = line.outcome
    if outcome is None or not outcome.placed:
        return _("In deze uren is er geen gezin dat bezocht kan worden")
    return _("Een mentor is %(hours)s kwijt, op %(evenings)s: %(each)s voor elk gezin") % {
        "hours": hours(outcome.minutes_a_mentor),
        "evenings": evenings(outcome.evenings_a_mentor),
        "each": spoken_hours(round(outcome.minutes_a_family)),
    }


def hours_finding(lines: Sequence[VariantLine]) -> str:
    """What the bars of the hours say: what duration does, held against what stops do."""
    known = [line for line in lines if line.outcome and line.outcome.placed]
    if len(known) < 2:
        return _("Uren per mentor")
    by_hours = sorted(known, key=lambda line: line.outcome.minutes_a_mentor if line.outcome else 0.0)
    least, most = by_hours[0], by_hours[-1]
    if least.outcome is None or most.outcome is None:
        return _("Uren per mentor")
    return _("Van %(least)s uur per mentor (%(least_name)s) tot %(most)s uur (%(most_name)s)") % {
        "least": number(least.outcome.minutes_a_mentor / 60),
        "least_name": short_name(least.variant),
        "most": number(most.outcome.minutes_a_mentor / 60),
        "most_name": short_name(most.variant),
    }


def weeks_finding(lines: Sequence[VariantLine], holiday: str, *, is_whole: bool) -> str:
    """What the bars of the weeks say: what is done before the holiday."""
    known = [line.outcome for line in lines if line.outcome]
    if not holiday or not known:
        return _("Zo veel weken duurt het")
    fitting = sum(bool(outcome.is_in_time) for outcome in known)
    name = holiday[:1].lower() + holiday[1:]
    if fitting == len(known) and is_whole:
        return _("Het past altijd vóór de %(holiday)s") % {"holiday": name}
    if not fitting and is_whole:
        return _("Zo past het niet vóór de %(holiday)s") % {"holiday": name}
    text = (
        _("%(n)s van de %(all)s manieren passen vóór de %(holiday)s")
        if is_whole
        else _("Tot nu toe passen %(n)s van de %(all)s manieren vóór de %(holiday)s")
    )
    return text % {
        "n": fitting,
        "all": len(known),
        "holiday": name,
    }


@dataclass(frozen=True)
class VariantDifference:
    """One line of a comparison, formatted."""

    label: str
    first: str
    second: str
    gap: str


def compared(first: VariantLine, second: VariantLine, question: Question) -> list[VariantDifference]:
    """Two variants side by side; the gap is the second less the first."""
    one, two = first.outcome, second.outcome
    if one is None or two is None:
        return []
    rows = [
        (_("Uren per mentor"), one.minutes_a_mentor / 60, two.minutes_a_mentor / 60),
        (_("Avonden per mentor"), one.evenings_a_mentor, two.evenings_a_mentor),
        (_("Kilometers per mentor"), one.kilometres_a_mentor, two.kilometres_a_mentor),
        (_("Uren van alle mentoren"), one.minutes / 60, two.minutes / 60),
        (_("Avonden van alle mentoren"), float(one.evenings), float(two.evenings)),
        (_("Kilometers van alle mentoren"), one.kilometres, two.kilometres),
        (_("Weken"), float(one.weeks), float(two.weeks)),
        (_("Gezinnen zonder avond"), float(one.unplaced), float(two.unplaced)),
    ]
    if question.rate_cents is not None:
        costs = [outcome.cost_cents(question.rate_cents) / 100 for outcome in (one, two)]
        rows.append((_("Kosten (euro)"), costs[0], costs[1]))
    return [VariantDifference(label, number(a), number(b), signed_number(b - a)) for label, a, b in rows]


def signed_number(value: float) -> str:
    """A difference with its sign; nothing is 'gelijk'."""
    if abs(value) < 0.05:
        return _("gelijk")
    return ("+" if value > 0 else "−") + number(abs(value))


def comparison(first: VariantLine, second: VariantLine) -> str:
    """'45 minuten, 3 op een avond in plaats van …: scheelt 1 avond en 6 uur per mentor'."""
    one, two = first.outcome, second.outcome
    if one is None or two is None:
        return ""
    nights = round(two.evenings_a_mentor - one.evenings_a_mentor, 1)
    time = two.minutes_a_mentor - one.minutes_a_mentor
    parts = []
    if abs(nights) >= 0.1:
        parts.append(_less_or_more(nights, evenings(abs(nights))))
    if abs(time) >= 3:
        parts.append(_less_or_more(time, hours(abs(time))))
    later = two.weeks - one.weeks
    facts = {
        "second": difference_name(second.variant, first.variant),
        "first": difference_name(first.variant, second.variant),
    }
    words = [_("%(parts)s per mentor") % {"parts": _(" en ").join(parts)}] if parts else []
    if later:
        words.append(_("%(parts)s voordat het klaar is") % {"parts": _less_or_more(later, weeks(abs(later)))})
    if not words:
        return _("%(second)s in plaats van %(first)s maakt voor een mentor geen verschil") % facts
    return _("%(second)s in plaats van %(first)s: %(parts)s") % (facts | {"parts": ", ".join(words)})


def _less_or_more(difference: float, words: str) -> str:
    return (_("%(n)s minder") if difference < 0 else _("%(n)s meer")) % {"n": words}


def difference_name(variant: Variant, other: Variant) -> str:
    """Only what sets a variant apart from another one."""
    parts = []
    if variant.minutes != other.minutes:
        parts.append(_("%(n)s minuten") % {"n": variant.minutes})
    if variant.max_stops != other.max_stops:
        parts.append(_("%(n)s op een avond") % {"n": variant.max_stops})
    if variant.year_groups != other.year_groups:
        parts.append(cohort_name(variant.year_groups))
    if variant.mode != other.mode:
        parts.append(mode_name(variant.mode))
    if variant.evenings_a_week != other.evenings_a_week:
        parts.append(week_name(variant.evenings_a_week))
    return ", ".join(parts) or short_name(variant)


def weekday_names(question: Question) -> str:
    """'dinsdag en donderdag'."""
    return _(" en ").join(str(WEEKDAYS[day]).lower() for day in question.weekdays)


def reach_note(lines: Sequence[VariantLine]) -> str:
    """That an evening is too short for as many as were asked, where it is."""
    short = [line for line in lines if line.outcome and 0 < line.outcome.reach < line.variant.max_stops]
    if not short:
        return ""
    return _("In deze uren passen er niet altijd zo veel op een avond: %(list)s.") % {
        "list": "; ".join(
            _("bij %(minutes)s minuten hooguit %(reach)s in plaats van %(stops)s")
            % {
                "minutes": line.variant.minutes,
                "reach": line.outcome.reach if line.outcome else 0,
                "stops": line.variant.max_stops,
            }
            for line in short
        )
    }


def last_day(outcome: VariantOutcome) -> str:
    """'di 13 oktober'."""
    return nl_day(dt.date.fromisoformat(outcome.last_on)) if outcome.last_on else ""


def last_day_short(outcome: VariantOutcome) -> str:
    """'di 13 okt'."""
    return nl_day_short(dt.date.fromisoformat(outcome.last_on)) if outcome.last_on else ""
