"""`manage.py compile_texts`: compile the English texts; needs no gettext."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from thuisbezoek.language import compile_catalogues


class Command(BaseCommand):
    help = "Compileert de Engelse teksten."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for root in settings.LOCALE_PATHS:
            self.stdout.write(f"{compile_catalogues(Path(root))} bijgewerkt")
