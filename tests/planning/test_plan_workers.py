"""A real worker of the queue that is killed while it plans: another one begins the job again and ends it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from planning.draft.progress import Phase
from tests.services import comes_true, need_redis

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.services, pytest.mark.xdist_group("plan_workers")]
MENTORS, FAMILIES = 5, 28
AGES_AGO = "2020-01-01 00:00:00"


class Workers:
    """Workers of the real settings, on a database and a queue of their own."""

    def __init__(self, folder: Path, redis_url: str) -> None:
        self.file, self.folder = folder / "own.sqlite3", folder
        self.queue = f"plans-{folder.name}"
        self.env = os.environ | {
            "DATABASE_URL": f"sqlite:///{self.file}",
            "REDIS_URL": redis_url,
            "THUISBEZOEK_MODE": "embedded",
            "THUISBEZOEK_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "thuisbezoek.settings",
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def prepare(self) -> None:
        """Tables, a school, and a job in the queue."""
        for arguments in (
            ["manage.py", "migrate", "--verbosity=0"],
            ["-m", "tests.planning.planner_school", str(MENTORS), str(FAMILIES)],
        ):
            subprocess.run([sys.executable, *arguments], cwd=ROOT, env=self.env, check=True, timeout=120)

    def start(self) -> subprocess.Popen[bytes]:
        """One worker, with one process under it, as in operation."""
        arguments = ["worker", "--concurrency=1", "-Q", self.queue, "-n", f"{len(self.running)}@{self.queue}"]
        with (self.folder / "worker.log").open("ab") as out:
            worker = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "thuisbezoek", *arguments],
                cwd=ROOT,
                env=self.env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.running.append(worker)
        return worker

    def wake(self) -> None:
        """What a page and the schedule do."""
        with Celery(broker=self.env["REDIS_URL"]) as app:
            app.send_task("planning.tasks.run_waiting_plan_jobs", queue=self.queue)

    def row(self, columns: str) -> tuple[Any, ...]:
        """These columns of the job."""
        with closing(sqlite3.connect(self.file, timeout=20)) as database:
            return tuple(database.execute(f"SELECT {columns} FROM planning_plan").fetchone())  # noqa: S608 - our own words

    def let_the_lease_pass(self) -> None:
        """As if the half minute were over."""
        with closing(sqlite3.connect(self.file, timeout=20)) as database, database:
            database.execute("UPDATE planning_plan SET lease_until = ?", [AGES_AGO])

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait for a condition; fail with the worker's log when it takes too long."""
        assert comes_true(holds, seconds=120), (self.folder / "worker.log").read_text()[-3000:]

    def has_looked(self, worker: int) -> bool:
        """Whether this worker, counted from 0, was woken and has nothing in hand any more."""
        node = f"{worker}@{self.queue}"
        with Celery(broker=self.env["REDIS_URL"]) as app:
            inspect = app.control.inspect(destination=[node], timeout=0.5)
            stats, active = inspect.stats() or {}, inspect.active() or {}
        return bool(stats.get(node, {}).get("total")) and active.get(node) == []

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """End it and all under it at once, without a chance to say anything."""
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(timeout=30)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    found = Workers(tmp_path, need_redis())
    found.prepare()
    yield found
    for worker in found.running:
        if worker.poll() is None:
            found.kill(worker)


def test_a_worker_killed_while_it_plans_leaves_its_job_to_another_which_ends_it(workers: Workers) -> None:
    first = workers.start()
    workers.wake()
    workers.wait_until(lambda: any(phase in str(workers.row("so_far")[0]) for phase in (Phase.PLANNING, Phase.PROVING)))
    workers.kill(first)
    assert workers.row("state, attempts") == ("running", 1)

    workers.start()
    workers.wake()
    workers.wait_until(lambda: workers.has_looked(1))
    assert workers.row("state, attempts") == ("running", 1)  # the lease still stands

    workers.let_the_lease_pass()
    workers.wake()
    workers.wait_until(lambda: workers.row("state")[0] == "ready")
    assert workers.row("attempts, progress, failure, lease_until") == (2, 1.0, "", None)
    cost, bound = workers.row("cost, bound")
    assert bound <= cost
    assert workers.row("json_extract(result, '$.application.totals.placed')") == (MENTORS * FAMILIES,)
