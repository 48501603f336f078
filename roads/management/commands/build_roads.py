"""manage.py build_roads REGION.osm.pbf: address book and travel times of an OpenStreetMap extract."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from roads.actions import build_network
from roads.extract import BadExtract
from roads.store import BuildRunning


class Command(BaseCommand):
    """Builds the network and puts it in use in one step; when it fails the old one stays."""

    help = "Bouwt adresboek, stratennet en kaart uit een OpenStreetMap-bestand van je streek (.osm.pbf)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and where the network goes."""
        parser.add_argument("extract", type=Path, metavar="REGIO.osm.pbf")
        parser.add_argument("--out", type=Path, default=None, metavar="MAP", help="standaard: ROADS_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        """Builds, and says what there is now."""
        begun = timezone.now()
        try:
            info = build_network(
                source=options["extract"],
                root=options["out"] or Path(settings.ROADS_DIR),
                now=begun,
                report=self.stdout.write,
            )
        except (BadExtract, BuildRunning) as error:
            raise CommandError(_("%(reason)s Er is niets veranderd.") % {"reason": error}) from error
        except OSError as error:
            raise CommandError(
                _(
                    "Schrijven is niet gelukt: %(reason)s. Er is niets veranderd. "
                    "Maak ruimte op de schijf of kijk naar de rechten."
                )
                % {"reason": error.strerror or error}
            ) from error
        seconds = (timezone.now() - begun).total_seconds()
        lines = (
            _("Klaar in %(seconds).1f s: %(source)s") % {"seconds": seconds, "source": info.source},
            _("Adressen: %(count)d uniek (%(keys)d na gelijktrekken van de schrijfwijze)")
            % {"count": info.addresses, "keys": info.address_keys},
            _("Postcodes: %(count)d") % {"count": info.postcodes},
            _("Straatdelen: %(count)d") % {"count": info.streets},
            _("Kaartgegevens © OpenStreetMap-bijdragers (ODbL)"),
        )
        self.stdout.write("\n".join(lines))
