"""What a mentor fills in about evenings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentors.forms import ClockInput
from visits.actions.shifts import ShiftHours

WEEKDAYS = [
    (0, _("maandag")),
    (1, _("dinsdag")),
    (2, _("woensdag")),
    (3, _("donderdag")),
    (4, _("vrijdag")),
    (5, _("zaterdag")),
]


class WeekdaysForm(forms.Form):
    """Fixed days for the whole period, with their hours."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Op welke dagen kun je meestal?"),
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Kies ten minste één dag.")},
    )
    leave_from = forms.TimeField(label=_("Vertrek niet voor"), widget=ClockInput(), initial=ShiftHours().leave_from)
    visits_until = forms.TimeField(
        label=_("Laatste gesprek klaar om"), widget=ClockInput(), initial=ShiftHours().visits_until
    )
    back_by = forms.TimeField(label=_("Uiterlijk terug om"), widget=ClockInput(), initial=ShiftHours().back_by)

    def clean(self) -> dict[str, Any]:
        """The times come one after the other."""
        cleaned = super().clean() or {}
        leave, until, back = (cleaned.get(name) for name in ("leave_from", "visits_until", "back_by"))
        if leave and until and leave >= until:
            self.add_error("visits_until", _("Kies een tijd na je vertrek."))
        if until and back and until > back:
            self.add_error("back_by", _("Kies een tijd na het laatste gesprek."))
        return cleaned

    def hours(self) -> ShiftHours:
        """The clock times that were filled in."""
        cleaned = self.cleaned_data
        return ShiftHours(cleaned["leave_from"], cleaned["visits_until"], cleaned["back_by"])
