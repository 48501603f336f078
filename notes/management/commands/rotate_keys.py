"""Seal all texts anew with the first key in THUISBEZOEK_NOTES_KEYS."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notes.actions.keys import reseal_texts
from notes.sealing import key_ring


class Command(BaseCommand):
    """Put a new key first in the ring, restart, run this, and then drop the old key."""

    help = "Seals reports, headlines, agreements, memory aids, concerns and drafts anew with the first key."

    def handle(self, *args: Any, **options: Any) -> None:
        """Report what was done; end in an error when a text does not open."""
        done = reseal_texts(writing_key=next(iter(key_ring(settings.NOTES_KEYS))))
        self.stdout.write(f"{done.renewed} texts sealed anew, {done.current} had the first key already.")
        if done.broken:
            raise CommandError(f"{len(done.broken)} texts do not open; keep the old key: {', '.join(done.broken)}")
