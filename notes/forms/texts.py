"""The personal note and the worry: two other places, two other forms."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from students.models import Student
from visits.models import Visit


class MemoryAidForm(forms.Form):
    """The mentor's own note. Empty erases it."""

    text = forms.CharField(
        label=_("Mijn geheugensteun"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class PupilField(forms.ModelChoiceField):
    """Pupils by first name."""

    def label_from_instance(self, obj: Any) -> str:
        """The first name alone."""
        return obj.first_name


class ConcernForm(forms.Form):
    """Facts about one pupil of the visit."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    student = PupilField(
        label=_("Over wie gaat het?"), queryset=Student.objects.none(), widget=forms.RadioSelect, empty_label=None
    )
    facts = forms.CharField(
        label=_("Wat heb ik gezien en gehoord?"),
        max_length=4000,
        help_text=_("Schrijf alleen op wat je zag en hoorde, zo letterlijk mogelijk. Wat het betekent komt later."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, visit: Visit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(PupilField, self.fields["student"]).queryset = visit.students.order_by("pk")
