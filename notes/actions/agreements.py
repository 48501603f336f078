"""Following up what was agreed."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from mentors.actions.record import record_event
from mentors.models import User
from notes.models import Agreement


@transaction.atomic
def keep_agreement(*, agreement: Agreement, by: User, now: dt.datetime) -> bool:
    """Mark it as kept; False when it already was."""
    if not Agreement.objects.open().filter(pk=agreement.pk).update(kept_at=now):
        return False
    record_event(verb="agreement.kept", by=by, now=now, school=agreement.school, subject=agreement)
    return True


@transaction.atomic
def reopen_agreement(*, agreement: Agreement, by: User, now: dt.datetime) -> bool:
    """Undo that it was kept; False when it was open."""
    if not Agreement.objects.filter(pk=agreement.pk, kept_at__isnull=False).update(kept_at=None):
        return False
    record_event(verb="agreement.reopened", by=by, now=now, school=agreement.school, subject=agreement)
    return True
