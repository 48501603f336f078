"""A process of its own for the tests that kill it: `python -m tests.visits.sender seed 40 | send 300 [moment]`.

The database is DATABASE_URL, and each mail that is handed over becomes a line with its Message-ID in SENT_FILE.
"""

from __future__ import annotations

import datetime as dt
import os
import sys

import django

NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)


def seed(families: int) -> None:
    """A school in which so many families have an invitation waiting in the outbox."""
    from django.db import transaction

    from tests import factories
    from visits.actions.invitations import invite

    with transaction.atomic():
        school = factories.make_school()
        campaign = factories.make_campaign(school)
        school_class = factories.make_class(school, factories.make_mentor(school, with_account=False))
        for number in range(families):
            starts_at = dt.datetime(2026, 9, 29, 8, tzinfo=dt.UTC) + dt.timedelta(hours=number)
            visit = factories.make_visit(campaign, factories.make_student(school_class), starts_at=starts_at)
            invite(visit=visit, by=None, now=NOW)


def send(later_seconds: int) -> None:
    """Send what is due so many seconds after NOW, until nothing is."""
    from visits.actions.outbox import send_due_messages

    while send_due_messages(now=NOW + dt.timedelta(seconds=later_seconds)):
        pass


def main(command: str, number: str) -> None:
    """Do one of the two."""
    from django.conf import settings

    settings.EMAIL_BACKEND = "tests.visits.backends.FileBackend"
    {"seed": seed, "send": send}[command](int(number))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1], sys.argv[2])
