"""How many mails a minute the outbox sends: `python benchmarks/reminders.py [families]`.

Its own SQLite file in a temporary folder (or DATABASE_URL), the mails go to memory: what is measured is claiming,
asking whether a mail is still true, writing it and marking it. The target is 3,000 a minute (docs/operations.md).
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from pathlib import Path

from cases.database import run

sys.path.insert(0, str(Path(__file__).parents[1]))
TARGET_PER_MINUTE = 3000
NOW = dt.datetime(2026, 9, 22, 12, 0, tzinfo=dt.UTC)


def main(families: int) -> int:
    """0 when the target is met."""
    from django.conf import settings  # noqa: PLC0415 - after django.setup()
    from django.core import mail  # noqa: PLC0415 - after django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()

    from tests.visits.sender import seed  # noqa: PLC0415 - after django.setup()
    from visits.actions.outbox import send_due_messages  # noqa: PLC0415 - after django.setup()

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    call_command("migrate", verbosity=0)
    seed(families)
    began = time.perf_counter()
    done = send_due_messages(now=NOW, seconds=600)
    seconds = time.perf_counter() - began
    assert len(mail.outbox) == done["sent"] == families, done
    assert not send_due_messages(now=NOW + dt.timedelta(hours=1)), "something went out twice"
    per_minute = round(60 * families / seconds)
    print(f"{families} mails in {seconds:.1f} s: {per_minute} a minute (target {TARGET_PER_MINUTE})")
    return 0 if per_minute >= TARGET_PER_MINUTE else 1


if __name__ == "__main__":
    run(main, 500, settings="thuisbezoek.settings")
