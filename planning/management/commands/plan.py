"""`manage.py plan PROBLEM.json --out PLAN.json`: plan a problem file, without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from planner import BadProblem, Plan, Progress, limit_arenas, plan_to_json, read_problem, solve


class Command(BaseCommand):
    """Reads `thuisbezoek-problem/1`, writes `thuisbezoek-plan/1`; exit status 1 when the problem is refused."""

    help = _("Maakt een planning van een probleembestand, met een bewijs van hoe goed die is.")
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("problem", type=Path, help=_("het probleem, een JSON-bestand"))
        parser.add_argument("--out", type=Path, required=True, help=_("waar de planning komt"))
        parser.add_argument("--seconds", type=float, default=60, help=_("zo lang mag het duren"))
        parser.add_argument("--gap", type=float, default=0.005, help=_("zo dicht bij de ondergrens is goed genoeg"))
        parser.add_argument("--jobs", type=int, default=2, help=_("zoveel delen tegelijk"))
        parser.add_argument("--seed", type=int, default=0, help=_("zelfde getal, zelfde planning"))

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["out"].parent
        if not folder.is_dir():
            raise CommandError(_("De map %s is er niet; maak die eerst.") % folder)
        limit_arenas()
        try:
            plan = solve(
                read_problem(options["problem"]),
                seconds=options["seconds"],
                gap=options["gap"],
                seed=options["seed"],
                jobs=options["jobs"],
                progress=self._show if options["verbosity"] > 1 else None,
            )
        except FileNotFoundError:
            raise CommandError(_("Het bestand %s is er niet.") % options["problem"]) from None
        except (BadProblem, OSError) as error:
            raise CommandError(str(error)) from None
        options["out"].write_text(json.dumps(plan_to_json(plan)) + "\n", encoding="utf-8")
        self.stdout.write(_summary(plan))

    def _show(self, progress: Progress) -> None:
        self.stderr.write(f"{progress.fraction:4.0%}  {progress.cost:.0f}  {progress.bound:.0f}  {progress.message}")


def _summary(plan: Plan) -> str:
    facts = {
        "routes": len(plan.routes),
        "unplaced": len(plan.unplaced),
        "cost": f"{plan.cost:.0f}",
        "gap": f"{plan.gap:.2%}",
        "seconds": f"{plan.seconds:.1f}",
    }
    return (
        _(
            "%(routes)s routes, %(unplaced)s gezinnen zonder moment, kosten %(cost)s, "
            "hoogstens %(gap)s boven de best mogelijke planning, in %(seconds)s seconden"
        )
        % facts
    )
