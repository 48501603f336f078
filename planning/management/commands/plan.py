"""`manage.py plan PROBLEM.json --out PLAN.json`: what `python -m planner` does, in the language of the application."""

from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from planner import BadProblem, Plan, ProgressLine, add_plan_options, plan_file
from planning.words.causes import cause_of


class Command(BaseCommand):
    """Reads and writes the planner's exchange format; exit status 1 when the problem or a file is refused."""

    help = _("Maakt een planning van een probleembestand, met een bewijs van hoe goed die is.")
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        helps = {
            "problem": _("het probleem, een JSON-bestand"),
            "out": _("waar de planning komt"),
            "seconds": _("zo lang mag het duren"),
            "gap": _("zo dicht bij de ondergrens is goed genoeg"),
            "jobs": _("zoveel delen tegelijk"),
            "seed": _("zelfde getal, zelfde planning"),
        }
        add_plan_options(parser, helps)

    def handle(self, *args: Any, **options: Any) -> None:
        line = ProgressLine(self._tell, is_terminal=self.stderr.isatty(), template=_progress_text())
        asked = {name: options[name] for name in ("problem", "out", "seconds", "gap", "jobs", "seed")}
        try:
            plan = plan_file(**asked, progress=line if options["verbosity"] else None).plan
        except NotADirectoryError as error:
            raise CommandError(_("De map %s is er niet; maak die eerst.") % error.filename) from None
        except FileNotFoundError as error:
            raise CommandError(_("Het bestand %s is er niet.") % error.filename) from None
        except (BadProblem, OSError) as error:
            raise CommandError(str(error)) from None
        finally:
            line.end()
        for each in _summary(plan):
            self.stdout.write(each)

    def _tell(self, text: str) -> None:
        """Progress is no error: it is not shown as one."""
        self.stderr.write(text, style_func=str, ending="")
        self.stderr.flush()


def _progress_text() -> str:
    return _(
        "%(seconds)7.1f s  %(percent)3d %%  kosten %(cost)s  ondergrens %(bound)s  verschil %(gap)s %%  "
        "zonder moment %(left_out)s"
    )


def _summary(plan: Plan) -> Iterator[str]:
    facts = {
        "routes": len(plan.routes),
        "unplaced": len(plan.unplaced),
        "cost": f"{plan.cost:.0f}",
        "gap": f"{plan.gap:.2%}",
        "seconds": f"{plan.seconds:.1f}",
    }
    yield (
        _(
            "%(routes)s routes, %(unplaced)s gezinnen zonder moment, kosten %(cost)s, "
            "hoogstens %(gap)s boven de best mogelijke planning, in %(seconds)s seconden"
        )
        % facts
    )
    yield _("%(travel)s minuten reizen, %(waiting)s minuten wachten") % {
        "travel": plan.parts["travel_minutes"],
        "waiting": plan.parts["waiting_minutes"],
    }
    for code, number in Counter(each.code for each in plan.unplaced).most_common():
        yield _("%(number)s zonder moment: %(cause)s") % {"number": number, "cause": cause_of(code).heading}
