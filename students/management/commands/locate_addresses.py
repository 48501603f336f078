"""Look up all addresses of a school again, after a new address book was built."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from mentors.models import School
from students.actions.locating import locate_addresses
from students.models import LocationQuality


class Command(BaseCommand):
    """One school, or all of them."""

    help = "Zoekt de adressen van een school opnieuw op in het adresboek (na build_roads)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The school."""
        group = parser.add_mutually_exclusive_group(required=True)
        group.add_argument("--school", metavar="SLUG")
        group.add_argument("--all", action="store_true", help="alle scholen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look up and count."""
        schools = School.objects.all() if options["all"] else School.objects.filter(slug=options["school"])
        if not schools and not options["all"]:
            raise CommandError(_("Er is geen school met de naam %(slug)s.") % {"slug": options["school"]})
        for school in schools.order_by("pk"):
            counts = locate_addresses(school=school, by=None, now=timezone.now())
            found = ", ".join(f"{choice.label} {counts[choice.value]}" for choice in LocationQuality)
            self.stdout.write(f"{school.slug}: {found}")
