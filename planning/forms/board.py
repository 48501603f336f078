"""What the board asks: what to show, and where a family goes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentors.dates import nl_day
from planner import ProblemIndex, ShiftKey
from planning.actions.board.edits import REASON_LENGTH
from planning.draft.evenings import evening_key, evening_name
from planning.queries.board.page import BoardPage
from planning.queries.board.values import BoardSelection

SEASON = "seizoen"


def selection_of(data: Any, first_week: int) -> BoardSelection:
    """What is asked to be shown; anything that means nothing is left out."""
    week = data.get("week", "")
    return BoardSelection(
        week=None if week == SEASON else _whole(week, first_week),
        mentor=_whole(data.get("mentor"), None),
        school_class=_whole(data.get("klas"), None),
        weekday=_whole(data.get("dag"), None),
    )


def query_of(selection: BoardSelection, *, with_week: bool = True) -> str:
    """A selection as the query of an address."""
    week = SEASON if selection.week is None else selection.week
    pairs = [
        ("week", week if with_week else None),
        ("mentor", selection.mentor),
        ("klas", selection.school_class),
        ("dag", selection.weekday),
    ]
    return "&".join(f"{name}={value}" for name, value in pairs if value is not None)


def revision_of(text: Any) -> int | None:
    """The revision that an open board has seen, 0 when it does not say; None for nonsense."""
    return _whole(text, None) if text is not None else 0


def _whole(text: Any, default: int | None) -> int | None:
    """A small number that was asked for, or the default."""
    words = str(text or "")
    return int(words) if words.isascii() and words.isdigit() and len(words) < 10 else default


class RevisionForm(forms.Form):
    """Carries the revision of the draft that was looked at."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class MoveForm(RevisionForm):
    """Where a family goes: an evening, and if wanted a time or a place in the order; or out of the plan."""

    evening = forms.CharField(label=_("Avond"), required=False, max_length=40)
    start = forms.TimeField(
        label=_("Tijd"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("Laat leeg voor het beste moment op die avond."),
    )
    position = forms.IntegerField(required=False, min_value=0, max_value=20, widget=forms.HiddenInput)
    reason = forms.CharField(label=_("Waarom kan het toch?"), required=False, max_length=REASON_LENGTH)

    def clean_evening(self) -> ShiftKey | None:
        """The mentor and the day; None is out of the plan."""
        text = self.cleaned_data["evening"]
        if not text:
            return None
        try:
            return evening_key(text)
        except ValueError:
            raise forms.ValidationError(_("Kies een avond.")) from None

    def clean_start(self) -> int | None:
        """Minutes after midnight."""
        clock: dt.time | None = self.cleaned_data["start"]
        return None if clock is None else clock.hour * 60 + clock.minute


class OwnMomentForm(MoveForm):
    """A move with a list to choose the evening from, for a page without a script."""

    def __init__(self, *args: Any, board: BoardPage, visit: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = evening_choices(board.draft.index, board, visit)
        self.fields["evening"] = forms.ChoiceField(label=_("Avond"), choices=choices)
        self.order_fields(["evening", "start"])


def evening_choices(index: ProblemIndex, board: BoardPage, visit: str) -> list[tuple[str, Any]]:
    """The evenings of those who may make this visit, a group a mentor."""
    found = []
    for person in index.visits[visit].visitors:
        if person in board.mentors:
            days = sorted(on for who, on in index.shifts if who == person)
            found.append((board.mentors[person].name, [(evening_name((person, on)), nl_day(on)) for on in days]))
    return found
