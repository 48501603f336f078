"""Two versions of one log beside each other, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from notes.forms.log import LOG_FIELDS, LogForm
from notes.queries.typed import Fields


@dataclass(frozen=True)
class FieldDifference:
    """One field in which they differ; a value is empty where nothing was filled in."""

    label: str
    sent: str
    kept: str


def differences(form: LogForm, sent: Fields, kept: Fields) -> list[FieldDifference]:
    """The fields in which what was sent differs from what is kept."""
    found = []
    for name in LOG_FIELDS:
        field = form.fields.get(name)
        if field is None or sent.get(name, []) == kept.get(name, []):
            continue
        found.append(
            FieldDifference(
                _label(name, field), _in_words(field, sent.get(name, [])), _in_words(field, kept.get(name, []))
            )
        )
    return found


def _label(name: str, field: forms.Field) -> str:
    number = name.rpartition("_")[2]
    if number.isdigit():
        return _("Afspraak %(number)s: %(part)s") % {"number": number, "part": str(field.label).lower()}
    return str(field.label)


def _in_words(field: forms.Field, values: Sequence[str]) -> str:
    if isinstance(field, forms.BooleanField):
        return _("ja") if values else ""
    choices: Any = getattr(field, "choices", ())
    words = {str(value): str(label) for value, label in choices}
    return ", ".join(words.get(value, value) for value in values)
