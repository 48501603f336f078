"""What the workers do for plans. Rows are the queue: losing a wake-up loses nothing."""

from celery import shared_task
from django.utils import timezone

from planner import limit_arenas
from planning.actions.runs import run_waiting_plans


@shared_task(name="planning.tasks.run_waiting_plan_jobs")
def run_waiting_plan_jobs() -> None:
    """Work on the planning jobs that wait, or whose worker died."""
    limit_arenas()
    run_waiting_plans(now=timezone.now)
