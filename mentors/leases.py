"""Rows as a queue: a worker takes a row with a lease and keeps it by renewing; one that dies leaves it to the next.

The end of the lease doubles as the claim's token. Every write asks for the end that this worker wrote last, so a
worker that slept past its lease finds the row taken (`LeaseLost`), and what it made is dropped. A row is only taken
after the lease before has run out: no two claims of a row ever have the same end.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self, TypeVar

from django.db import connections, models, transaction
from django.db.models import F, Q, QuerySet

Now = Callable[[], dt.datetime]  # tells the time: a worker asks it anew at every write


class LeaseLost(Exception):
    """Another worker has the row now."""


class Leased(models.Model):
    """A row that one worker at a time works on. Its model has a column `state`, and says what its states mean."""

    WAITING: ClassVar[str]
    TAKEN: ClassVar[str]
    FAILED: ClassVar[str]

    lease_until = models.DateTimeField(null=True)  # while a worker has it
    attempts = models.PositiveSmallIntegerField(default=0)  # how often a worker began on it

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=Leased)


class LeasedQuerySet(models.QuerySet[Row]):
    """Selections of rows that are worked on with a lease."""

    def free(self, now: dt.datetime) -> Self:
        """Those that nobody works on: waiting, or taken with a lease that ran out."""
        ran_out = Q(lease_until__lt=now) | Q(lease_until=None)
        return self.filter(Q(state=self.model.WAITING) | Q(state=self.model.TAKEN) & ran_out)


@dataclass
class Lease:
    """A row in the hands of this worker, until the lease runs out."""

    model: type[Leased]
    pk: int
    until: dt.datetime
    length: dt.timedelta
    now: Now = field(repr=False)

    def renew(self, **values: object) -> None:
        """Write to the row and keep it for the length of a lease from now. Raises LeaseLost."""
        until = self.now() + self.length
        if not self._mine().update(**values, lease_until=until):
            raise LeaseLost
        self.until = until

    def begin(self) -> None:
        """Count an attempt, and renew: for rows that were taken many at once. Raises LeaseLost."""
        self.renew(attempts=F("attempts") + 1)

    def release(self, state: str, **values: object) -> bool:
        """Let go of the row in its next state; False when another worker has it, and then nothing is written."""
        return bool(self._mine().update(**values, state=state, lease_until=None))

    def _mine(self) -> QuerySet[Any]:
        return _rows(self.model).filter(Q(pk=self.pk, lease_until=self.until), Q(state=self.model.TAKEN))


@dataclass(frozen=True)
class WorkQueue:
    """On which terms workers take the rows of a model: how long a lease is, and how often a row is begun on."""

    model: type[Leased]
    length: dt.timedelta
    most_attempts: int

    def waiting(self, now: dt.datetime) -> list[int]:
        """The keys of the rows that nobody works on, the oldest first."""
        return list(_rows(self.model).free(now).order_by("created_at", "pk").values_list("pk", flat=True))

    def claim(self, pk: int, *, now: Now, afresh: Mapping[str, object], given_up: Mapping[str, object]) -> Lease | None:
        """Take a free row and count an attempt, with the values `afresh`; None when another worker has it.

        A row on which `most_attempts` workers began, and which none of them ended, fails instead with the values
        `given_up`: it may be the row that ends its workers.
        """
        moment = now()
        free = _rows(self.model).free(moment).filter(pk=pk)
        exhausted = free.filter(attempts__gte=self.most_attempts)
        exhausted.update(**given_up, state=self.model.FAILED, lease_until=None)
        lease = Lease(self.model, pk, moment + self.length, self.length, now)
        values = {"state": self.model.TAKEN, "lease_until": lease.until, "attempts": F("attempts") + 1}
        return lease if free.update(**afresh, **values) else None

    def claim_many(self, rows: QuerySet[Any], *, now: Now, most: int) -> list[Lease]:
        """Take at most `most` of these free rows, in their order; an attempt is only counted when it begins.

        PostgreSQL passes over rows that another worker is taking. On both engines a row is taken only if it is
        still one of `rows` at that moment.
        """
        until = now() + self.length
        with transaction.atomic():
            passing = connections[rows.db].features.has_select_for_update_skip_locked
            found = rows.select_for_update(skip_locked=True) if passing else rows
            keys = list(found.values_list("pk", flat=True)[:most])
            return [
                Lease(self.model, pk, until, self.length, now)
                for pk in keys
                if rows.filter(pk=pk).update(state=self.model.TAKEN, lease_until=until)
            ]


def _rows(model: type[Leased]) -> LeasedQuerySet[Any]:
    """All rows of the model, whose manager is made from LeasedQuerySet."""
    return model._default_manager.all()  # type: ignore[return-value]
