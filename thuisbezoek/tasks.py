"""Tasks of the house as a whole: the schedule's heartbeat and the nightly erasure."""

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from thuisbezoek.retention import erase_due

HEARTBEAT = "beat-heartbeat"


@shared_task(name="thuisbezoek.tasks.note_heartbeat")
def note_heartbeat() -> None:
    """Leave the time, for /readyz and the page that says whether the worker runs."""
    cache.set(HEARTBEAT, timezone.now().isoformat(), timeout=24 * 60 * 60)


@shared_task(name="thuisbezoek.tasks.erase_expired")
def erase_expired() -> None:
    """Erase what docs/retention.toml says is due."""
    erase_due(now=timezone.now())
