"""`manage.py compile_texts`: compile the English texts; needs no gettext."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from thuisbezoek.language import compile_texts


class Command(BaseCommand):
    help = "Compileert de Engelse teksten."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{compile_texts()} bijgewerkt")
