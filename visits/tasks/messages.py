"""The outbox's two tasks. A worker only wakes up: what has to be done stands in rows."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from visits.actions import outbox, reminders


@shared_task(name="visits.tasks.send_due_messages")
def send_due_messages() -> None:
    """Send what is due."""
    outbox.send_due_messages(now=timezone.now())


@shared_task(name="visits.tasks.queue_reminders")
def queue_reminders() -> None:
    """Queue what time brings."""
    reminders.queue_reminders(now=timezone.now())
