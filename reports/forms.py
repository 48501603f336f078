"""What a school fills in to hear what it would cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentors.dates import minutes_of, time_of
from mentors.forms import DayInput
from mentors.models import School, SchoolYear, TravelMode
from reports.figures.cost_question import EveningHours, Question, distinct_cohorts
from reports.figures.hours import WRITING_MINUTES
from reports.queries.cost_roster import study_calendar, year_of_day
from visits.forms.shifts import WeekdaysForm
from visits.queries.calendar import usual_period

FIRST, ALL, CHOSEN = "first", "all", "chosen"


def checks(label: Any, choices: Sequence[tuple[Any, Any]], required: Any, **values: Any) -> Any:
    """Boxes of which at least one is ticked; `values` are Django's own."""
    return forms.TypedMultipleChoiceField(
        label=label,
        choices=choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": required},
        **values,
    )


class CostForm(WeekdaysForm):
    """The grid of variants, the evenings, and what an hour costs. As it stands, it is a sensible question."""

    minutes = checks(
        _("Hoe lang duurt een thuisbezoek?"),
        [(30, _("30 minuten")), (45, _("45 minuten")), (60, _("60 minuten"))],
        _("Kies ten minste één duur."),
        coerce=int,
        initial=[30, 45, 60],
    )
    max_stops = checks(
        _("Hoeveel thuisbezoeken op een avond, hoogstens?"),
        [(2, "2"), (3, "3"), (4, "4")],
        _("Kies ten minste één aantal."),
        coerce=int,
        initial=[2, 3, 4],
    )
    modes = checks(
        _("Hoe reizen de mentoren?"),
        [(TravelMode.BIKE.value, _("met de fiets")), (TravelMode.CAR.value, _("met de auto"))],
        _("Kies ten minste één manier van reizen."),
        initial=["bike", "car"],
    )
    cohorts = checks(_("Welke gezinnen?"), [], _("Kies ten minste één groep."), initial=[FIRST, ALL])
    year_groups = forms.TypedMultipleChoiceField(
        label=_("Welke leerjaren kies je zelf?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    evenings = checks(
        _("Hoeveel avonden in de week?"),
        [(1, _("één avond")), (2, _("twee avonden"))],
        _("Kies ten minste één aantal avonden."),
        coerce=int,
        initial=[1, 2],
    )
    starts_on = forms.DateField(
        label=_("Eerste dag"),
        widget=DayInput(),
        help_text=_("Gebruikelijk: twee weken na het begin van het schooljaar. Mag ook een dag zijn die al was."),
    )
    report_minutes = forms.IntegerField(
        label=_("Voorbereiden en verslag (minuten per thuisbezoek)"),
        min_value=0,
        max_value=120,
        initial=WRITING_MINUTES,
    )
    rate = forms.DecimalField(
        label=_("Wat kost een uur? (euro)"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal(500),
        decimal_places=2,
        localize=True,
        help_text=_("Vul een uurtarief in, en je ziet ook wat het in geld kost."),
    )

    def __init__(self, *args: Any, school: School, year_groups: Sequence[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.school = school
        self.all_groups = tuple(year_groups)
        groups = [(group, _("leerjaar %(group)s") % {"group": group}) for group in year_groups]
        cohorts: list[tuple[str, Any]] = [
            (FIRST, _("alleen de eerstejaars (leerjaar %(group)s)") % {"group": min(year_groups)})
        ]
        if len(year_groups) > 1:
            cohorts += [(ALL, _("alle leerjaren")), (CHOSEN, _("leerjaren die ik zelf kies"))]
        self.fields["cohorts"].choices = cohorts  # type: ignore[attr-defined]
        self.fields["year_groups"].choices = groups  # type: ignore[attr-defined]
        weekdays = self.fields["weekdays"]
        weekdays.label = _("Op welke dagen?")
        weekdays.help_text = _("Bij één avond in de week telt de eerste dag die je kiest.")

    @staticmethod
    def usual(year: SchoolYear) -> dict[str, Any]:
        """What is asked when nobody changes anything: Tuesday and Thursday, from two weeks into the year."""
        return {"weekdays": [1, 3], "starts_on": usual_period(year)[0]}

    @staticmethod
    def as_asked(question: Question, all_groups: Sequence[int]) -> dict[str, Any]:
        """What was filled in for an earlier question."""
        first, whole = (min(all_groups),), tuple(all_groups)
        others = [cohort for cohort in question.cohorts if cohort not in (first, whole)]
        kinds = [(FIRST, first in question.cohorts), (ALL, whole in question.cohorts), (CHOSEN, bool(others))]
        hours = question.hours
        return {
            "minutes": question.minutes,
            "max_stops": question.max_stops,
            "modes": question.modes,
            "cohorts": [kind for kind, is_chosen in kinds if is_chosen],
            "year_groups": others[0] if others else (),
            "evenings": question.evenings,
            "weekdays": question.weekdays,
            "leave_from": time_of(hours.leave_from),
            "visits_until": time_of(hours.visits_until),
            "back_by": time_of(hours.back_by),
            "starts_on": question.starts_on,
            "report_minutes": question.report_minutes,
            "rate": None if question.rate_cents is None else Decimal(question.rate_cents) / 100,
        }

    def clean_starts_on(self) -> dt.date:
        """The first day lies in a school year of the calendar."""
        day: dt.date = self.cleaned_data["starts_on"]
        self.school_year = year_of_day(self.school, day)
        if self.school_year is None:
            raise forms.ValidationError(_("Deze dag ligt niet in een schooljaar dat in de kalender staat."))
        return day

    def clean(self) -> dict[str, Any]:
        """What has to fit together."""
        cleaned = super().clean()
        evenings, weekdays = cleaned.get("evenings"), cleaned.get("weekdays")
        if evenings and weekdays and len(weekdays) < max(evenings):
            self.add_error("weekdays", _("Kies twee dagen, of reken alleen met één avond in de week."))
        if CHOSEN in cleaned.get("cohorts", []) and not cleaned.get("year_groups"):
            self.add_error("year_groups", _("Kies ten minste één leerjaar."))
        leave, until, minutes = (cleaned.get(name) for name in ("leave_from", "visits_until", "minutes"))
        if leave and until and minutes and leave < until and minutes_of(until) - minutes_of(leave) < max(minutes):
            text = _("Tussen vertrek en dit tijdstip past geen thuisbezoek van %(minutes)s minuten.")
            self.add_error("visits_until", text % {"minutes": max(minutes)})
        if "starts_on" in cleaned and weekdays and self.school_year is not None:
            calendar = study_calendar(self.school_year, cleaned["starts_on"])
            if not all(calendar.evenings([day]) for day in weekdays):
                self.add_error("starts_on", _("Na deze dag is er in dit schooljaar geen avond meer. Kies een eerdere."))
        return cleaned

    def question(self) -> Question:
        """What was asked."""
        cleaned = self.cleaned_data
        groups = {FIRST: [min(self.all_groups)], ALL: self.all_groups, CHOSEN: cleaned["year_groups"]}
        rate = cleaned["rate"]
        return Question(
            minutes=tuple(sorted(cleaned["minutes"])),
            max_stops=tuple(sorted(cleaned["max_stops"])),
            modes=tuple(sorted(cleaned["modes"])),
            cohorts=distinct_cohorts([groups[kind] for kind in cleaned["cohorts"]]),
            evenings=tuple(sorted(cleaned["evenings"])),
            weekdays=tuple(sorted(cleaned["weekdays"]))[: max(cleaned["evenings"])],
            hours=EveningHours(*(minutes_of(cleaned[name]) for name in ("leave_from", "visits_until", "back_by"))),
            starts_on=cleaned["starts_on"],
            report_minutes=cleaned["report_minutes"],
            rate_cents=None if rate is None else int(rate * 100),
        )
