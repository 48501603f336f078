"""Celery: wakes the workers up. What has to be done stands in rows (docs/decisions/0002-queue.md).

`beat_schedule` is in code, so that every machine has the same one; two beats running at once do no harm,
because a task claims its rows before it works on them.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "thuisbezoek.settings")
app = Celery("thuisbezoek")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "send-due-messages": {"task": "visits.tasks.send_due_messages", "schedule": 30.0},
    "queue-reminders": {"task": "visits.tasks.queue_reminders", "schedule": 300.0},
    "run-waiting-plan-jobs": {"task": "planning.tasks.run_waiting_plan_jobs", "schedule": 30.0},
    "run-waiting-cost-studies": {"task": "reports.tasks.run_waiting_cost_studies", "schedule": 30.0},
    "join-cohorts": {"task": "visits.tasks.join_cohorts", "schedule": 300.0},
    "erase-expired": {"task": "thuisbezoek.tasks.erase_expired", "schedule": crontab(hour="3", minute="15")},
    "beat-heartbeat": {"task": "thuisbezoek.tasks.note_heartbeat", "schedule": 30.0},
}
