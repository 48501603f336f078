"""Erases what docs/retention.toml says is due: that file is the policy and the program's input in one.

Each table there names every column, as `personal` or as `other`, and how its rows go:

* `erase = "delete"`: rows go `days` after the date in `after`, or `years_from` (a path to a column of the
  school that holds a number of years) after it;
* `erase = "blank"`: the columns in `blank` are emptied instead, and the row stays;
* `erase = "orphan"`: rows go when nothing refers to them through `after` any more;
* `erase = "with …"`: rows go with the row they belong to (the database's own cascade);
* `erase = "never"`: no personal data, or kept on purpose; `why` says so.

A date in `after` is a whole day in the Netherlands, and counts from its end: with `days = -1` rows go in the night
that it begins.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models, transaction

from mentors.actions.record import record_event
from mentors.dates import local_day

POLICY = Path(__file__).resolve().parent.parent / "docs" / "retention.toml"


@dataclass(frozen=True)
class Rule:
    """How the rows of one table go."""

    table: str
    personal: tuple[str, ...]
    other: tuple[str, ...]
    erase: str
    why: str
    after: str = ""
    days: int = 0
    years_from: str = ""
    blank: tuple[str, ...] = ()

    @property
    def model(self) -> type[models.Model]:
        """The table's model."""
        return apps.get_model(self.table)

    def acts(self) -> bool:
        """Whether the nightly job does something for this table."""
        return self.erase in ("delete", "blank", "orphan")

    def due(self, now: dt.datetime) -> Iterator[models.QuerySet[Any]]:
        """The rows to erase at `now`, one queryset for each term that schools have chosen."""
        rows = self.model._default_manager.all()
        if self.erase == "orphan":
            yield rows.filter(**{f"{self.after}__isnull": True})
            return
        for years in self._years(rows):
            term = dt.timedelta(days=self.days + round(365.25 * years))
            limit = now - term if self._is_moment() else local_day(now) - term
            found = rows.filter(**{f"{self.after}__lt": limit})
            if self.years_from:
                found = found.filter(**{self.years_from: years})
            yield found.exclude(**self._emptied()) if self.erase == "blank" else found

    def _years(self, rows: models.QuerySet[Any]) -> list[int]:
        if not self.years_from:
            return [0]
        return list(rows.order_by().values_list(self.years_from, flat=True).distinct())

    def _is_moment(self) -> bool:
        model: Any = self.model
        *path, last = self.after.split("__")
        for step in path:
            model = model._meta.get_field(step).related_model
        return isinstance(model._meta.get_field(last), models.DateTimeField)

    def _emptied(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name in self.blank:
            field: Any = self.model._meta.get_field(name)
            values[name] = None if field.null else field.get_default()
        return values

    def apply(self, rows: models.QuerySet[Any]) -> int:
        """Erase these rows; how many."""
        if self.erase == "blank":
            return rows.update(**self._emptied())
        return rows.delete()[1].get(self.model._meta.label, 0)


@lru_cache(maxsize=1)
def policy() -> tuple[Rule, ...]:
    """The rules of docs/retention.toml, in the order of the file: texts before the rows that they hang on."""
    with POLICY.open("rb") as source:
        tables = tomllib.load(source)
    return tuple(_rule(f"{app}.{name}", entry) for app, entries in tables.items() for name, entry in entries.items())


def _rule(table: str, entry: dict[str, Any]) -> Rule:
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}
    return Rule(table=table, **values)


def erase_due(*, now: dt.datetime) -> dict[str, int]:
    """Erase all that is due at `now`; how many rows per table. One transaction a table."""
    erased = {}
    for rule in policy():
        if rule.acts():
            with transaction.atomic():
                count = sum(rule.apply(rows) for rows in rule.due(now))
                if count:
                    record_event(verb="data.erased", by=None, now=now, school=None, table=rule.table, rows=count)
            if count:
                erased[rule.table] = count
    return erased


def count_due(*, now: dt.datetime) -> dict[str, int]:
    """How many rows of each table `erase_due` would erase at `now`."""
    counts = {rule.table: sum(rows.count() for rows in rule.due(now)) for rule in policy() if rule.acts()}
    return {table: count for table, count in counts.items() if count}
