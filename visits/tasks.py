"""What the workers do for visits. A worker only wakes up: what has to be done stands in rows."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from visits.actions import outbox, reminders
from visits.actions.cohorts import join_running_cohorts


@shared_task(name="visits.tasks.send_due_messages")
def send_due_messages() -> None:
    """Send what is due."""
    outbox.send_due_messages(now=timezone.now())


@shared_task(name="visits.tasks.queue_reminders")
def queue_reminders() -> None:
    """Queue the reminders that have become due."""
    reminders.queue_reminders(now=timezone.now())


@shared_task(name="visits.tasks.join_cohorts")
def join_cohorts() -> None:
    """Let pupils who came since join the running campaigns of their school."""
    join_running_cohorts(by=None, now=timezone.now())
