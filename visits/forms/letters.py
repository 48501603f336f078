"""Which letters were handed out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from visits.models import Invitation


class LettersForm(forms.Form):
    """The invitations whose letter is now with the family."""

    given = forms.ModelMultipleChoiceField(queryset=Invitation.objects.none())

    def __init__(self, *args: Any, invitations: QuerySet[Invitation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["given"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = invitations
