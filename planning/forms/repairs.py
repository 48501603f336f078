"""What a coordinator fills in when something changed: each form makes an `Incident` of it, and saves nothing."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from mentors.dates import local_day, nl_day, nl_moment
from mentors.forms import ONE_LINE, ClockInput, DayInput
from mentors.models import Mentor
from planning.problem.incidents import Incident, IncidentKind
from planning.queries.repairs import evenings_to_come, free_days, mentors_at_work, visits_to_cancel
from visits.actions.shifts import ShiftHours
from visits.models import Campaign

GUESS = dt.timedelta(days=13)  # nobody knows how long: two weeks, and then again
YES, NO = "yes", "no"


class IncidentForm(forms.Form):
    """What every form of an incident has: the campaign, the moment, and the mentor where it is about one."""

    kind = IncidentKind.NOTHING
    is_about_mentor = False

    def __init__(self, *args: Any, campaign: Campaign, mentor: Mentor | None, now: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.campaign, self.mentor, self.now = campaign, mentor, now

    def incident(self) -> Incident:
        """What happened."""
        return Incident(kind=self.kind)


class CancellationForm(IncidentForm):
    """One visit that does not go on, and whether the family is to get another moment."""

    kind = IncidentKind.CANCELLATION
    visit = forms.TypedChoiceField(label=_("Welk gezin?"), coerce=int)
    again = forms.ChoiceField(
        label=_("Komt er een ander moment?"),
        choices=[(YES, _("Ja, zoek een ander moment, op een andere dag")), (NO, _("Nee, dit thuisbezoek vervalt"))],
        initial=YES,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for visit in visits_to_cancel(self.campaign, self.now):
            mentor = visit.mentor.name if visit.mentor else ""
            groups[mentor].append((visit.pk, f"{visit.household.name}, {nl_moment(visit.starts_at)}"))
        field = self.fields["visit"]
        assert isinstance(field, forms.TypedChoiceField)  # noqa: S101 - for the type checker
        field.choices = [("", _("Kies een gezin")), *groups.items()]

    def incident(self) -> Incident:
        """That visit is called off."""
        values = self.cleaned_data
        return Incident(kind=self.kind, visit=values["visit"], again=values["again"] == YES)


class SickForm(IncidentForm):
    """A mentor who is away for a while, and who goes instead."""

    kind = IncidentKind.SICK
    is_about_mentor = True
    OWN, OTHERS = "own", "others"
    first = forms.DateField(label=_("Vanaf"), widget=DayInput())
    last = forms.DateField(label=_("Tot en met"), widget=DayInput(), required=False)
    is_unknown = forms.BooleanField(
        label=_("Nog niet bekend tot wanneer"),
        required=False,
        help_text=_("Dan rekenen we met twee weken. Duurt het langer, meld het dan nog een keer."),
    )
    who = forms.ChoiceField(
        label=_("Wie gaat er naar deze gezinnen?"),
        choices=[(OWN, _("De eigen mentor, later")), (OTHERS, _("Een collega"))],
        initial=OWN,
        widget=forms.RadioSelect,
    )
    others = forms.TypedMultipleChoiceField(
        label=_("Welke collega's kunnen gaan?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("De planner verdeelt de gezinnen over de avonden die zij nog vrij hebben."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["first"].initial = local_day(self.now)
        colleagues = [mentor for mentor in mentors_at_work(self.campaign) if mentor != self.mentor]
        self.fields["others"].choices = [(mentor.pk, mentor.name) for mentor in colleagues]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A period has an end or none that is known, and a colleague has a name."""
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if not values.get("is_unknown") and not last and "last" not in self.errors:
            self.add_error("last", _("Vul een laatste dag in, of kies dat die nog niet bekend is."))
        if first and last and last < first:
            self.add_error("last", _("De laatste dag komt niet voor de eerste."))
        if first and first > self.campaign.school_year.ends_on:
            self.add_error("first", _("Deze dagen vallen buiten het schooljaar."))
        if values.get("who") == self.OTHERS and not values.get("others"):
            self.add_error("others", _("Kies ten minste één collega."))
        return values

    def incident(self) -> Incident:
        """The mentor is away."""
        values = self.cleaned_data
        is_known = not values["is_unknown"]
        return Incident(
            kind=self.kind,
            mentor=self.mentor.pk if self.mentor else None,
            first=values["first"],
            last=values["last"] if is_known else values["first"] + GUESS,
            is_last_known=is_known,
            others=tuple(values["others"]) if values["who"] == self.OTHERS else (),
        )


class _DaysForm(IncidentForm):
    """Days of one mentor."""

    is_about_mentor = True
    days = forms.TypedMultipleChoiceField(
        label=_("Welke avond?"),
        coerce=dt.date.fromisoformat,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Kies ten minste één avond.")},
    )

    def _offer(self, days: list[tuple[dt.date, str]]) -> None:
        self.fields["days"].choices = [(day.isoformat(), word) for day, word in days]  # type: ignore[attr-defined]


class EveningBackForm(_DaysForm):
    """Evenings that a mentor gave and cannot keep."""

    kind = IncidentKind.EVENING_BACK

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.mentor:
            evenings = evenings_to_come(self.campaign, self.mentor, self.now)
            self._offer([(evening.on, _evening(evening.on, evening.visits)) for evening in evenings])

    def incident(self) -> Incident:
        """Those evenings go."""
        mentor = self.mentor.pk if self.mentor else None
        return Incident(kind=self.kind, mentor=mentor, days=tuple(sorted(self.cleaned_data["days"])))


class ExtraEveningForm(_DaysForm):
    """Evenings that a mentor gives on top, with their hours."""

    kind = IncidentKind.EXTRA_EVENING
    leave_from = forms.TimeField(label=_("Vertrek niet voor"), widget=ClockInput(), initial=ShiftHours().leave_from)
    visits_until = forms.TimeField(
        label=_("Laatste gesprek klaar om"), widget=ClockInput(), initial=ShiftHours().visits_until
    )
    back_by = forms.TimeField(label=_("Uiterlijk terug om"), widget=ClockInput(), initial=ShiftHours().back_by)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.mentor:
            self._offer([(day, nl_day(day)) for day in free_days(self.campaign, self.mentor, self.now)])

    def clean(self) -> dict[str, Any]:
        """The times come one after the other."""
        values = super().clean() or {}
        leave, until, back = (values.get(name) for name in ("leave_from", "visits_until", "back_by"))
        if leave and until and leave >= until:
            self.add_error("visits_until", _("Kies een tijd na het vertrek."))
        if until and back and until > back:
            self.add_error("back_by", _("Kies een tijd na het laatste gesprek."))
        return values

    def incident(self) -> Incident:
        """Those evenings come."""
        values = self.cleaned_data
        return Incident(
            kind=self.kind,
            mentor=self.mentor.pk if self.mentor else None,
            days=tuple(sorted(values["days"])),
            hours=(values["leave_from"], values["visits_until"], values["back_by"]),
        )


class ClosedDaysForm(IncidentForm):
    """A day off or a holiday, new or moved."""

    kind = IncidentKind.CLOSURE
    closure = forms.TypedChoiceField(
        label=_("Gaat het om dagen die al in de kalender staan?"), coerce=int, required=False, empty_value=None
    )
    name = forms.CharField(
        label=_("Naam"),
        max_length=80,
        validators=[ONE_LINE],
        error_messages={"required": _("Vul in hoe deze dagen heten.")},
        help_text=_("Zoals: Studiedag. Staan de dagen al in de kalender, dan mag dit leeg blijven."),
    )
    first = forms.DateField(
        label=_("Eerste dag"), widget=DayInput(), error_messages={"required": _("Kies de eerste dag.")}
    )
    last = forms.DateField(
        label=_("Laatste dag"),
        widget=DayInput(),
        help_text=_("Eén dag? Vul dezelfde dag in."),
        error_messages={"required": _("Kies de laatste dag.")},
    )
    is_holiday = forms.BooleanField(label=_("Het is een vakantie"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self._known = list(self.campaign.school_year.closures.all())
        choices = [(closure.pk, f"{closure.name} ({_days(closure.starts_on, closure.ends_on)})") for closure in known]
        self.fields["closure"].choices = [("", _("Nee, dit is nieuw")), *choices]  # type: ignore[attr-defined]
        self.fields["name"].required = not self.data.get("closure")

    def clean(self) -> dict[str, Any]:
        """Days in their order, within the school year, and with a name: a new one, or the one in the calendar."""
        values = super().clean() or {}
        if not values.get("name") and "name" not in self.errors:
            values["name"] = next((known.name for known in self._known if known.pk == values.get("closure")), "")
        first, last, year = values.get("first"), values.get("last"), self.campaign.school_year
        if first and last and last < first:
            self.add_error("last", _("De laatste dag komt niet voor de eerste."))
        if (first and first < year.starts_on) or (last and last > year.ends_on):
            self.add_error("first", _("Deze dagen vallen buiten het schooljaar."))
        return values

    def incident(self) -> Incident:
        """Nobody visits on those days."""
        values = self.cleaned_data
        names = ("name", "first", "last", "is_holiday", "closure")
        return Incident(kind=self.kind, **{name: values[name] for name in names})


class LateForm(IncidentForm):
    """Families without a moment: nothing to fill in."""

    kind = IncidentKind.LATE


# By the word in the address, in the order in which they are offered.
FORMS: dict[str, type[IncidentForm]] = {
    "gaat-niet-door": CancellationForm,
    "mentor-afwezig": SickForm,
    "avond-terug": EveningBackForm,
    "avond-erbij": ExtraEveningForm,
    "vrije-dag": ClosedDaysForm,
    "zonder-moment": LateForm,
}


def _evening(day: dt.date, visits: int) -> str:
    if not visits:
        return nl_day(day)
    words = ngettext("%(day)s, %(n)s thuisbezoek", "%(day)s, %(n)s thuisbezoeken", visits)
    return words % {"day": nl_day(day), "n": visits}


def _days(first: dt.date, last: dt.date) -> str:
    return nl_day(first) if first == last else f"{nl_day(first)} – {nl_day(last)}"
