"""Moving, calling off and answering one visit, by somebody at school."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentors.dates import moment_at, nl_moment
from visits.actions.phone_answers import PhoneAnswer, PhoneAnswerKind
from visits.models import PlaceKind
from visits.queries.moments import FreeMoment

OWN = "own"
FIRST_HOUR, LAST_HOUR = 12, 22


class SeenForm(forms.Form):
    """Carries the version of the visit that was looked at, so that nobody agrees with what has changed."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class RescheduleForm(SeenForm):
    """One of the moments that fit the mentor's evenings, or a day and a time of one's own."""

    moment = forms.ChoiceField(label=_("Nieuw moment"), widget=forms.RadioSelect)
    on = forms.DateField(label=_("Dag"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    at = forms.TimeField(label=_("Tijd"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))

    def __init__(self, *args: Any, moments: Sequence[FreeMoment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(moment.starts_at.isoformat(), nl_moment(moment.starts_at)) for moment in moments]
        choices = [*offered, (OWN, _("een ander moment, hieronder"))]
        field = self.fields["moment"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = choices
        if not offered:
            field.initial = OWN

    def clean(self) -> dict[str, Any]:
        """An own moment needs a day and a time."""
        values = super().clean() or {}
        if values.get("moment") == OWN:
            for name, text in (("on", _("Kies een dag.")), ("at", _("Kies een tijd."))):
                if name not in self.errors and not values.get(name):
                    self.add_error(name, text)
        return values

    def starts_at(self) -> dt.datetime:
        """The moment that was chosen, in UTC."""
        values = self.cleaned_data
        if values["moment"] != OWN:
            return dt.datetime.fromisoformat(values["moment"])
        return moment_at(values["on"], values["at"].hour * 60 + values["at"].minute)


class AnswerForm(RescheduleForm):
    """What a family said in a call."""

    ANSWERS = [
        (PhoneAnswerKind.ACCEPTED, _("Het voorgestelde moment is goed")),
        (PhoneAnswerKind.MOMENT, _("Een ander moment, dat we samen kozen")),
        (PhoneAnswerKind.PLACE, _("Zelfde moment, andere plek of manier")),
        (PhoneAnswerKind.SEARCH, _("Dit moment niet; de school zoekt verder")),
        (PhoneAnswerKind.DECLINED, _("Liever geen gesprek")),
    ]
    answer = forms.ChoiceField(label=_("Wat zei het gezin?"), widget=forms.RadioSelect, choices=ANSWERS)
    place_kind = forms.ChoiceField(label=_("Waar of hoe"), choices=PlaceKind.choices, required=False)
    place_note = forms.CharField(label=_("Bij ergens anders: waar"), max_length=120, required=False)
    field_order = ("answer", "moment", "on", "at", "place_kind", "place_note")

    def __init__(self, *args: Any, has_moment: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["moment"].required = False
        if not has_moment:
            answer = self.fields["answer"]
            assert isinstance(answer, forms.ChoiceField)  # noqa: S101 - for the type checker
            about_moment = (PhoneAnswerKind.ACCEPTED, PhoneAnswerKind.PLACE)
            answer.choices = [(key, word) for key, word in self.ANSWERS if key not in about_moment]

    def clean(self) -> dict[str, Any]:
        """Another moment needs one; somewhere else needs a place."""
        if self.data.get(self.add_prefix("answer")) != PhoneAnswerKind.MOMENT:
            values: dict[str, Any] = self.cleaned_data
        else:
            values = super().clean()
            if not values.get("moment") and "moment" not in self.errors:
                self.add_error("moment", _("Kies een moment."))
        if values.get("answer") == PhoneAnswerKind.PLACE:
            self._check_place(values)
        return values

    def phone_answer(self) -> PhoneAnswer:
        """What the family said."""
        values = self.cleaned_data
        kind = PhoneAnswerKind(values["answer"])
        if kind == PhoneAnswerKind.MOMENT:
            return PhoneAnswer(kind, starts_at=self.starts_at())
        if kind == PhoneAnswerKind.PLACE:
            return PhoneAnswer(kind, place_kind=PlaceKind(values["place_kind"]), place_note=values["place_note"])
        return PhoneAnswer(kind)

    def _check_place(self, values: dict[str, Any]) -> None:
        if not values.get("place_kind") and "place_kind" not in self.errors:
            self.add_error("place_kind", self.fields["place_kind"].error_messages["required"])
        if values.get("place_kind") == PlaceKind.ELSEWHERE and not values.get("place_note"):
            self.add_error("place_note", _("Schrijf op waar."))
