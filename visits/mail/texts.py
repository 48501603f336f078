"""The text of every mail, at level B1. A mail holds a first name, a time and a kind of place: no topic, no address.

Dutch is the source; gettext brings the language in which the school keeps contact with the family. Days and
times are named, never 'morgen': a mail may wait for the end of a holiday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mentors.templatetags.look import nl_day, nl_time
from visits.models import MessageKind, PlaceKind, VisitState


@dataclass(frozen=True)
class Facts:
    """All that a mail may say. `first_names` are the pupils', `link` is the reader's own page."""

    school: str
    first_names: str
    link: str
    state: str = ""
    place: str = ""
    starts_at: dt.datetime | None = None
    told_starts_at: dt.datetime | None = None


@dataclass(frozen=True)
class Text:
    """A mail in words: paragraphs, and at most one button."""

    subject: str
    paragraphs: list[str]
    button: str = ""


def text_of(kind: str, facts: Facts) -> Text:
    """The mail of this kind, in the language that is active."""
    return _KINDS[MessageKind(kind)](facts)


def moment_in_words(moment: dt.datetime | None) -> str:
    """'di 6 oktober om 18.30 uur', for in a sentence."""
    if moment is None:
        return ""
    return _("%(day)s om %(time)s uur") % {"day": nl_day(moment), "time": nl_time(moment)}


def place_in_words(place: str) -> str:
    """The kind of place, for in a sentence: never an address."""
    return {
        PlaceKind.HOME: _("bij u thuis"),
        PlaceKind.SCHOOL: _("op school"),
        PlaceKind.ELSEWHERE: _("op de plek die u koos"),
        PlaceKind.PHONE: _("telefonisch"),
        PlaceKind.VIDEO: _("via videobellen"),
    }[PlaceKind(place)]


def _moment_and_place(facts: Facts) -> str:
    return _("Moment: %(moment)s, %(place)s.") % {
        "moment": moment_in_words(facts.starts_at),
        "place": place_in_words(facts.place),
    }


def _invitation(facts: Facts) -> Text:
    return Text(
        subject=_("Kennismaken met de mentor: een voorstel van %(school)s") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("De mentor van %(names)s komt graag kennismaken, met u en met %(names)s.") % {"names": facts.first_names},
            *([_moment_and_place(facts)] if facts.starts_at else []),
            _("Past dat? Of liever een ander moment, een andere plek of liever niet? Laat het weten met de knop."),
            _("U ziet daar ook waar het gesprek over gaat en wie er meeleest. U hoeft niets voor te bereiden."),
        ],
        button=_("Bekijk het voorstel"),
    )


def _second_invitation(facts: Facts) -> Text:
    return Text(
        subject=_("Nog even over het kennismaken: %(school)s") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Wij stuurden u een voorstel: de mentor van %(names)s komt graag kennismaken.")
            % {"names": facts.first_names},
            _moment_and_place(facts),
            _("Wilt u laten weten of het past? Iets anders kiezen of liever niet kan ook, zonder reden."),
            _("Dit is de enige herinnering die u van ons krijgt."),
        ],
        button=_("Antwoord geven"),
    )


def _confirmation(facts: Facts) -> Text:
    return Text(
        subject=_("De afspraak staat: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Fijn. De mentor van %(names)s en u hebben een afspraak.") % {"names": facts.first_names},
            _moment_and_place(facts),
            _("Komt er iets tussen? Tot de dag ervoor kunt u zelf iets anders kiezen."),
        ],
        button=_("Bekijk de afspraak"),
    )


def _moved(facts: Facts) -> Text:
    asks = facts.state == VisitState.PLANNED
    return Text(
        subject=_("Een ander moment: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Het gesprek met de mentor van %(names)s is verzet.") % {"names": facts.first_names},
            _moment_and_place(facts),
            _("Past dat? Laat het weten met de knop.") if asks else _("U hoeft niets te doen."),
        ],
        button=_("Bekijk het voorstel") if asks else _("Bekijk de afspraak"),
    )


def _cancelled(facts: Facts) -> Text:
    what_next = {
        VisitState.OPEN: _("U krijgt van ons een nieuw voorstel."),
        VisitState.DECLINED: _("Bedenkt u zich? Dat kan altijd, met de knop."),
    }
    return Text(
        subject=_("Het moment vervalt: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Het gesprek met de mentor van %(names)s op %(moment)s gaat niet door.")
            % {"names": facts.first_names, "moment": moment_in_words(facts.told_starts_at)},
            what_next.get(VisitState(facts.state), _("U hoeft niets te doen.")),
        ],
        button=_("Bekijk hoe het ervoor staat"),
    )


def _day_before(facts: Facts) -> Text:
    return Text(
        subject=_("Uw afspraak met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("U hebt een afspraak met de mentor van %(names)s.") % {"names": facts.first_names},
            _moment_and_place(facts),
            _("Tot dan."),
        ],
        button=_("Bekijk de afspraak"),
    )


def _log_missing(facts: Facts) -> Text:
    return Text(
        subject=_("Je verslag van een thuisbezoek"),
        paragraphs=[
            _("Hoi,"),
            _("Het verslag van je gesprek met %(names)s (%(moment)s) is er nog niet.")
            % {"names": facts.first_names, "moment": moment_in_words(facts.starts_at)},
            _("Het kost je ongeveer twee minuten. Ging het niet door? Dan kun je dat daar ook zeggen."),
        ],
        button=_("Schrijf het verslag"),
    )


def _concern_waits(facts: Facts) -> Text:
    return Text(
        subject=_("Er wacht een bericht op je in Thuisbezoek"),
        paragraphs=[_("Hoi,"), _("Er wacht een bericht op je in Thuisbezoek. Log in om het te lezen.")],
        button=_("Naar Thuisbezoek"),
    )


def _answer_received(facts: Facts) -> Text:
    news = {
        VisitState.CONFIRMED: _("Het gezin van %(names)s koos iets anders: %(moment)s, %(place)s."),
        VisitState.DECLINED: _("Het gezin van %(names)s heeft liever geen thuisbezoek. Een reden is niet nodig."),
    }
    sentence = news.get(
        VisitState(facts.state), _("Het gezin van %(names)s wil graag een ander moment. Er is nog geen afspraak.")
    )
    values = {
        "names": facts.first_names,
        "moment": moment_in_words(facts.starts_at),
        "place": str(PlaceKind(facts.place).label),
    }
    return Text(
        subject=_("Antwoord van een gezin"),
        paragraphs=[_("Hoi,"), sentence % values],
        button=_("Bekijk het thuisbezoek"),
    )


_KINDS: dict[MessageKind, Callable[[Facts], Text]] = {
    MessageKind.INVITATION: _invitation,
    MessageKind.SECOND_INVITATION: _second_invitation,
    MessageKind.CONFIRMATION: _confirmation,
    MessageKind.MOVED: _moved,
    MessageKind.CANCELLED: _cancelled,
    MessageKind.DAY_BEFORE: _day_before,
    MessageKind.LOG_MISSING: _log_missing,
    MessageKind.CONCERN_WAITS: _concern_waits,
    MessageKind.ANSWER_RECEIVED: _answer_received,
}
