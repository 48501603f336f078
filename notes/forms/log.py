"""The form of the two-minute log. Nothing is filled in by guess."""

from __future__ import annotations

import datetime as dt
from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from mentors.dates import local_moment
from notes.actions.content import MAX_AGREEMENTS, Agreed, LogContent
from notes.actions.log import SeenDraft
from notes.models import AgreedBy, CalledOffBy, ConversationOutcome, Feeling, Presence
from notes.queries.typed import Fields
from visits.models import ConversationTopic, Visit

AGREEMENT_NUMBERS = range(1, MAX_AGREEMENTS + 1)
LOG_FIELDS = [
    "outcome",
    "called_off_by",
    "as_planned",
    "held_on",
    "started",
    "ended",
    "present",
    "topics",
    "going_well",
    *(f"{part}_{number}" for number in AGREEMENT_NUMBERS for part in ("who", "what", "due")),
    "headline",
    "good_news",
    "feeling",
]


def typed_fields(data: QueryDict) -> Fields:
    """What was typed, and nothing that is not a field of the log."""
    return {name: values for name in LOG_FIELDS if (values := [value for value in data.getlist(name) if value])}


def initial_of(fields: Fields) -> dict[str, Any]:
    """The typed fields of a log as the initial values of its form."""
    many = {"present", "topics"}
    return {name: values if name in many else values[0] for name, values in fields.items() if values}


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _time() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


def _one_of(label: Any, choices: type[Any], **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices.choices, widget=forms.RadioSelect, **options)


class SaveForm(forms.Form):
    """Which save this is, and what the phone has seen; see notes/actions/log.py."""

    client_id = forms.UUIDField()
    version = forms.IntegerField(min_value=0)
    unanswered = forms.CharField(required=False, max_length=2000)

    def clean_unanswered(self) -> list[UUID]:
        """The ids, separated by commas."""
        try:
            return [UUID(item) for item in self.cleaned_data["unanswered"].split(",") if item]
        except ValueError as error:
            raise forms.ValidationError("unanswered") from error

    @property
    def seen(self) -> SeenDraft:
        """What the phone knows."""
        return SeenDraft(self.cleaned_data["version"], self.cleaned_data["unanswered"])


class LogForm(forms.Form):
    """The log of one visit. `content()` gives what was filled in, checked."""

    outcome = _one_of(_("Ging het door?"), ConversationOutcome)
    called_off_by = _one_of(_("Wie zegde af?"), CalledOffBy, required=False)
    as_planned = forms.BooleanField(label=_("Zoals gepland"), required=False)
    held_on = forms.DateField(label=_("Welke dag"), required=False, widget=_day())
    started = forms.TimeField(label=_("Begonnen om"), required=False, widget=_time())
    ended = forms.TimeField(label=_("Klaar om"), required=False, widget=_time())
    present = forms.MultipleChoiceField(
        label=_("Wie waren erbij?"),
        choices=Presence.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    topics = forms.ModelMultipleChoiceField(
        label=_("Waar ging het over?"),
        queryset=ConversationTopic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    going_well = forms.CharField(label=_("Wat gaat goed?"), required=False, max_length=300)
    headline = forms.CharField(
        label=_("Eén zin voor het team"), required=False, max_length=200, help_text=_("Een ouder mag dit lezen.")
    )
    good_news = forms.BooleanField(label=_("Dit is goed nieuws"), required=False)
    feeling = _one_of(_("Hoe was het voor jou?"), Feeling, required=False)

    def __init__(self, *args: Any, visit: Visit, now: dt.datetime, is_amendment: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.now = visit, now
        for number in AGREEMENT_NUMBERS:
            self.fields[f"who_{number}"] = _one_of(_("Wie"), AgreedBy, required=False)
            self.fields[f"what_{number}"] = forms.CharField(label=_("Doet wat"), required=False, max_length=200)
            self.fields[f"due_{number}"] = forms.DateField(label=_("Voor wanneer"), required=False, widget=_day())
        topics = ConversationTopic.objects.filter(school=visit.campaign.school)
        # A report may speak of a topic that the school has switched off since.
        offered = topics if is_amendment else topics.filter(is_active=True)
        if not (is_amendment or visit.is_late_entrant):
            offered = offered.filter(only_late_entrants=False)
        cast(forms.ModelMultipleChoiceField, self.fields["topics"]).queryset = offered
        self._leave_out(is_amendment)

    def _leave_out(self, is_amendment: bool) -> None:
        """What cannot be said of this visit."""
        if is_amendment or self.visit.starts_at is None:
            held = [choice for choice in ConversationOutcome.choices if choice[0] != ConversationOutcome.NOT_HELD]
            cast(forms.ChoiceField, self.fields["outcome"]).choices = held
            del self.fields["called_off_by"]
        if self.visit.starts_at is None:
            del self.fields["as_planned"]
        if is_amendment:
            del self.fields["feeling"]

    @property
    def agreement_rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Who, what and by when of each agreement."""
        return [(self[f"who_{n}"], self[f"what_{n}"], self[f"due_{n}"]) for n in AGREEMENT_NUMBERS]

    def clean(self) -> dict[str, Any]:
        """The rules between fields; those of a visit that was called off are few."""
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == ConversationOutcome.NOT_HELD:
            if not cleaned.get("called_off_by"):
                self.add_error("called_off_by", _("Kies wie er afzegde."))
        elif cleaned.get("outcome"):
            self._check_times(cleaned)
            if not cleaned.get("present") and "present" not in self.errors:
                self.add_error("present", _("Kies wie erbij waren."))
            for number in AGREEMENT_NUMBERS:
                self._check_agreement(cleaned, number)
        return cleaned

    def _check_times(self, cleaned: dict[str, Any]) -> None:
        if cleaned.get("as_planned"):
            cleaned["moments"] = (self.visit.starts_at, self.visit.ends_at)
            return
        for name, text in (
            ("held_on", _("Vul de dag in.")),
            ("started", _("Vul in hoe laat het begon.")),
            ("ended", _("Vul in hoe laat het klaar was.")),
        ):
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, text)
        if any(name in self.errors for name in ("held_on", "started", "ended")):
            return
        started, ended = (local_moment(cleaned["held_on"], cleaned[name]) for name in ("started", "ended"))
        if ended <= started:
            self.add_error("ended", _("De eindtijd ligt niet na de begintijd."))
        elif started > self.now:
            self.add_error("held_on", _("Dit moment moet nog komen."))
        cleaned["moments"] = (started, ended)

    def _check_agreement(self, cleaned: dict[str, Any], number: int) -> None:
        who, what, due = (cleaned.get(f"{part}_{number}") for part in ("who", "what", "due"))
        if (what or due) and not who:
            self.add_error(f"who_{number}", _("Kies wie dit doet."))
        if (who or due) and not what:
            self.add_error(f"what_{number}", _("Schrijf op wat er is afgesproken."))

    def content(self) -> LogContent:
        """The log, of a form that is valid."""
        cleaned = self.cleaned_data
        outcome = ConversationOutcome(cleaned["outcome"])
        feeling = Feeling(cleaned["feeling"]) if cleaned.get("feeling") else None
        if outcome == ConversationOutcome.NOT_HELD:
            return LogContent(outcome, called_off_by=CalledOffBy(cleaned["called_off_by"]), feeling=feeling)
        started_at, ended_at = cleaned["moments"]
        return LogContent(
            outcome,
            started_at=started_at,
            ended_at=ended_at,
            present=tuple(cleaned["present"]),
            topics=tuple(cleaned["topics"]),
            going_well=cleaned["going_well"],
            agreements=tuple(
                Agreed(AgreedBy(cleaned[f"who_{n}"]), cleaned[f"what_{n}"], cleaned[f"due_{n}"])
                for n in AGREEMENT_NUMBERS
                if cleaned[f"what_{n}"]
            ),
            headline=cleaned["headline"],
            is_good_news=bool(cleaned["headline"]) and cleaned["good_news"],
            feeling=feeling,
        )
