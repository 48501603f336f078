"""What a family fills in. Few fields, one question a page; what was chosen stays when something is wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from visits.actions.answers import FamilyHours
from visits.forms.visits import SeenForm
from visits.links import CODE_LENGTH, normalised_code
from visits.models import ConversationTopic, PlaceKind

WEEKDAYS = [_("maandag"), _("dinsdag"), _("woensdag"), _("donderdag"), _("vrijdag"), _("zaterdag")]
FIRST_HOUR, LAST_HOUR = 12, 22


class CodeForm(forms.Form):
    """The code from a letter."""

    unknown = _("Met deze code vinden wij geen uitnodiging. Kijk nog eens in de brief, of bel de school.")
    code = forms.CharField(
        label=_("De code uit de brief"),
        max_length=40,
        error_messages={"required": _("Vul de code uit de brief in.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text=_("Tien tekens, bijvoorbeeld K7P2M-9XQ4T. Hoofdletters en streepje maken niet uit."),
    )

    def clean_code(self) -> str:
        """The typed code, if it can be one at all."""
        code: str = self.cleaned_data["code"]
        if len(normalised_code(code)) != CODE_LENGTH:
            raise forms.ValidationError(_("De code heeft tien tekens. Kijk nog eens in de brief."))
        return code


class MomentForm(SeenForm):
    """One of the moments that fit; the action asks again whether it does."""

    starts_at = forms.DateTimeField(
        input_formats=["%Y-%m-%dT%H:%M:%S%z"],
        error_messages={"required": _("Kies een moment."), "invalid": _("Kies een moment.")},
    )

    def clean_starts_at(self) -> dt.datetime:
        """In UTC; at either end of the calendar there is no such moment."""
        starts_at: dt.datetime = self.cleaned_data["starts_at"]
        try:
            return starts_at.astimezone(dt.UTC)
        except OverflowError:
            raise forms.ValidationError(_("Kies een moment.")) from None


class PlaceForm(SeenForm):
    """Where, or how, the family would rather meet."""

    place_kind = forms.ChoiceField(
        label=_("Waar wilt u de mentor spreken?"),
        widget=forms.RadioSelect,
        choices=[
            (PlaceKind.HOME.value, _("Bij ons thuis")),
            (PlaceKind.SCHOOL.value, _("Op school")),
            (PlaceKind.PHONE.value, _("Telefonisch")),
            (PlaceKind.VIDEO.value, _("Via videobellen")),
            (PlaceKind.ELSEWHERE.value, _("Ergens anders")),
        ],
        error_messages={"required": _("Kies een plek of een manier.")},
    )
    place_note = forms.CharField(
        label=_("Bij ergens anders: waar?"),
        required=False,
        max_length=120,
        help_text=_("Bijvoorbeeld: de bibliotheek, of het buurthuis."),
    )

    def clean(self) -> dict[str, Any]:
        """Somewhere else needs a place."""
        values = super().clean() or {}
        if values.get("place_kind") == PlaceKind.ELSEWHERE and not values.get("place_note"):
            self.add_error("place_note", _("Schrijf op waar u elkaar dan ziet."))
        return values


def _clocks() -> list[tuple[str, str]]:
    return [
        (f"{hour:02d}:{minute:02d}", f"{hour}.{minute:02d}")
        for hour in range(FIRST_HOUR, LAST_HOUR)
        for minute in (0, 30)
    ]


class HoursForm(SeenForm):
    """Per weekday: it does not matter, then we can, or then we cannot; and between which hours."""

    ANY, CAN, CANNOT = "", "can", "cannot"
    needs_a_day = True
    ANSWERS = [(ANY, _("maakt niet uit")), (CAN, _("dan kunnen wij")), (CANNOT, _("dan kunnen wij niet"))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, name in enumerate(WEEKDAYS):
            self.fields[f"answer_{day}"] = forms.ChoiceField(label=name, choices=self.ANSWERS, required=False)
            self.fields[f"from_{day}"] = forms.ChoiceField(label=_("van"), choices=_clocks(), initial="16:00")
            self.fields[f"until_{day}"] = forms.ChoiceField(label=_("tot"), choices=_clocks(), initial="21:00")

    def days(self) -> list[dict[str, Any]]:
        """The fields of each weekday together, for the page."""
        return [
            {"name": name, "answer": self[f"answer_{day}"], "from": self[f"from_{day}"], "until": self[f"until_{day}"]}
            for day, name in enumerate(WEEKDAYS)
        ]

    def clean(self) -> dict[str, Any]:
        """At least one day, and each from before until."""
        values = super().clean() or {}
        chosen = [day for day in range(len(WEEKDAYS)) if values.get(f"answer_{day}")]
        if self.needs_a_day and not chosen:
            raise forms.ValidationError(_("Kies bij minstens één dag of u dan kunt, of juist niet."))
        for day in chosen:
            if values.get(f"from_{day}", "") >= values.get(f"until_{day}", ""):
                self.add_error(f"until_{day}", _("Kies een tijd die later is dan de eerste."))
        return values

    def hours(self) -> list[FamilyHours]:
        """What was filled in, for the days that matter."""
        values = self.cleaned_data
        return [
            FamilyHours(
                weekday=day,
                from_time=dt.time.fromisoformat(values[f"from_{day}"]),
                until_time=dt.time.fromisoformat(values[f"until_{day}"]),
                is_wish=values[f"answer_{day}"] == self.CAN,
            )
            for day in range(len(WEEKDAYS))
            if values[f"answer_{day}"]
        ]


class WishesForm(HoursForm, PlaceForm):
    """Per weekday: it does not matter, rather then, or not then; and where. Nothing has to be filled in."""

    ANSWERS = [
        (HoursForm.ANY, _("maakt niet uit")),
        (HoursForm.CAN, _("het liefst dan")),
        (HoursForm.CANNOT, _("dan kunnen wij niet")),
    ]
    needs_a_day = False


class TopicsForm(forms.Form):
    """Topics to tap, and one line in own words."""

    topics = forms.ModelMultipleChoiceField(
        queryset=ConversationTopic.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    own_text = forms.CharField(required=False, max_length=300)

    def __init__(self, *args: Any, offered: Sequence[ConversationTopic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        keys = [topic.pk for topic in offered]
        field = self.fields["topics"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = ConversationTopic.objects.filter(pk__in=keys)

    def clean_own_text(self) -> str:
        """One line."""
        return " ".join(self.cleaned_data["own_text"].split())


class LanguageForm(forms.Form):
    """The language of the page."""

    language = forms.CharField(max_length=8)
