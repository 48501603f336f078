"""Sealed texts in lists, where one that does not open may not take the page with it."""

from __future__ import annotations

import logging

from django.db import models

from notes.sealing import SealBroken

logger = logging.getLogger(__name__)


def unsealed(row: models.Model, name: str) -> str | None:
    """The sealed text `name` of this row; None when it does not open, which is logged by row number."""
    try:
        return getattr(row, name)
    except SealBroken:
        logger.error("sealed text does not open", extra={"table": row._meta.db_table, "row": row.pk})
        return None
