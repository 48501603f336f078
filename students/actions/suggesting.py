"""Households that may be one, and pupils who may be siblings: suggested, and left to a person."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from itertools import combinations

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from mentors.actions.record import record_event
from mentors.models import School, User
from mentors.refusals import Refusal
from students.models import Guardian, Household, HouseholdSuggestion, Residence, SuggestionState

MAX_PER_ADDRESS = 8


class MergeRefused(Refusal):
    """Two households that cannot be made one; the text is for the person who asked."""


class SuggestionJudged(MergeRefused):
    text = _("Dit voorstel is al beoordeeld.")


class HouseholdsNotTogether(MergeRefused):
    text = _("Deze gezinnen horen niet bij elkaar.")


class BothHouseholdsPlanned(MergeRefused):
    text = _("Voor beide gezinnen is al iets gepland. Zeg eerst een van de twee bezoeken af, en voeg dan samen.")


def suggest_households(*, school: School) -> int:
    """Suggest pairs at one address whose pupils share a surname; pairs that were judged are not asked again.

    The address is postcode, number and suffix. Returns how many suggestions are new.
    """
    groups: dict[tuple[str, int | None, str, str], set[int]] = defaultdict(set)
    residences = Residence.objects.filter(
        household__school=school, student__left_on=None, household__house_number__isnull=False
    ).exclude(household__postcode="")
    for household, postcode, number, suffix, surname in residences.values_list(
        "household_id",
        "household__postcode",
        "household__house_number",
        "household__house_suffix",
        "student__last_name",
    ):
        if surname:
            groups[(postcode, number, suffix.upper(), surname.casefold())].add(household)
    pairs = {
        pair
        for households in groups.values()
        if len(households) <= MAX_PER_ADDRESS
        for pair in combinations(sorted(households), 2)
    }
    known = set(HouseholdSuggestion.objects.filter(school=school).values_list("first_id", "second_id"))
    fresh = [
        HouseholdSuggestion(school=school, first_id=first, second_id=second) for first, second in sorted(pairs - known)
    ]
    HouseholdSuggestion.objects.bulk_create(fresh, batch_size=200)
    return len(fresh)


@transaction.atomic
def reject_suggestion(*, suggestion: HouseholdSuggestion, by: User, now: dt.datetime) -> None:
    """Two households after all; remembered, so that the next import does not ask again."""
    changed = HouseholdSuggestion.objects.filter(pk=suggestion.pk, state=SuggestionState.OPEN).update(
        state=SuggestionState.REJECTED, decided_by=by, decided_at=now
    )
    if changed:
        record_event(verb="suggestion.rejected", by=by, now=now, school=suggestion.school, subject=suggestion)


@transaction.atomic
def confirm_suggestion(*, suggestion: HouseholdSuggestion, by: User, now: dt.datetime) -> Household:
    """One household: pupils and adults of the one go to the other. Raises MergeRefused, see merge_households."""
    locked = HouseholdSuggestion.objects.select_for_update().select_related("first", "second").get(pk=suggestion.pk)
    if locked.state != SuggestionState.OPEN:
        raise SuggestionJudged
    return merge_households(first=locked.first, second=locked.second, by=by, now=now)


@transaction.atomic
def merge_households(*, first: Household, second: Household, by: User, now: dt.datetime) -> Household:
    """Make two households of one school one; the one on which something hangs already is kept.

    Raises MergeRefused when something hangs on both (visits, invitations): those are settled first, because
    nothing of a family may vanish with a household.
    """
    if first.school_id != second.school_id or first.pk == second.pk:
        raise HouseholdsNotTogether
    kept, left = (first, second) if not _has_more(second) else (second, first)
    if _has_more(left):
        raise BothHouseholdsPlanned
    _move_residences(kept, left)
    _move_guardians(kept, left)
    _keep_the_careful_answers(kept, left)
    record_event(verb="households.merged", by=by, now=now, school=kept.school, subject=kept, merged=left.pk)
    left.delete()
    return kept


def _has_more(household: Household) -> bool:
    """Whether rows of another room refer to the household."""
    own = {"students", "mentors"}
    for relation in Household._meta.related_objects:
        related = relation.related_model
        if isinstance(related, str) or related._meta.app_label in own:
            continue
        manager: models.Manager[models.Model] = related._base_manager
        if manager.filter(**{relation.field.name: household}).exists():
            return True
    return False


def _move_residences(kept: Household, left: Household) -> None:
    residents = set(kept.residences.values_list("student_id", flat=True))
    for residence in left.residences.all():
        if residence.student_id in residents:
            residence.delete()
        else:
            residence.household = kept
            residence.save(update_fields=["household"])
    for student in list(kept.students.all()):
        ranks = list(student.residences.order_by("rank"))
        if ranks and ranks[0].rank != 1:
            ranks[0].rank = 1
            ranks[0].save(update_fields=["rank"])


def _move_guardians(kept: Household, left: Household) -> None:
    """Adults of both, each once: the same name; what the kept row lacks is taken over."""
    known = {guardian.name.casefold(): guardian for guardian in kept.guardians.all()}
    for guardian in left.guardians.all():
        twin = known.get(guardian.name.casefold())
        if twin is None:
            guardian.household = kept
            guardian.save(update_fields=["household"])
            continue
        Guardian.objects.filter(pk=twin.pk).update(
            email=twin.email or guardian.email,
            phone=twin.phone or guardian.phone,
            is_invited=twin.is_invited and guardian.is_invited,
        )


def _keep_the_careful_answers(kept: Household, left: Household) -> None:
    """A secret address stays secret, an interpreter stays asked for, a language other than Dutch stays."""
    kept.is_secret_address = kept.is_secret_address or left.is_secret_address
    kept.needs_interpreter = kept.needs_interpreter or left.needs_interpreter
    kept.language = left.language if kept.language == "nl" else kept.language
    kept.save(update_fields=["is_secret_address", "needs_interpreter", "language"])
