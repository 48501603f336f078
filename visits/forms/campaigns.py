"""What a coordinator fills in to open or change a campaign, and to add a conversation topic."""

from __future__ import annotations

import datetime as dt
from copy import copy
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mentors.forms import ClockInput, DayInput
from mentors.models import SchoolYear, TravelMode
from visits.actions.campaigns import EveningOutOfRange, NoSuchDayPart, SlackOutOfRange, VisitLengthOutOfRange
from visits.models import Booking, Campaign, ConversationTopic, DayPart, Frequency
from visits.models.campaigns import EARLIEST_EVENING, LATEST_EVENING, LONGEST_VISIT, SHORTEST_VISIT, SLACK_CHOICES
from visits.queries.calendar import usual_period
from visits.queries.day_parts import is_primary

# The shape of a conversation of 45 minutes, as the practice has it. A school's own text: changed, not translated.
SET_UP = """Welkom: 5 minuten
Eerst de leerling: 10 minuten
Ouders: 15 minuten
Thuis en school samen: 10 minuten
Eén afspraak en bedanken: 5 minuten"""


# The three ways with what each of them means, in the words of who has to choose.
WAYS = {
    Booking.ASSIGNED: (
        _("De school stelt een moment voor"),
        _(
            "De planner maakt de kortste routes. Een gezin zegt ja, of kiest iets anders. Dit kost het minste reizen, "
            "en niemand hoeft snel te zijn."
        ),
    ),
    Booking.FREE: (
        _("Gezinnen kiezen zelf"),
        _(
            "Elk gezin ziet alleen momenten die passen, het eerst die in de buurt van een ander bezoek. Wie eerst "
            "kiest, heeft meer keus. Wie niet kiest, krijgt daarna een moment van de school."
        ),
    ),
    Booking.WISHES_FIRST: (
        _("Eerst wensen, dan het plan"),
        _(
            "Gezinnen zeggen tot een dag die jij kiest wanneer ze kunnen. Daarna maakt de planner het plan. Wie eerst "
            "antwoordt, gaat niet voor. Het plan is er een week of twee later."
        ),
    ),
}


# When of a day, with what each of these means.
DAY_PARTS = {
    DayPart.EVENING: (
        _("Liefst 's avonds"),
        _("Een bezoek begint liefst niet voor het uur hieronder. Dan zijn beide ouders vaker thuis."),
    ),
    DayPart.AFTERNOON: (
        _("Liefst 's middags"),
        _("Een bezoek is liefst klaar voor het uur hieronder. Dan zijn jonge kinderen nog wakker."),
    ),
    DayPart.ANY: (
        _("Maakt niet uit"),
        _("Alle uren die een mentor geeft tellen even zwaar. Dit kost de minste avonden."),
    ),
}


COUNTED_WITH = ("visit_minutes", "max_stops", "slack_minutes", "day_part", "evening_from", "year_groups")


class CampaignForm(forms.ModelForm):
    """Who, when, how long and under which agreements."""

    year_groups = forms.TypedMultipleChoiceField(
        label=_("Welke leerjaren?"),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Bezoek alle leerlingen van een leerjaar. Kies niet alleen leerlingen om wie je zorgen hebt."),
        error_messages={"required": _("Kies ten minste één leerjaar.")},
    )

    class Meta:
        model = Campaign
        fields = (
            "name",
            "year_groups",
            "frequency",
            "starts_on",
            "ends_on",
            "visit_minutes",
            "max_stops",
            "slack_minutes",
            "day_part",
            "evening_from",
            "mode",
            "hours_per_visit",
            "reply_days",
            "booking",
            "wishes_until",
            "set_up",
        )
        labels = {
            "name": _("Naam"),
            "frequency": _("Hoe vaak krijgt een leerling een thuisbezoek?"),
            "starts_on": _("Eerste dag"),
            "ends_on": _("Laatste dag"),
            "visit_minutes": _("Hoe lang duurt een thuisbezoek? (minuten)"),
            "max_stops": _("Hoeveel thuisbezoeken op een avond, hoogstens?"),
            "slack_minutes": _("Speling tussen twee bezoeken"),
            "day_part": _("Wanneer liefst?"),
            "evening_from": _("De avond begint om"),
            "mode": _("Hoe reizen de mentoren?"),
            "hours_per_visit": _("Uren per thuisbezoek in de taakbrief"),
            "reply_days": _("Herinnering als een gezin na zoveel dagen niet heeft geantwoord"),
            "booking": _("Hoe krijgt een gezin een moment?"),
            "wishes_until": _("Wensen doorgeven tot en met"),
            "set_up": _("Opzet van het gesprek"),
        }
        error_messages = {
            "visit_minutes": dict.fromkeys(("min_value", "max_value"), VisitLengthOutOfRange.text),
            "slack_minutes": {"invalid_choice": SlackOutOfRange.text},
            "day_part": {"invalid_choice": NoSuchDayPart.text},
        }
        help_texts = {
            "starts_on": _("Gebruikelijk: twee weken na het begin van het schooljaar."),
            "visit_minutes": _("30 tot 60 minuten. Voor alle mentoren hetzelfde."),
            "slack_minutes": _(
                "Gesprekken lopen uit. Zoveel tijd is er naast het reizen, behalve voor het eerste bezoek."
            ),
            "mode": _("Geldt voor wie zelf niets anders dan de fiets heeft gekozen."),
            "hours_per_visit": _("Bezoek, reis en verslag samen. Vaak anderhalf uur."),
            "booking": _("Dit ligt vast zodra de eerste uitnodigingen gemaakt zijn."),
            "wishes_until": _("Alleen nodig bij: eerst wensen. Later maken mag altijd."),
            "set_up": _("Staat op de kaart van elke mentor."),
        }
        widgets = {
            "starts_on": DayInput(),
            "ends_on": DayInput(),
            "wishes_until": DayInput(),
            "booking": forms.RadioSelect,
            "day_part": forms.RadioSelect,
            "evening_from": ClockInput(),
            "frequency": forms.RadioSelect,
            "mode": forms.RadioSelect,
            "set_up": forms.Textarea(attrs={"rows": 6}),
            "visit_minutes": forms.NumberInput(attrs={"min": SHORTEST_VISIT, "max": LONGEST_VISIT, "step": 5}),
        }

    def __init__(self, *args: Any, year: SchoolYear, sizes: dict[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (group, _("Leerjaar %(group)s (%(pupils)s leerlingen)") % {"group": group, "pupils": sizes.get(group, 0)})
            for group in sorted({*sizes, *self.initial.get("year_groups", [])})
        ]
        self.fields["year_groups"].choices = choices  # type: ignore[attr-defined]
        self.fields["max_stops"].widget = forms.Select(choices=[(number, str(number)) for number in range(1, 5)])
        slacks = [(minutes, _("%(n)s minuten") % {"n": minutes}) for minutes in SLACK_CHOICES]
        self.fields["slack_minutes"].choices = slacks  # type: ignore[attr-defined]
        self.fields["day_part"].choices = [(part, words[0]) for part, words in DAY_PARTS.items()]  # type: ignore[attr-defined]
        self.fields["frequency"].choices = Frequency.choices  # type: ignore[attr-defined]
        self.fields["booking"].choices = [(way, words[0]) for way, words in WAYS.items()]  # type: ignore[attr-defined]
        self.fields["mode"].choices = TravelMode.choices  # type: ignore[attr-defined]
        self.year = year

    def ways(self) -> list[tuple[Any, Any]]:
        """The radio button of each way, with what it means."""
        return [(button, WAYS[Booking(button.data["value"])][1]) for button in self["booking"].subwidgets]

    def day_parts(self) -> list[tuple[Any, Any, DayPart]]:
        """The radio button of each part of the day, with what it means."""
        parts = [(button, DayPart(button.data["value"])) for button in self["day_part"].subwidgets]
        return [(button, DAY_PARTS[part][1], part) for button, part in parts]

    def clean_evening_from(self) -> dt.time:
        """Between these hours, whatever the preference is."""
        begins: dt.time = self.cleaned_data["evening_from"]
        if not EARLIEST_EVENING <= begins <= LATEST_EVENING:
            raise forms.ValidationError(EveningOutOfRange.text)
        return begins

    def shown_campaign(self) -> Campaign:
        """The campaign as the form shows it, not saved."""
        shown = copy(self.instance)
        for name in COUNTED_WITH if not self.is_bound else ():
            setattr(shown, name, self.initial.get(name, getattr(shown, name)))
        return shown

    @staticmethod
    def usual(year: SchoolYear, sizes: dict[int, int]) -> dict[str, Any]:
        """What the practice advises: the first-years, early in the year, 45 minutes."""
        first, last = usual_period(year)
        return {
            "name": _("Thuisbezoeken %(year)s") % {"year": year},
            "year_groups": [min(sizes)] if sizes else [],
            "frequency": Frequency.ONCE,
            "starts_on": first,
            "ends_on": last,
            "visit_minutes": 45,
            "max_stops": 3,
            "slack_minutes": 5,
            "day_part": DayPart.ANY if is_primary(sizes) else DayPart.EVENING,
            "evening_from": dt.time(18, 30),
            "mode": TravelMode.BIKE,
            "hours_per_visit": Decimal("1.50"),
            "reply_days": 5,
            "booking": Booking.ASSIGNED,
            "set_up": SET_UP,
        }

    def agreements(self) -> dict[str, Any]:
        """What was filled in, as the actions take it."""
        return dict(self.cleaned_data)


class TopicForm(forms.ModelForm):
    """A conversation topic of the school's own."""

    class Meta:
        model = ConversationTopic
        fields = ("text", "hint", "for_parents", "for_pupils", "on_card", "only_late_entrants")
        labels = {
            "text": _("Onderwerp"),
            "hint": _("Toelichting"),
            "for_parents": _("Ouders mogen het kiezen"),
            "for_pupils": _("De leerling mag het kiezen"),
            "on_card": _("Staat op de kaart van de mentor"),
            "only_late_entrants": _("Alleen voor wie later op school kwam"),
        }

    def clean(self) -> dict[str, Any]:
        """A topic that nobody sees is a mistake."""
        cleaned = super().clean() or {}
        if not any(cleaned.get(name) for name in ("for_parents", "for_pupils", "on_card")):
            self.add_error("for_parents", _("Kies ten minste één groep die het onderwerp ziet."))
        return cleaned


def date_in_address(text: str) -> dt.date | None:
    """The date in an address, or nothing."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
