"""The calendar file beside a mail: a first name, a time in UTC, a kind of place. No link, no address, no topic."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.mime.text import MIMEText

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

from visits.mail.header_text import one_line

REQUEST, CANCEL = "REQUEST", "CANCEL"


@dataclass(frozen=True)
class CalendarEntry:
    """One appointment in a calendar: `uid` never changes, `sequence` counts its changes."""

    uid: str
    sequence: int
    starts_at: dt.datetime
    ends_at: dt.datetime
    first_names: str
    who: str
    place: str
    organiser: str
    organiser_name: str
    attendee: str
    is_agreed: bool = True


def calendar_text(appointment: CalendarEntry, *, method: str, now: dt.datetime) -> str:
    """The file (RFC 5545). Without an organiser's address it is a plain publication, which asks nothing."""
    calendar = Calendar()
    calendar.add("prodid", "-//Thuisbezoek//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method if appointment.organiser or method == CANCEL else "PUBLISH")
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("dtstart", appointment.starts_at.astimezone(dt.UTC))
    event.add("dtend", appointment.ends_at.astimezone(dt.UTC))
    event.add("summary", _("Kennismaken met %(who)s") % {"who": one_line(appointment.who)})
    event.add("location", one_line(appointment.place))
    event.add("status", _status(appointment, method))
    if appointment.organiser:
        event.add("organizer", _organiser(appointment))
        event.add("attendee", _attendee(appointment), encode=False)
    calendar.add_component(event)
    return calendar.to_ical().decode("utf-8")


def calendar_part(text: str, *, method: str) -> MIMEText:
    """The file as a part of a mail, named so that calendars recognise it."""
    part = MIMEText(text, "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename="thuisbezoek.ics")
    return part


def _status(appointment: CalendarEntry, method: str) -> str:
    if method == CANCEL:
        return "CANCELLED"
    return "CONFIRMED" if appointment.is_agreed else "TENTATIVE"


def _organiser(appointment: CalendarEntry) -> vCalAddress:
    organiser = vCalAddress(f"mailto:{appointment.organiser}")
    organiser.params["CN"] = vText(one_line(appointment.organiser_name).replace('"', "'"))
    return organiser


def _attendee(appointment: CalendarEntry) -> vCalAddress:
    attendee = vCalAddress(f"mailto:{appointment.attendee}")
    attendee.params["RSVP"] = vText("FALSE")
    attendee.params["PARTSTAT"] = vText("ACCEPTED" if appointment.is_agreed else "NEEDS-ACTION")
    return attendee
