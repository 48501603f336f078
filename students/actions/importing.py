"""A roster in two steps: first a preview that is kept without what we may not have, then one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import School, User
from mentors.refusals import Refusal
from students.actions.suggesting import suggest_households
from students.actions.writing import write_differences
from students.models import ImportState, RosterImport
from students.queries.known import preview_of, year_for
from students.roster.payload import to_payload
from students.roster.records import Roster, RosterNotice

PREVIEW_LASTS = dt.timedelta(days=1)


class ImportRefused(Refusal):
    """An import that cannot be applied; the text is for the person who asked."""


class NoSchoolYear(ImportRefused):
    text = _("Er is nog geen schooljaar. Maak eerst het schooljaar aan bij School.")


class RosterOfOtherSchool(ImportRefused):
    text = _("Dit bestand is van een andere school: het BRIN-nummer is %(brin)s.")


class RosterHasErrors(ImportRefused):
    text = _("Er staan nog fouten in het bestand. Verbeter die, of voer in zonder die vakjes.")


class RosterLosesMany(ImportRefused):
    text = _("Er zouden %(count)d leerlingen van school zijn. Zeg eerst dat dit klopt.")


class AlreadyImported(ImportRefused):
    text = _("Dit bestand is al ingevoerd.")


class PreviewExpired(ImportRefused):
    text = _("Dit voorbeeld is verlopen. Kies het bestand opnieuw.")


@transaction.atomic
def prepare_import(*, school: School, roster: Roster, by: User | None, now: dt.datetime) -> RosterImport:
    """Keep what was read as a preview; an earlier preview of this school is thrown away.

    Raises ImportRefused for a file of another school (by its BRIN number), and without a school year.
    """
    today = timezone.localdate(now)
    roster = _for_this_school(roster, school, today)
    for stale in RosterImport.objects.filter(school=school, state=ImportState.PREVIEW):
        discard_import(roster_import=stale, by=by, now=now)
    roster_import = RosterImport.objects.create(
        school=school, source=roster.kind, by=by, created_at=now, payload=to_payload(roster)
    )
    differences = preview_of(roster_import, today=today)
    roster_import.summary = {
        "counts": differences.counts,
        "pupils": len(roster.pupils),
        "scope": roster.scope,
        "school_year": roster.school_year,
        "brin": roster.brin,
        "mapping": roster.mapping,
        "dropped": [[item.name, item.count, item.is_forbidden] for item in roster.dropped],
    }
    roster_import.save(update_fields=["summary"])
    record_event(verb="roster.previewed", by=by, now=now, school=school, subject=roster_import, **differences.counts)
    return roster_import


def _for_this_school(roster: Roster, school: School, today: dt.date) -> Roster:
    """The roster, with a remark when it is of another year than the one it would be put in."""
    year = year_for(school, today)
    if year is None:
        raise NoSchoolYear
    if roster.brin and school.brin and roster.brin[:4] != school.brin[:4]:
        raise RosterOfOtherSchool(brin=roster.brin)
    if roster.school_year and roster.school_year != str(year):
        words = {"file": roster.school_year, "year": str(year)}
        message = str(_("Dit bestand is van schooljaar %(file)s; de klassen komen in %(year)s.") % words)
        notice = RosterNotice(str(_("bestand")), str(_("schooljaar")), message)
        return replace(roster, notices=(notice, *roster.notices))
    return roster


def discard_import(*, roster_import: RosterImport, by: User | None, now: dt.datetime) -> None:
    """Throw a preview away, with all that it holds."""
    changed = RosterImport.objects.filter(pk=roster_import.pk, state=ImportState.PREVIEW).update(
        state=ImportState.DISCARDED, payload={}
    )
    if changed:
        record_event(verb="roster.discarded", by=by, now=now, school=roster_import.school, subject=roster_import)


@transaction.atomic
def apply_import(
    *,
    roster_import: RosterImport,
    by: User | None,
    now: dt.datetime,
    skip_errors: bool = False,
    accept_many_gone: bool = False,
) -> dict[str, int]:
    """Write what the preview showed, all of it or nothing; the numbers of what happened.

    The comparison is made again inside the transaction: what changed since the preview counts. Raises
    ImportRefused for an import that was applied, thrown away or has expired; for errors that were not waved
    through; and when so many pupils would be gone that somebody has to say that it is right.
    """
    school = School.objects.select_for_update().get(pk=roster_import.school_id)
    locked = RosterImport.objects.select_for_update().select_related("school").get(pk=roster_import.pk)
    _refuse_closed(locked, now)
    today = timezone.localdate(now)
    year = year_for(school, today)
    if year is None:
        raise NoSchoolYear
    differences = preview_of(locked, today=today)
    if differences.errors and not skip_errors:
        raise RosterHasErrors
    if differences.loses_many and not accept_many_gone:
        raise RosterLosesMany(count=len(differences.gone))
    write_differences(school=school, year=year, differences=differences)
    counts = differences.counts | {"suggestions": suggest_households(school=school)}
    summary: dict[str, Any] = locked.summary | {"counts": counts}
    RosterImport.objects.filter(pk=locked.pk).update(
        state=ImportState.APPLIED, payload={}, summary=summary, applied_at=now
    )
    record_event(verb="roster.imported", by=by, now=now, school=school, subject=locked, **counts)
    return counts


def _refuse_closed(roster_import: RosterImport, now: dt.datetime) -> None:
    if roster_import.state == ImportState.APPLIED:
        raise AlreadyImported
    if roster_import.state == ImportState.DISCARDED or now - roster_import.created_at > PREVIEW_LASTS:
        raise PreviewExpired
