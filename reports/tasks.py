"""What the workers do in this room. Rows are the queue: losing a wake-up loses nothing."""

from celery import shared_task
from django.utils import timezone

from planner import limit_arenas
from reports.actions.cost_runs import run_waiting_cost_studies as run_waiting


@shared_task(name="reports.tasks.run_waiting_cost_studies")
def run_waiting_cost_studies() -> None:
    """Work on the questions about costs that wait, or whose worker died."""
    limit_arenas()
    run_waiting(now=timezone.now)
