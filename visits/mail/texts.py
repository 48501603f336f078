"""The text of every mail, at level B1. A mail holds a first name, a time and a kind of place: no topic, no address.

Dutch is the source; gettext brings the language in which the school keeps contact with the family. Days and
times are named, never 'morgen': a mail may wait for the end of a holiday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from mentors.dates import nl_day, nl_time
from visits.models import Booking, MessageKind, PlaceKind, VisitState


@dataclass(frozen=True)
class MailFacts:
    """All that a mail may say. `first_names` are the pupils', `link` is the reader's own page.

    `who` comes, as in 'de mentoren van Sara en Tom'; empty: simply the pupils' own mentor.
    """

    school: str
    first_names: str
    link: str
    state: str = ""
    place: str = ""
    starts_at: dt.datetime | None = None
    told_starts_at: dt.datetime | None = None
    who: str = ""
    was_told: bool = True  # a moment, before this mail
    stands_again: bool = False  # this moment was told before, then another one or none
    booking: str = Booking.ASSIGNED
    wishes_until: dt.date | None = None

    @property
    def asks_moment(self) -> bool:
        """Whether the family chooses a moment by itself."""
        return self.state == VisitState.OPEN and self.booking == Booking.FREE

    @property
    def asks_wishes(self) -> bool:
        """Whether the family is asked when it can, before anything is planned."""
        return self.state == VisitState.OPEN and self.booking == Booking.WISHES_FIRST and self.wishes_until is not None


@dataclass(frozen=True)
class Text:
    """A mail in words: paragraphs, and at most one button."""

    subject: str
    paragraphs: list[str]
    button: str = ""


def text_of(kind: str, facts: MailFacts) -> Text:
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


def who_in_words(facts: MailFacts) -> str:
    """Who comes, for in a sentence: 'de mentor van Sara'."""
    return facts.who or _("de mentor van %(names)s") % {"names": facts.first_names}


def _who_comes(facts: MailFacts) -> str:
    names = {"names": facts.first_names}
    if not facts.who:
        return _("De mentor van %(names)s komt graag kennismaken, met u en met %(names)s.") % names
    text = _("Graag maken wij kennis met u en met %(names)s. U ontmoet %(who)s.")
    return text % (names | {"who": who_in_words(facts)})


def _moment_and_place(facts: MailFacts) -> str:
    return _("Moment: %(moment)s, %(place)s.") % {
        "moment": moment_in_words(facts.starts_at),
        "place": place_in_words(facts.place),
    }


def _invitation(facts: MailFacts) -> Text:
    if facts.asks_moment:
        return _invitation_to_choose(facts)
    if facts.asks_wishes:
        return _invitation_to_wish(facts)
    return Text(
        subject=_("Kennismaken met de mentor: een voorstel van %(school)s") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _who_comes(facts),
            *([_moment_and_place(facts)] if facts.starts_at else []),
            _("Past dat? Of liever een ander moment, een andere plek of liever niet? Laat het weten met de knop."),
            _("U ziet daar ook waar het gesprek over gaat en wie er meeleest. U hoeft niets voor te bereiden."),
        ],
        button=_("Bekijk het voorstel"),
    )


def _invitation_to_choose(facts: MailFacts) -> Text:
    return Text(
        subject=_("Kennismaken met de mentor: kies een moment (%(school)s)") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _who_comes(facts),
            _("U kiest zelf een moment dat u past. Met de knop ziet u de dagen en tijden."),
            _("Een andere plek of liever niet? Dat kan daar ook. U hoeft niets voor te bereiden."),
        ],
        button=_("Kies een moment"),
    )


def _invitation_to_wish(facts: MailFacts) -> Text:
    return Text(
        subject=_("Kennismaken met de mentor: wanneer kunt u? (%(school)s)") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _who_comes(facts),
            _("Vertel ons met de knop wanneer u kunt, en waar u de mentor het liefst spreekt."),
            _wishes_until(facts),
            _("Liever niet? Dat kan daar ook. U hoeft niets voor te bereiden."),
        ],
        button=_("Vertel wanneer u kunt"),
    )


def _wishes_until(facts: MailFacts) -> str:
    """Nobody has to hurry: that is said."""
    return _(
        "Dat kan tot en met %(day)s. Daarna maakt de school een plan voor iedereen, en krijgt u een voorstel. "
        "Wie het eerst antwoordt, gaat niet voor."
    ) % {"day": nl_day(facts.wishes_until)}


def _second_to_choose(facts: MailFacts) -> Text:
    return Text(
        subject=_("Nog even over het kennismaken: %(school)s") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Wij vroegen u een moment te kiezen om kennis te maken met %(who)s.") % {"who": who_in_words(facts)},
            _("Kiest u niet, dan stelt de school later zelf een moment voor. Liever niet kan ook, zonder reden."),
            _("Dit is de enige herinnering die u van ons krijgt."),
        ],
        button=_("Kies een moment"),
    )


def _second_to_wish(facts: MailFacts) -> Text:
    return Text(
        subject=_("Nog even over het kennismaken: %(school)s") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Wij vroegen u wanneer u kunt kennismaken met %(who)s.") % {"who": who_in_words(facts)},
            _wishes_until(facts),
            _("Dit is de enige herinnering die u van ons krijgt."),
        ],
        button=_("Vertel wanneer u kunt"),
    )


def _second_invitation(facts: MailFacts) -> Text:
    if facts.asks_moment:
        return _second_to_choose(facts)
    if facts.asks_wishes:
        return _second_to_wish(facts)
    return Text(
        subject=_("Nog even over het kennismaken: %(school)s") % {"school": facts.school},
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Wij stuurden u een voorstel om kennis te maken met %(who)s.") % {"who": who_in_words(facts)},
            _moment_and_place(facts),
            _("Wilt u laten weten of het past? Iets anders kiezen of liever niet kan ook, zonder reden."),
            _("Dit is de enige herinnering die u van ons krijgt."),
        ],
        button=_("Antwoord geven"),
    )


def _confirmation(facts: MailFacts) -> Text:
    return Text(
        subject=_("De afspraak staat: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Fijn. U hebt een afspraak met %(who)s.") % {"who": who_in_words(facts)},
            _moment_and_place(facts),
            _("Komt er iets tussen? Tot de dag ervoor kunt u zelf iets anders kiezen."),
        ],
        button=_("Bekijk de afspraak"),
    )


def _moved(facts: MailFacts) -> Text:
    if not facts.was_told and facts.state == VisitState.PLANNED:
        return _invitation(facts)  # asked to choose or for wishes before, but of a moment this is the first word
    asks = facts.state == VisitState.PLANNED
    if facts.stands_again:
        return _stands_again(facts, asks=asks)
    return Text(
        subject=_("Een ander moment: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Het gesprek met %(who)s is verzet.") % {"who": who_in_words(facts)},
            _moment_and_place(facts),
            _("Past dat? Laat het weten met de knop.") if asks else _("U hoeft niets te doen."),
        ],
        button=_("Bekijk het voorstel") if asks else _("Bekijk de afspraak"),
    )


def _stands_again(facts: MailFacts, *, asks: bool) -> Text:
    return Text(
        subject=_("Het eerdere moment geldt weer: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Het gesprek met %(who)s is toch op het moment dat u eerder van ons hoorde.")
            % {"who": who_in_words(facts)},
            _moment_and_place(facts),
            _("Past dat nog? Laat het weten met de knop.") if asks else _("U hoeft niets te doen."),
        ],
        button=_("Bekijk het voorstel") if asks else _("Bekijk de afspraak"),
    )


def _cancelled(facts: MailFacts) -> Text:
    what_next = {
        VisitState.OPEN: _("U krijgt van ons een nieuw voorstel."),
        VisitState.DECLINED: _("Bedenkt u zich? Dat kan altijd, met de knop."),
    }
    return Text(
        subject=_("Het moment vervalt: kennismaken met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("Het gesprek met %(who)s op %(moment)s gaat niet door.")
            % {"who": who_in_words(facts), "moment": moment_in_words(facts.told_starts_at)},
            what_next.get(VisitState(facts.state), _("U hoeft niets te doen.")),
        ],
        button=_("Bekijk hoe het ervoor staat"),
    )


def _day_before(facts: MailFacts) -> Text:
    return Text(
        subject=_("Uw afspraak met de mentor"),
        paragraphs=[
            _("Beste ouder of verzorger,"),
            _("U hebt een afspraak met %(who)s.") % {"who": who_in_words(facts)},
            _moment_and_place(facts),
            _("Tot dan."),
        ],
        button=_("Bekijk de afspraak"),
    )


def _log_missing(facts: MailFacts) -> Text:
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


def _concern_waits(facts: MailFacts) -> Text:
    return Text(
        subject=_("Er wacht een bericht op je in Thuisbezoek"),
        paragraphs=[_("Hoi,"), _("Er wacht een bericht op je in Thuisbezoek. Log in om het te lezen.")],
        button=_("Naar Thuisbezoek"),
    )


def _answer_received(facts: MailFacts) -> Text:
    news = {
        VisitState.CONFIRMED: _("Het gezin van %(names)s koos een moment: %(moment)s, %(place)s.")
        if facts.booking == Booking.FREE
        else _("Het gezin van %(names)s koos iets anders: %(moment)s, %(place)s."),
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


_KINDS: dict[MessageKind, Callable[[MailFacts], Text]] = {
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
