"""The sentence above each picture: what it shows, in words."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from mentors.dates import nl_day
from reports.figures.coverage import ClassTally
from reports.figures.hours import HoursSpent
from reports.figures.pace import DAYS_A_WEEK, Pace
from reports.queries.dashboard import Figures

_WEEKS = {
    1: gettext_lazy("een week"),
    2: gettext_lazy("twee weken"),
    3: gettext_lazy("drie weken"),
    4: gettext_lazy("vier weken"),
    5: gettext_lazy("vijf weken"),
    6: gettext_lazy("zes weken"),
    7: gettext_lazy("zeven weken"),
    8: gettext_lazy("acht weken"),
}
LATE_FROM_WEEKS = 1.0


def weeks_in_words(weeks: int) -> str:
    """A whole number of weeks: 'twee weken'."""
    return str(_WEEKS[weeks]) if weeks in _WEEKS else _("%(n)s weken") % {"n": weeks}


def spoken_hours(minutes: int) -> str:
    """Minutes as people say them: '1 uur en 24 minuten'."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return ngettext("%(n)s minuut", "%(n)s minuten", rest) % {"n": rest}
    if not rest:
        return _("%(n)s uur") % {"n": hours}
    return _("%(hours)s uur en %(minutes)s") % {
        "hours": hours,
        "minutes": ngettext("%(n)s minuut", "%(n)s minuten", rest) % {"n": rest},
    }


def row_label(row: ClassTally) -> str:
    """The name of a row: a class, or small classes taken together."""
    if len(row.names) == 1:
        return row.names[0]
    return _("%(names)s samen") % {"names": ", ".join(row.names)}


def class_finding(figures: Figures) -> str:
    """What the bars of the classes say."""
    total, pace = figures.coverage.total, figures.pace
    if not total.total:
        return _("Er zijn nog geen gezinnen in deze ronde")
    if pace.is_done:
        return _("In alle klassen zijn alle gezinnen gesproken")
    if not pace.has_begun or pace.is_over:
        return _("Per klas: %(met)s van de %(total)s gezinnen gesproken") % {"met": total.met, "total": total.total}
    late = [
        (row, int(weeks))
        for row, weeks in zip(figures.coverage.rows, figures.behind, strict=True)
        if weeks >= LATE_FROM_WEEKS and row.tally.is_shown
    ]
    if not late:
        return _("Geen klas loopt een week of meer achter")
    if len(late) > 2:
        facts = {"late": len(late), "all": len(figures.coverage.rows)}
        return _("%(late)s van de %(all)s klassen lopen een week of meer achter") % facts
    return _(" en ").join(lag_of(row, weeks) for row, weeks in late)


def lag_of(row: ClassTally, weeks: int) -> str:
    """'Klas 1c loopt twee weken achter'."""
    return _("klas %(name)s loopt %(weeks)s achter") % {"name": row_label(row), "weeks": weeks_in_words(weeks)}


def pace_finding(pace: Pace) -> str:
    """When the round will be done, or how it ended."""
    left = pace.to_meet - pace.met
    if not pace.to_meet:
        return _("Er zijn nog geen gezinnen in deze ronde")
    if pace.is_done:
        return _("Alle gezinnen zijn gesproken")
    if not pace.has_begun:
        return _("De ronde begint op %(day)s") % {"day": nl_day(pace.starts_on)}
    if pace.is_over:
        return ngettext(
            "De ronde is voorbij; %(n)s gezin is nog niet gesproken",
            "De ronde is voorbij; %(n)s gezinnen zijn nog niet gesproken",
            left,
        ) % {"n": left}
    if not pace.met_in_window and pace.window_days < DAYS_A_WEEK:
        return _("De ronde is net begonnen; er is nog niemand gesproken")
    if not pace.met_in_window:
        return _("In de laatste %(n)s schooldagen is niemand gesproken") % {"n": pace.window_days}
    return projection(pace)


def projection(pace: Pace) -> str:
    """The day on which everybody has been met, held against the end of the round."""
    if pace.projected_on is None:
        return _("Op dit tempo is de ronde dit schooljaar niet klaar")
    facts = {"day": nl_day(pace.projected_on), "end": nl_day(pace.deadline), "holiday": holiday_name(pace)}
    if not pace.is_late:
        if pace.holiday:
            return _("Op dit tempo is iedereen op %(day)s gesproken, vóór de %(holiday)s") % facts
        return _("Op dit tempo is iedereen op %(day)s gesproken, op tijd") % facts
    if pace.holiday and pace.projected_on > pace.holiday.ends_on:
        return _("Op dit tempo is iedereen pas op %(day)s gesproken, na de %(holiday)s") % facts
    return _("Op dit tempo is iedereen pas op %(day)s gesproken; de ronde eindigt op %(end)s") % facts


def holiday_name(pace: Pace) -> str:
    """The holiday's name as it stands inside a sentence."""
    name = pace.holiday.name if pace.holiday else ""
    return name[:1].lower() + name[1:]


def pace_words(pace: Pace) -> str:
    """Met against needed, and the difference in school weeks."""
    facts = {"met": pace.met, "needed": pace.needed, "weeks": number_format(abs(pace.behind_weeks), 1)}
    if abs(pace.behind_weeks) < 0.25:
        return _("Gesproken %(met)s, nodig vandaag %(needed)s: op schema.") % facts
    if pace.behind_weeks > 0:
        return _("Gesproken %(met)s, nodig vandaag %(needed)s: %(weeks)s schoolweken achter.") % facts
    return _("Gesproken %(met)s, nodig vandaag %(needed)s: %(weeks)s schoolweken voor.") % facts


def hours_finding(hours: HoursSpent) -> str:
    """What a family costs so far, against what was budgeted for it."""
    if hours.spent_a_family is None:
        return _("Begroot is %(budget)s voor elk gezin") % {"budget": spoken_hours(hours.budget_a_family)}
    facts = {"spent": spoken_hours(hours.spent_a_family), "budget": spoken_hours(hours.budget_a_family)}
    return _("Een gezin kostte tot nu toe %(spent)s; begroot is %(budget)s") % facts


def capitalized(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
