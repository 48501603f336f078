"""`manage.py erase_expired`: erase what docs/retention.toml says is due, or show what will be."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from thuisbezoek.retention import count_due, erase_due


class Command(BaseCommand):
    help = "Wist wat volgens docs/retention.toml gewist moet worden; de nachttaak doet hetzelfde."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--show", type=int, metavar="DAGEN", help="toon wat over DAGEN dagen gewist wordt")

    def handle(self, *args: Any, show: int | None, **options: Any) -> None:
        now = timezone.now()
        counts = erase_due(now=now) if show is None else count_due(now=now + dt.timedelta(days=show))
        for table, count in counts.items():
            self.stdout.write(f"{table}: {count}")
        if not counts:
            self.stdout.write("Er is niets te wissen.")
