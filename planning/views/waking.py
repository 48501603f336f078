"""Waking a worker for a planning job."""

from __future__ import annotations

import contextlib

from celery import current_app
from kombu.exceptions import OperationalError


def wake_planner() -> None:
    """Tell a worker that a job waits. When the broker is down, the schedule finds the row within half a minute."""
    with contextlib.suppress(OperationalError):
        current_app.send_task("planning.tasks.run_waiting_plan_jobs")
