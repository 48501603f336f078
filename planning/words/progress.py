"""How far a planning job is, in words."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.draft.progress import BestSoFar, Phase

PHASES: dict[Phase, Promise] = {
    Phase.ROADS: gettext_lazy("De planner rekent de reistijden uit"),
    Phase.PLANNING: gettext_lazy("De planner zoekt voor elke mentor de beste avonden"),
    Phase.PROVING: gettext_lazy("De planner maakt het plan beter en bewijst hoe goed het is"),
    Phase.HELPING: gettext_lazy("De planner zoekt wat de gezinnen zonder moment zou helpen"),
}


def phase_text(phase: Phase) -> str:
    """What the planner is doing."""
    return str(PHASES[phase])


def spoken_text(phase: Phase, percent: int, families: int, best: BestSoFar | None, gap: float | None) -> str:
    """Sentences for who listens to the page; the facts are those of a Work (planning/queries/progress.py)."""
    words = [f"{phase_text(phase)}.", _("%(percent)s procent.") % {"percent": percent}]
    if best:
        placed = {"placed": best.placed, "families": families}
        words.append(_("%(placed)s van %(families)s gezinnen hebben een moment.") % placed)
    if gap is not None:
        words.append(_gap_words(gap))
    return " ".join(words)


def _gap_words(gap: float) -> str:
    if not gap:
        return _("Bewezen: beter kan niet.")
    percent = number_format(max(100 * gap, 0.01), 1 if gap >= 0.01 else 2)
    return _("Het plan ligt hoogstens %(percent)s procent van het best mogelijke.") % {"percent": percent}
