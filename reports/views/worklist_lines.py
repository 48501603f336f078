"""The coordinator's work in words: a sentence a line, with the page where it is solved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from mentors.models import School
from reports.links import place
from reports.queries.worklist import Beginnings, Worklist
from visits.models import Campaign, CampaignState
from visits.queries.visit_list import WaitsFor

NAMES_SHOWN = 4


@dataclass(frozen=True)
class WorklistLine:
    """One line of the list, as components/work_list.html takes it."""

    text: str
    url: str
    icon: str
    tone: str
    note: str = ""


@dataclass(frozen=True)
class WorklistStep:
    """One of the first steps, as components/steps.html takes it."""

    text: str
    note: str
    url: str
    is_done: bool


@dataclass(frozen=True)
class Kind:
    """What a line looks like that has nothing but a number. `count` is a field of Waiting."""

    count: str
    text: Any
    note: Any
    url_name: str
    icon: str
    tone: str
    query: dict[str, object] = field(default_factory=dict)
    is_in_round: bool = False


@dataclass(frozen=True)
class FirstStep:
    """A step of a school that starts. `done` is a field of Beginnings."""

    done: str
    text: Any
    note: Any
    url_name: str
    is_in_round: bool = False


FIRST_STEPS = [
    FirstStep(
        "has_pupils",
        gettext_lazy("Lees het rooster in"),
        gettext_lazy("Klassen, leerlingen, ouders en adressen."),
        "students:import_start",
    ),
    FirstStep(
        "has_calendar",
        gettext_lazy("Vul de kalender in"),
        gettext_lazy("Vakanties en lesvrije dagen."),
        "mentors:calendar",
    ),
    FirstStep(
        "has_staff",
        gettext_lazy("Geef medewerkers een account"),
        gettext_lazy("Mentoren, directeur en zorgcoördinator."),
        "mentors:staff",
    ),
    FirstStep(
        "has_campaign",
        gettext_lazy("Open een bezoekronde"),
        gettext_lazy("Voor wie, wanneer en hoe lang."),
        "visits:campaigns",
    ),
    FirstStep(
        "has_evenings",
        gettext_lazy("Vraag mentoren om hun avonden"),
        gettext_lazy("Iedere mentor geeft de avonden die passen."),
        "visits:campaign_shifts",
        is_in_round=True,
    ),
    FirstStep(
        "has_plan",
        gettext_lazy("Laat het plan maken"),
        gettext_lazy("Elke avond gezinnen bij elkaar in de buurt."),
        "planning:plans",
        is_in_round=True,
    ),
    FirstStep(
        "has_published",
        gettext_lazy("Publiceer het plan"),
        gettext_lazy("Dan krijgen de gezinnen hun uitnodiging."),
        "planning:plans",
        is_in_round=True,
    ),
]
FAMILIES = [
    Kind(
        "wishes_in",
        ngettext_lazy("De wensen zijn binnen: maak het plan", "De wensen zijn binnen: maak het plan", "n"),
        gettext_lazy("De laatste dag om te antwoorden is voorbij."),
        "visits:campaign_booking",
        "message-circle",
        "brand",
        is_in_round=True,
    ),
    Kind(
        "to_choose",
        ngettext_lazy("%(n)s gezin heeft nog niets gekozen", "%(n)s gezinnen hebben nog niets gekozen", "n"),
        gettext_lazy("Zij krijgen één herinnering. Kijk wie er nog wacht, of geef de rest een moment."),
        "visits:campaign_booking",
        "hourglass",
        "info",
        is_in_round=True,
    ),
    Kind(
        "rather_otherwise",
        ngettext_lazy("%(n)s gezin wil het liever anders", "%(n)s gezinnen willen het liever anders", "n"),
        gettext_lazy("Zoek een ander moment, een andere plek of een andere vorm."),
        "visits:visits",
        "shuffle",
        "wait",
        {"wacht": WaitsFor.OTHER_MOMENT},
    ),
    Kind(
        "on_closed_day",
        ngettext_lazy("%(n)s thuisbezoek valt op een vrije dag", "%(n)s thuisbezoeken vallen op een vrije dag", "n"),
        gettext_lazy("De kalender veranderde. Kijk wie een ander moment krijgt."),
        "planning:repair_start",
        "calendar-off",
        "wait",
        is_in_round=True,
    ),
    Kind(
        "sibling_pairs",
        ngettext_lazy(
            "%(n)s gezin heeft kinderen in twee klassen", "%(n)s gezinnen hebben kinderen in twee klassen", "n"
        ),
        gettext_lazy("Kies of het één gesprek wordt, voordat je plant."),
        "visits:campaign_siblings",
        "users",
        "wait",
        is_in_round=True,
    ),
    Kind(
        "without_moment",
        ngettext_lazy("%(n)s thuisbezoek heeft nog geen moment", "%(n)s thuisbezoeken hebben nog geen moment", "n"),
        gettext_lazy("Plan opnieuw, of kies zelf een moment."),
        "visits:visits",
        "circle-dashed",
        "wait",
        {"wacht": WaitsFor.MOMENT},
    ),
    Kind(
        "unanswered",
        ngettext_lazy("%(n)s gezin heeft nog niet geantwoord", "%(n)s gezinnen hebben nog niet geantwoord", "n"),
        gettext_lazy("Bellen mag: de mentor vult het antwoord dan zelf in."),
        "visits:visits",
        "hourglass",
        "info",
        {"wacht": WaitsFor.ANSWER},
    ),
    Kind(
        "letters",
        ngettext_lazy(
            "%(n)s gezin krijgt de uitnodiging op papier", "%(n)s gezinnen krijgen de uitnodiging op papier", "n"
        ),
        gettext_lazy("Zij hebben geen e-mailadres. Druk de brieven af en geef ze mee."),
        "visits:letters",
        "mail",
        "wait",
        is_in_round=True,
    ),
    Kind(
        "failed_messages",
        ngettext_lazy("%(n)s bericht is niet aangekomen", "%(n)s berichten zijn niet aangekomen", "n"),
        gettext_lazy("Kijk of het e-mailadres klopt."),
        "visits:messages_undelivered",
        "mail-x",
        "bad",
    ),
]
ROSTER = [
    Kind(
        "imports",
        ngettext_lazy("%(n)s roosterbestand wacht op invoer", "%(n)s roosterbestanden wachten op invoer", "n"),
        gettext_lazy("Bekijk het voorbeeld en voer het in, of gooi het weg."),
        "students:imports",
        "file-clock",
        "wait",
    ),
    Kind(
        "without_household",
        ngettext_lazy("%(n)s leerling heeft nog geen adres", "%(n)s leerlingen hebben nog geen adres", "n"),
        gettext_lazy("Zonder adres komt er geen thuisbezoek."),
        "students:roster",
        "house-plus",
        "wait",
        {"toon": "without_household"},
    ),
    Kind(
        "classes_without_mentor",
        ngettext_lazy("%(n)s klas heeft nog geen mentor", "%(n)s klassen hebben nog geen mentor", "n"),
        gettext_lazy("Wijs een mentor aan: die gaat op thuisbezoek."),
        "students:classes",
        "user-round-x",
        "wait",
    ),
    Kind(
        "not_located",
        ngettext_lazy(
            "%(n)s adres staat nog niet goed op de kaart", "%(n)s adressen staan nog niet goed op de kaart", "n"
        ),
        gettext_lazy("Verbeter het adres of prik een speld."),
        "students:addresses",
        "map-pin-off",
        "wait",
    ),
    Kind(
        "suggestions",
        ngettext_lazy("%(n)s keer lijken twee gezinnen er één", "%(n)s keer lijken twee gezinnen er één", "n"),
        gettext_lazy("Jij beslist of het hetzelfde gezin is."),
        "students:suggestions",
        "users",
        "info",
    ),
]
ACCOUNTS = [
    Kind(
        "without_account",
        ngettext_lazy("%(n)s mentor heeft nog geen account", "%(n)s mentoren hebben nog geen account", "n"),
        gettext_lazy("Nodig uit: zonder account ziet een mentor de eigen avonden niet."),
        "mentors:staff",
        "user-plus",
        "wait",
    ),
]


def lines_of(work: Worklist, school: School) -> list[WorklistLine]:
    """The lines that have something to do; families first, then mentors, then the roster."""
    return [
        *draft_lines(work, school),
        *counted_lines(FAMILIES, work, school),
        *log_lines(work, school),
        *evening_lines(work, school),
        *counted_lines(ACCOUNTS, work, school),
        *counted_lines(ROSTER, work, school),
    ]


def counted_lines(kinds: Sequence[Kind], work: Worklist, school: School) -> list[WorklistLine]:
    """A line for each of these kinds that there is any of."""
    counted = [(kind, getattr(work.waiting, kind.count)) for kind in kinds]
    return [
        WorklistLine(
            text=kind.text % {"n": number},
            url=kind_url(kind, work.campaign, school),
            icon=kind.icon,
            tone=kind.tone,
            note=str(kind.note),
        )
        for kind, number in counted
        if number
    ]


def kind_url(kind: Kind, campaign: Campaign | None, school: School) -> str:
    """Where the work of a line is done."""
    if not kind.is_in_round:
        return place(kind.url_name, school, query=kind.query)
    return place(kind.url_name, school, campaign=campaign.pk) if campaign else ""


def draft_lines(work: Worklist, school: School) -> list[WorklistLine]:
    """A plan that is ready to be looked at."""
    if not work.waiting.drafts or work.campaign is None:
        return []
    return [
        WorklistLine(
            text=_("Er ligt een plan klaar"),
            url=plan_url(work.campaign, school),
            icon="circle-check",
            tone="brand",
            note=_("Bekijk het en publiceer het, of plan opnieuw."),
        )
    ]


def log_lines(work: Worklist, school: School) -> list[WorklistLine]:
    """Logs that are missing, with the mentors by name in the order of the alphabet."""
    missing = sum(row.count for row in work.logs)
    if not missing:
        return []
    text = ngettext(
        "Van %(n)s thuisbezoek ontbreekt het verslag", "Van %(n)s thuisbezoeken ontbreekt het verslag", missing
    )
    names = [f"{row.mentor} ({row.count})" for row in work.logs]
    return [
        WorklistLine(
            text=text % {"n": missing},
            url=place("visits:visits", school, query={"wacht": WaitsFor.REPORT}),
            icon="notebook-pen",
            tone="wait",
            note=some_of(names),
        )
    ]


def evening_lines(work: Worklist, school: School) -> list[WorklistLine]:
    """Mentors who gave too few evenings for their families."""
    if not work.short or work.campaign is None:
        return []
    text = ngettext("%(n)s mentor heeft te weinig avonden", "%(n)s mentoren hebben te weinig avonden", len(work.short))
    return [
        WorklistLine(
            text=text % {"n": len(work.short)},
            url=place("visits:campaign_shifts", school, campaign=work.campaign.pk),
            icon="calendar-plus",
            tone="wait",
            note=some_of([row.mentor.name for row in work.short]),
        )
    ]


def some_of(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    shown, more = ", ".join(names[:NAMES_SHOWN]), len(names) - NAMES_SHOWN
    return shown if more <= 0 else _("%(names)s en nog %(n)s") % {"names": shown, "n": more}


def plan_url(campaign: Campaign, school: School) -> str:
    """Where the round's plans are made, looked at and published."""
    return place("planning:plans", school, campaign=campaign.pk)


def standing_url(campaign: Campaign, school: School) -> str:
    """Where what stands now is put on a board, once a plan was published; else nothing."""
    published = campaign.state == CampaignState.PUBLISHED
    return place("planning:board_standing", school, campaign=campaign.pk) if published else ""


def steps_of(begun: Beginnings, campaign: Campaign | None, school: School) -> list[WorklistStep]:
    """What a school that starts does, in its order. A step in a round has no address before there is a round."""
    talk = WorklistStep(
        _("Spreek met het team af waarom jullie op thuisbezoek gaan, en hoe"),
        _("Hoor de bezwaren, zoek tijd, spreek eventueel een proefjaar af. Zet de opzet van het gesprek in de ronde."),
        place("planning:campaign", school, campaign=campaign.pk) if campaign else "",
        bool(campaign and campaign.set_up),
    )
    return [talk, *(step_of(first, begun, campaign, school) for first in FIRST_STEPS)]


def step_of(first: FirstStep, begun: Beginnings, campaign: Campaign | None, school: School) -> WorklistStep:
    """One of the first steps, with where it is done and whether it is."""
    if not first.is_in_round:
        url = place(first.url_name, school)
    else:
        url = place(first.url_name, school, campaign=campaign.pk) if campaign else ""
    return WorklistStep(str(first.text), str(first.note), url, getattr(begun, first.done))
