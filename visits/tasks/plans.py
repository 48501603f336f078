"""What the workers do for plans and cohorts. Rows are the queue: losing a wake-up loses nothing."""

from celery import shared_task
from django.utils import timezone

from visits.actions.cohorts import join_running_cohorts
from visits.actions.plans import run_waiting_plans


@shared_task(name="visits.tasks.run_waiting_plan_jobs")
def run_waiting_plan_jobs() -> None:
    """Work on the planning jobs that wait, or whose worker died."""
    run_waiting_plans(clock=timezone.now)


@shared_task(name="visits.tasks.join_cohorts")
def join_cohorts() -> None:
    """Let pupils who came since join the running campaigns of their school."""
    join_running_cohorts(by=None, now=timezone.now())
