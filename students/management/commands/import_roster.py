"""Bring a school's roster in from the command line: preview, then one transaction."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.models import School
from students.actions.importing import ImportRefused, apply_import, discard_import, prepare_import
from students.models import RosterImport
from students.queries.known import preview_of
from students.roster.differences import Differences
from students.roster.reading import MAX_FILE_BYTES, SourceFile, read_rosters
from students.roster.records import SCOPES, Roster, RosterError, RosterNotice
from students.roster.refusals import RosterRefused

SHOWN = 200


class Command(BaseCommand):
    """Exit codes: 0 applied (or nothing to do, or a dry run without errors), 1 refused or with errors."""

    help = "Leest EDEXML, CSV, XLSX of OneRoster in: toont wat er verandert en voert het in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The files, the school and what to do with them."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--school", required=True, metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true", help="alleen tonen, niets invoeren")
        parser.add_argument("--mapping", type=Path, help="JSON-bestand: kolomkop naar veld, of naar een lege tekst")
        parser.add_argument("--scope", choices=SCOPES, help="wie er in het bestand staan; anders per soort bestand")
        parser.add_argument("--skip-errors", action="store_true", help="invoeren zonder de vakjes met een fout")
        parser.add_argument("--accept-many-gone", action="store_true", help="ook als er veel leerlingen weg zijn")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, show, apply."""
        school = School.objects.filter(slug=options["school"]).first()
        if school is None:
            raise CommandError(_("Er is geen school met de naam %(slug)s.") % {"slug": options["school"]})
        now = timezone.now()
        try:
            roster = read_rosters(
                _sources(options["files"]),
                mapping=_mapping(options["mapping"]),
                scope=options["scope"],
                brin=school.brin,
                school_name=school.name,
            )
            roster_import = prepare_import(school=school, roster=roster, by=None, now=now)
            differences = preview_of(roster_import, today=timezone.localdate(now))
            self._show(roster, differences)
            self._finish(roster_import, differences, options)
        except (RosterRefused, ImportRefused) as refused:
            raise CommandError(str(refused)) from None

    def _finish(self, roster_import: RosterImport, differences: Differences, options: dict[str, Any]) -> None:
        stops = bool(differences.errors) and not options["skip_errors"]
        if options["dry_run"] or stops:
            discard_import(roster_import=roster_import, by=None, now=timezone.now())
            if stops:
                raise CommandError(
                    _("Niets ingevoerd: er staan %(count)d fouten in.") % {"count": len(differences.errors)}
                )
            self.stdout.write(_("Niets ingevoerd: dit was een proef."))
            return
        counts = apply_import(
            roster_import=roster_import,
            by=None,
            now=timezone.now(),
            skip_errors=options["skip_errors"],
            accept_many_gone=options["accept_many_gone"],
        )
        self.stdout.write(self.style.SUCCESS(_("Ingevoerd.")))
        if counts["suggestions"]:
            self.stdout.write(
                _("%(count)d keer staan er misschien twee kinderen uit één gezin: bekijk de voorstellen op de pagina.")
                % {"count": counts["suggestions"]}
            )

    def _show(self, roster: Roster, differences: Differences) -> None:
        counts = differences.counts
        self.stdout.write(
            _("Nieuw %(new)d, gewijzigd %(changed)d, terug %(returned)d, weg %(gone)d, gelijk %(unchanged)d.") % counts
        )
        for group, sign in ((differences.new, "+"), (differences.returned, "<"), (differences.changed, "~")):
            for item in group[:SHOWN]:
                changes = "; ".join(f"{change.field}: {change.old} → {change.new}" for change in item.changes)
                self.stdout.write(f"  {sign} {item.pupil.number} {item.pupil.name} {changes}".rstrip())
        for pupil in differences.gone[:SHOWN]:
            self.stdout.write(f"  - {pupil.number} {pupil.name}")
        for dropped in roster.dropped:
            self.stdout.write(
                _("Weggelaten: %(name)s (%(count)d keer)") % {"name": dropped.name, "count": dropped.count}
            )
        self._list(_("Let op"), differences.notices)
        self._list(_("Fout"), differences.errors)

    def _list(self, word: str, items: Sequence[RosterError | RosterNotice]) -> None:
        for item in items[:SHOWN]:
            self.stdout.write(f"{word}: {item.row}, {item.field}: {item.message}")
        if len(items) > SHOWN:
            self.stdout.write(_("… en nog %(count)d.") % {"count": len(items) - SHOWN})


def _sources(paths: Sequence[Path]) -> list[SourceFile]:
    sources = []
    for path in paths:
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                raise CommandError(_("%(name)s is groter dan 20 MB.") % {"name": path.name})
            sources.append(SourceFile(path.name, path.read_bytes()))
        except OSError:
            raise CommandError(_("%(name)s is niet te lezen.") % {"name": path.name}) from None
    return sources


def _mapping(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        mapping = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise CommandError(_("De koppeling van kolommen is geen leesbaar JSON-bestand.")) from None
    return {str(header): str(target) for header, target in mapping.items()}
