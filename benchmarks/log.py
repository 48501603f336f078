"""Saving a log: 16 mentors at once on one database, each over and over. Limit: p95 of 300 ms, no locked database.

    python -m benchmarks.log [--seconds 20] [--writers 16] [--pause 0.5]

Runs a real gunicorn on a fresh SQLite file (or on DATABASE_URL when that names PostgreSQL), and asks it over http,
as phones do: three saves of the draft, then `Klaar`. `--pause` is how long a mentor types between two saves; with
`--pause 0` the writers push as fast as they are answered.
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

import django

PORT = 8159
SAVES_PER_LOG = 3
LIMIT_MS = 300


def prepare(writers: int, logs: int) -> list[tuple[str, str, list[int]]]:
    """A school with this many mentors, each with visits to log: session key, slug, visits."""
    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415 - after django.setup()
    from django.contrib.sessions.backends.db import SessionStore  # noqa: PLC0415 - after django.setup()
    from django.core.management import call_command  # noqa: PLC0415 - after django.setup()
    from django.utils import timezone  # noqa: PLC0415 - after django.setup()

    from tests import factories  # noqa: PLC0415 - after django.setup()

    call_command("migrate", verbosity=0)
    now = timezone.now()
    school = factories.make_school()
    campaign = factories.make_campaign(school)
    found = []
    for _writer in range(writers):
        mentor = factories.make_mentor(school)
        student = factories.make_student(factories.make_class(school, mentor))
        visits = []
        for number in range(logs):
            household = factories.make_household(school)
            moment = now - dt.timedelta(hours=2 * (number + 1))
            visits.append(factories.make_visit(campaign, student, mentor, starts_at=moment, household=household).pk)
        session = SessionStore()
        session[SESSION_KEY] = str(mentor.user.pk)
        session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
        session[HASH_SESSION_KEY] = mentor.user.get_session_auth_hash()
        session.save()
        found.append((session.session_key, school.slug, visits))
    return found


class Writer(threading.Thread):
    """One mentor's phone: a log after another, until the time is over."""

    def __init__(self, session: str, slug: str, visits: list[int], until: float, pause: float) -> None:
        super().__init__(daemon=True)
        self.session, self.slug, self.visits, self.until, self.pause = session, slug, visits, until, pause
        self.took: dict[str, list[float]] = {"draft": [], "finish": []}
        self.statuses: Counter[str] = Counter()
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        self.cookie, self.token = f"sessionid={session}", ""

    def run(self) -> None:
        self._type()
        for visit in self.visits:
            if time.monotonic() > self.until:
                break
            self._log(visit)

    def _log(self, visit: int) -> None:
        page = f"/school/{self.slug}/verslagen/bezoek/{visit}/verslag/"
        self._open(page)
        fields = {"outcome": "home", "as_planned": "on", "present": "pupil", "going_well": "Fietst graag. " * 8}
        for version in range(SAVES_PER_LOG):
            self._type()
            text = {"headline": f"Versie {version}", "version": str(version)}
            self._post("draft", page.replace("/verslag/", "/concept/"), fields | text)
        self._type()
        self._post("finish", page, fields | {"version": str(SAVES_PER_LOG), "what_1": "Belt", "who_1": "mentor"})

    def _type(self) -> None:
        time.sleep(self.pause * random.uniform(0.5, 1.5))

    def _open(self, page: str) -> None:
        self.connection.request("GET", page, headers={"Cookie": self.cookie})
        response = self.connection.getresponse()
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', response.read())
        for header in response.headers.get_all("Set-Cookie") or []:
            if header.startswith("csrftoken"):
                self.cookie = f"sessionid={self.session}; {header.split(';')[0]}"
        self.token = found.group(1).decode() if found else ""

    def _post(self, what: str, page: str, fields: dict[str, str]) -> None:
        sent = fields | {"client_id": str(uuid.uuid4()), "unanswered": "", "csrfmiddlewaretoken": self.token}
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        self.connection.request("POST", page, urllib.parse.urlencode(sent), headers)
        response = self.connection.getresponse()
        response.read()
        self.took[what].append(1000 * (time.perf_counter() - began))
        self.statuses[f"{what} {response.status}"] += 1


def serve() -> subprocess.Popen[bytes]:
    """The application as it is served to a school."""
    command = [sys.executable, "-m", "gunicorn", "thuisbezoek.wsgi", "--bind", f"127.0.0.1:{PORT}"]
    options = ["--workers", "2", "--threads", "8", "--worker-class", "gthread", "--log-level", "warning"]
    server = subprocess.Popen(command + options, env=os.environ)
    for _try in range(100):
        time.sleep(0.2)
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/inloggen/")
            connection.getresponse().read()
            return server
        except OSError:
            continue
    server.terminate()
    raise SystemExit("the server did not start")


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def report(writers: list[Writer]) -> bool:
    """Print what was measured; whether it stays under the limit."""
    statuses: Counter[str] = sum((writer.statuses for writer in writers), Counter())
    is_good = all(status.split()[1] in ("200", "302") for status in statuses)
    print("answers:", dict(statuses))
    for what in ("draft", "finish"):
        took = [each for writer in writers for each in writer.took[what]]
        p95 = percentile(took, 0.95)
        is_good &= bool(took) and p95 <= LIMIT_MS
        middle = statistics.median(took) if took else 0
        print(f"{what}: n {len(took)}, median {middle:.0f} ms, p95 {p95:.0f} ms, worst {max(took, default=0):.0f} ms")
    print("within" if is_good else "OVER", f"the limit: p95 {LIMIT_MS} ms, every save answered")
    return is_good


def main() -> None:
    """Measure, and end in an error over the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--writers", type=int, default=16)
    parser.add_argument("--pause", type=float, default=0.5)
    options: Any = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["THUISBEZOEK_DATA"] = scratch
        os.environ["THUISBEZOEK_STATIC"] = str(Path(scratch) / "static")
        os.environ.setdefault("DATABASE_URL", f"sqlite:///{scratch}/benchmark.sqlite3")
        os.environ["DJANGO_SETTINGS_MODULE"] = "thuisbezoek.settings"
        logs = 4 + int(options.seconds / max(0.05, options.pause * (SAVES_PER_LOG + 1)))
        mentors = prepare(options.writers, min(logs, 120))
        subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], check=True, env=os.environ)
        server = serve()
        try:
            until = time.monotonic() + options.seconds
            writers = [Writer(*mentor, until, options.pause) for mentor in mentors]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            is_good = report(writers)
        finally:
            server.terminate()
            server.wait()
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main()
