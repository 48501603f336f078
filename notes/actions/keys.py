"""Sealing every text anew with the first key of the ring, so that an older key can be dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.apps import apps
from django.db import models

from notes.models import Sealed
from notes.sealing import SealBroken, key_id


@dataclass
class Resealed:
    """How many texts were sealed anew, how many had the key already, and which rows do not open."""

    renewed: int = 0
    current: int = 0
    broken: list[str] = field(default_factory=list)


def sealed_columns() -> Iterator[tuple[type[models.Model], Sealed]]:
    """Every sealed text of this room: its model and its attribute."""
    for model in apps.get_app_config("notes").get_models():
        for attribute in vars(model).values():
            if isinstance(attribute, Sealed):
                yield model, attribute


def reseal_texts(*, writing_key: str) -> Resealed:
    """Seal anew what was not written with `writing_key`, the id of the ring's first key. Can be repeated.

    A row that changes in between is left to its writer, who already uses the new key.
    """
    done = Resealed()
    for model, sealed in sealed_columns():
        for row in model._default_manager.exclude(**{sealed.column: ""}).iterator(chunk_size=200):
            _reseal_row(model, sealed, row, writing_key, done)
    return done


def _reseal_row(model: type[models.Model], sealed: Sealed, row: models.Model, writing_key: str, done: Resealed) -> None:
    old = getattr(row, sealed.column)
    if key_id(old) == writing_key:
        done.current += 1
        return
    try:
        fresh = sealed.reseal(row)
    except SealBroken:
        done.broken.append(f"{model._meta.label}:{row.pk}")
        return
    unchanged = model._default_manager.filter(pk=row.pk, **{sealed.column: old})
    done.renewed += unchanged.update(**{sealed.column: fresh})
