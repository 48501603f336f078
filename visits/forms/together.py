"""Who goes together, and how much a mentor takes on."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mentors.forms import ClockInput
from mentors.models import Mentor
from visits.models import Commitment, SiblingChoice
from visits.queries.siblings import PairLine
from visits.words.languages import language_name

_DOUBLE = f"{SiblingChoice.DOUBLE}-"


class SiblingForm(forms.Form):
    """The choice about one pair. One mentor for both is a choice per mentor."""

    choice = forms.ChoiceField(
        label=gettext_lazy("Hoe bezoeken we dit gezin?"),
        error_messages={"required": gettext_lazy("Kies hoe we dit gezin bezoeken.")},
    )

    def __init__(self, *args: Any, line: PairLine, **kwargs: Any) -> None:
        kwargs["prefix"] = line.key
        super().__init__(*args, **{"initial": {"choice": _stands_on(line)}} | kwargs)
        self._mentors = [mentor for mentor in (line.first.mentor, line.second.mentor) if mentor is not None]
        both = _("%(mentor)s bezoekt alle kinderen van dit gezin")
        if line.is_of_many:
            both = _("%(mentor)s bezoekt de kinderen uit deze twee klassen")
        choices = [(_DOUBLE + str(mentor.pk), both % {"mentor": mentor.name}) for mentor in self._mentors]
        self.fields["choice"].choices = [  # type: ignore[attr-defined]
            ("", _("Kies")),
            (SiblingChoice.JOINT.value, SiblingChoice.JOINT.label),
            *choices,
            (SiblingChoice.TOGETHER.value, SiblingChoice.TOGETHER.label),
            (SiblingChoice.APART.value, SiblingChoice.APART.label),
        ]

    def chosen(self) -> tuple[SiblingChoice, Mentor | None]:
        """The choice, and who visits both."""
        value = self.cleaned_data["choice"]
        if value.startswith(_DOUBLE):
            wanted = value.removeprefix(_DOUBLE)
            return SiblingChoice.DOUBLE, next(mentor for mentor in self._mentors if str(mentor.pk) == wanted)
        return SiblingChoice(value), None


def _stands_on(line: PairLine) -> str:
    """What was chosen about this pair, as an option of its form; empty while nothing was."""
    if line.choice != SiblingChoice.DOUBLE:
        return line.choice
    both = line.both_with
    return "" if both is None else _DOUBLE + str(both.pk)


class SiblingDefaultForm(forms.Form):
    """What holds for pairs about which nothing was decided one by one."""

    siblings = forms.ChoiceField(
        label=gettext_lazy("Zolang je over een gezin niets kiest"),
        required=False,
        choices=[
            ("", gettext_lazy("nog niet beslist: los van elkaar")),
            *[(choice.value, choice.label) for choice in SiblingChoice if choice != SiblingChoice.DOUBLE],
        ],
    )


class CommitmentForm(forms.ModelForm):
    """What one mentor takes on in this campaign."""

    class Meta:
        model = Commitment
        fields = ("most_visits", "hands_over", "takes_over", "most_extra", "companions")
        labels = {
            "most_visits": gettext_lazy("Hoogstens zoveel thuisbezoeken in deze ronde"),
            "hands_over": gettext_lazy("Geeft de eigen thuisbezoeken uit handen"),
            "takes_over": gettext_lazy("Neemt thuisbezoeken over van een collega die ze uit handen geeft"),
            "most_extra": gettext_lazy("Hoogstens zoveel erbij"),
            "companions": gettext_lazy("Neemt naar elk thuisbezoek een collega mee"),
        }
        help_texts = {
            "most_extra": gettext_lazy("Laat het leeg voor een eerlijk deel."),
            "companions": gettext_lazy(
                "Kies je er meer, dan gaat steeds een van hen mee: wie die avond het best past."
            ),
        }
        widgets = {"companions": forms.CheckboxSelectMultiple}

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["companions"].queryset = colleagues  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nobody hands over and takes over at once."""
        cleaned = super().clean() or {}
        if cleaned.get("hands_over") and cleaned.get("takes_over"):
            self.add_error("takes_over", _("Wie de eigen bezoeken uit handen geeft, kan er geen overnemen."))
        return cleaned


class TeamForm(forms.Form):
    """Two mentors who make all their visits together."""

    first = forms.ModelChoiceField(
        label=gettext_lazy("Wie"), queryset=Mentor.objects.none(), empty_label=gettext_lazy("Kies een mentor")
    )
    second = forms.ModelChoiceField(
        label=gettext_lazy("Samen met"), queryset=Mentor.objects.none(), empty_label=gettext_lazy("Kies een collega")
    )

    def __init__(self, *args: Any, mentors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = mentors  # type: ignore[attr-defined]


class CompanyForm(forms.Form):
    """Of whom one comes along to one visit."""

    companions = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Wie kan er mee?"),
        help_text=gettext_lazy("Kies je er meer, dan gaat een van hen mee: wie die avond het best past."),
        queryset=Mentor.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["companions"].queryset = colleagues  # type: ignore[attr-defined]


class InterpretersForm(forms.Form):
    """Hours at which interpreters of a language are there."""

    language = forms.ChoiceField(label=gettext_lazy("Taal"))
    on = forms.DateField(label=gettext_lazy("Dag"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    from_time = forms.TimeField(label=gettext_lazy("Van"), widget=ClockInput())
    until_time = forms.TimeField(label=gettext_lazy("Tot"), widget=ClockInput())
    count = forms.IntegerField(label=gettext_lazy("Aantal tolken"), min_value=1, max_value=50, initial=1)
    every_week = forms.BooleanField(
        label=gettext_lazy("Ook op deze dag in alle volgende weken van de ronde"), required=False
    )

    def __init__(self, *args: Any, languages: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((code, language_name(code)) for code in languages), key=lambda row: row[1].lower())
        self.fields["language"].choices = named  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("from_time"), cleaned.get("until_time")
        if begins and ends and ends <= begins:
            self.add_error("until_time", _("Kies een tijd na het begin."))
        return cleaned
