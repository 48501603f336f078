"""The supervisor with real processes: what dies comes back, and nothing is orphaned."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.services import comes_true
from thuisbezoek.celery import app
from thuisbezoek.supervisor import children_of_house

SCRIPT = """
import sys
from pathlib import Path
from thuisbezoek.supervisor import Child, Supervisor
import thuisbezoek.supervisor as module
module.STOP_SECONDS = 1.0
here = Path(sys.argv[1])
code = (
    "import os, pathlib, signal, sys\\n"
    "if sys.argv[2] == 'stubborn': signal.signal(signal.SIGTERM, signal.SIG_IGN)\\n"
    "pathlib.Path(sys.argv[1], sys.argv[2] + '.pid').write_text(str(os.getpid()))\\n"
    "while True: signal.pause()"
)
children = [
    Child(name, [sys.executable, "-c", code, str(here), name], here / f"{name}.log") for name in ("plain", "stubborn")
]
Supervisor(children=children, env={}, say=lambda line: print(line, flush=True)).run(
    when_ready=lambda: (here / "plain.pid").exists(), announce=lambda: print("ready", flush=True)
)
"""


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().split()[2] != "Z"


def pid_of(name: str, here: Path) -> int:
    path = here / f"{name}.pid"
    assert comes_true(lambda: path.exists() and path.read_text().isdigit())
    return int(path.read_text())


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(SCRIPT), str(tmp_path)], stdout=subprocess.PIPE)
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    assert process.stdout
    process.stdout.close()


def test_a_killed_child_comes_back(supervisor: subprocess.Popen[bytes], tmp_path: Path) -> None:
    first = pid_of("plain", tmp_path)
    os.kill(first, signal.SIGKILL)
    assert comes_true(lambda: pid_of("plain", tmp_path) != first)
    assert is_alive(pid_of("plain", tmp_path))
    assert not is_alive(first)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_every_child_even_one_that_will_not(
    supervisor: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals
) -> None:
    pids = [pid_of("plain", tmp_path), pid_of("stubborn", tmp_path)]
    supervisor.send_signal(number)
    assert supervisor.wait(timeout=15) == 0
    assert comes_true(lambda: not any(map(is_alive, pids)))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends orphans on Linux only")
def test_no_child_outlives_a_supervisor_that_was_killed(supervisor: subprocess.Popen[bytes], tmp_path: Path) -> None:
    pids = [pid_of("plain", tmp_path), pid_of("stubborn", tmp_path)]
    supervisor.kill()
    assert comes_true(lambda: not any(map(is_alive, pids)))


def test_long_work_has_a_queue_of_its_own_and_the_demo_works_on_both(tmp_path: Path) -> None:
    queues = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    children = children_of_house(socket=tmp_path / "s", logs=tmp_path, port=8000)
    worker = next(child for child in children if child.name == "worker")
    assert queues == {"planning"}
    assert set(worker.command[worker.command.index("--queues") + 1].split(",")) == queues | {"celery"}


def test_every_routed_task_is_one_of_the_schedule() -> None:
    assert set(settings.CELERY_TASK_ROUTES) <= {entry["task"] for entry in app.conf.beat_schedule.values()}
