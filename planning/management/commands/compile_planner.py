"""`manage.py compile_planner`: compile the planner's loops, so that nobody's first plan waits for that."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from planner import compile_loops


class Command(BaseCommand):
    help = _("Compileert de planner; na elke vernieuwing één keer.")
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("%s lussen van de planner zijn gecompileerd.") % compile_loops())
