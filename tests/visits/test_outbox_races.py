"""Many senders at once, and senders that are killed: every mail goes out, and a repeat can be recognised.

Each test has a database of its own, on SQLite and on PostgreSQL, and senders in processes of their own.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.services import comes_true, need_postgresql

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.services, pytest.mark.xdist_group("outbox_races")]
FAMILIES = 45
AFTER_THE_LEASE = 600


class Senders:
    """Processes that send from an own database with FAMILIES invitations in the outbox."""

    def __init__(self, url: str, folder: Path) -> None:
        self.sent = folder / "sent.txt"
        self.stopped = folder / "stopped"
        self.env = environment(url, folder) | {"SENT_FILE": str(self.sent), "STOPPED_FILE": str(self.stopped)}

    def start(self, later: int = 0, **env: str) -> subprocess.Popen[bytes]:
        """One sender."""
        command = [sys.executable, "-m", "tests.visits.sender", "send", str(later)]
        return subprocess.Popen(command, cwd=ROOT, env=self.env | env)

    def handed_over(self) -> Counter[str]:
        """How often each Message-ID went out."""
        return Counter(self.sent.read_text().split()) if self.sent.exists() else Counter()

    def kill_one(self, point: str) -> None:
        """Start a sender, and kill it "before" or "after" it hands its first mail over."""
        self.stopped.unlink(missing_ok=True)
        sender = self.start(STOP=point)
        assert comes_true(self.stopped.exists)
        sender.send_signal(signal.SIGKILL)
        sender.wait(timeout=30)


def environment(url: str, folder: Path) -> dict[str, str]:
    """The environment of a process on this database."""
    return os.environ | {
        "DATABASE_URL": url,
        "THUISBEZOEK_DATA": str(folder),
        "THUISBEZOEK_SECRET_KEY": "one-key-for-all-senders-of-this-test",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
    }


def prepare(url: str, folder: Path) -> None:
    """Make the tables, and the families in the outbox."""
    for arguments in (["manage.py", "migrate", "--verbosity=0"], ["-m", "tests.visits.sender", "seed", str(FAMILIES)]):
        subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment(url, folder), check=True, timeout=120)


@pytest.fixture(scope="module")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database to copy."""
    folder = tmp_path_factory.mktemp("outbox")
    prepare(f"sqlite:///{folder / 'own.sqlite3'}", folder)
    return folder / "own.sqlite3"


@pytest.fixture(scope="module")
def prepared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Callable[[str], None], str, str]]:
    """A PostgreSQL database to copy: how to say something to the server, where it is, and the name."""
    server = need_postgresql()
    admin = psycopg2.connect(server.replace("postgres://", "postgresql://", 1))
    admin.autocommit = True

    def say(statement: str) -> None:
        with admin.cursor() as cursor:
            cursor.execute(statement)

    name = f"outbox_{uuid.uuid4().hex[:12]}"
    address = server.rsplit("/", 1)[0]
    say(f"CREATE DATABASE {name}")
    try:
        prepare(f"{address}/{name}", tmp_path_factory.mktemp("outbox"))
        yield say, address, name
    finally:
        say(f"DROP DATABASE {name} WITH (FORCE)")
        admin.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def senders(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Senders]:
    """Senders on a fresh copy."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("prepared_file"), tmp_path / "own.sqlite3")
        yield Senders(f"sqlite:///{tmp_path / 'own.sqlite3'}", tmp_path)
        return
    say, address, template = request.getfixturevalue("prepared_server")
    copy = f"{template}_{uuid.uuid4().hex[:6]}"
    say(f"CREATE DATABASE {copy} TEMPLATE {template}")
    try:
        yield Senders(f"{address}/{copy}", tmp_path)
    finally:
        say(f"DROP DATABASE {copy} WITH (FORCE)")


def test_eight_senders_at_once_send_every_mail_once(senders: Senders) -> None:
    running = [senders.start() for _sender in range(8)]
    assert [sender.wait(timeout=120) for sender in running] == [0] * 8
    counts = senders.handed_over()
    assert len(counts) == FAMILIES
    assert set(counts.values()) == {1}


def test_a_sender_killed_after_handing_over_repeats_at_most_that_mail_under_the_same_id(senders: Senders) -> None:
    senders.kill_one("after")
    (first,) = senders.handed_over()
    assert senders.start().wait(timeout=120) == 0  # the lease still stands: its rows are left alone
    assert senders.handed_over()[first] == 1
    assert senders.start(AFTER_THE_LEASE).wait(timeout=120) == 0
    counts = senders.handed_over()
    assert len(counts) == FAMILIES
    assert {name: times for name, times in counts.items() if times > 1} == {first: 2}


def test_senders_killed_before_handing_over_lose_nothing_and_repeat_nothing(senders: Senders) -> None:
    for _kill in range(2):
        senders.kill_one("before")
    assert not senders.handed_over()
    assert senders.start(AFTER_THE_LEASE).wait(timeout=120) == 0
    counts = senders.handed_over()
    assert len(counts) == FAMILIES and set(counts.values()) == {1}
