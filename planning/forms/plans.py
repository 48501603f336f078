"""What a coordinator fills in to ask for a plan, and to name one."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class PlanForm(forms.Form):
    """How long the planner may work."""

    seconds = forms.TypedChoiceField(
        label=_("Hoe lang mag het duren?"),
        coerce=int,
        choices=[(60, _("een minuut")), (180, _("drie minuten")), (600, _("tien minuten"))],
        initial=60,
        help_text=_("Eerder klaar als het beste plan eerder gevonden is. Stoppen kan altijd."),
    )


class PlanNameForm(forms.Form):
    """What a coordinator calls a draft."""

    label = forms.CharField(
        label=_("Naam van dit plan"),
        max_length=80,
        required=False,
        help_text=_("Bijvoorbeeld: met drie bezoeken op een avond. Laat leeg om de datum te tonen."),
    )
