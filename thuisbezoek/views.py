"""Whether the house is alive and ready, for whoever watches over the machine. Nothing of anybody is in it."""

from __future__ import annotations

import datetime as dt

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.i18n import set_language
from redis.exceptions import RedisError

from mentors.access import open_page
from thuisbezoek.tasks import HEARTBEAT
from visits.models import Message

LATE_AFTER = dt.timedelta(minutes=10)
SILENT_AFTER = dt.timedelta(minutes=3)


@open_page("Health of the process, without data.")
def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_page("Health of what the process needs: yes or no for each, without data.")
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when all that is needed for work is there; 503 with the names of what is not."""
    now = timezone.now()
    checks = {"database": database_is_ready(), "schedule": schedule_beats(now), "messages": messages_are_on_time(now)}
    return JsonResponse({name: "ok" if good else "not ok" for name, good in checks.items()}, status=status(checks))


choose_language = open_page("The language of the pages is for everybody to choose; a POST sets a cookie.")(set_language)


def status(checks: dict[str, bool]) -> int:
    """200 when every check is good, else 503."""
    return 200 if all(checks.values()) else 503


def database_is_ready() -> bool:
    """Whether the database answers and every migration was run."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def schedule_beats(now: dt.datetime) -> bool:
    """Whether broker, schedule and worker together left a heartbeat in the last minutes."""
    try:
        beat = cache.get(HEARTBEAT)
    except (OSError, RedisError):
        return False
    return beat is not None and now - dt.datetime.fromisoformat(beat) < SILENT_AFTER


def messages_are_on_time(now: dt.datetime) -> bool:
    """Whether no message has been waiting for long."""
    try:
        return not Message.objects.due(now - LATE_AFTER).exists()
    except DatabaseError:
        return False
