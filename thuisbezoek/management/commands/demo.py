"""`manage.py demo`: a demo school on this machine, with everything that a school's own server runs."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import tempfile
import urllib.request
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from mentors.models import School
from thuisbezoek.demo.school import build_school, logins
from thuisbezoek.language import compile_texts
from thuisbezoek.static_build import collect_when_changed
from thuisbezoek.supervisor import Supervisor, children_of_house


class Command(BaseCommand):
    help = "Bouwt een demoschool (één keer) en start alles: website, berichten en planner. Ctrl-C stopt alles."
    requires_system_checks: list[str] = []  # the data directory may be empty still

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--reset", action="store_true", help="gooi de demoschool weg en begin opnieuw")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--build-only", action="store_true", help="bouw de demoschool en stop")

    def handle(self, *args: Any, reset: bool, port: int, build_only: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("De demo draait niet op een server van een school.")
        with self.only_one():
            if reset:
                self.throw_away()
            settings.SITE_URL = f"http://127.0.0.1:{port}"  # the mails of the weeks that are replayed link to it
            self.build()
            if not build_only:
                self.serve(port)

    def only_one(self) -> IO[str]:
        """A lock on the data directory, held while this command runs."""
        lock = (settings.DATA_DIR / "demo.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CommandError("De demo draait al. Stop die eerst met Ctrl-C.") from error
        return lock

    def throw_away(self) -> None:
        """Remove the demo's data: database, mails, street network, keys."""
        for path in settings.DATA_DIR.iterdir():
            if path.name != "demo.lock":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        # The keys of this process were read before they were removed: keep using them.
        for name, value in (
            ("thuisbezoek_secret_key", settings.SECRET_KEY),
            ("thuisbezoek_notes_keys", settings.NOTES_KEYS),
        ):
            path = settings.DATA_DIR / name
            path.write_text(value)
            path.chmod(0o600)

    def build(self) -> None:
        """The database, the texts, the static files and the school, each only when it is not there yet."""
        call_command("migrate", verbosity=0)
        compile_texts()
        collect_when_changed(settings.STATIC_ROOT)
        if not School.objects.exists():
            self.stdout.write("De demoschool wordt gebouwd; dat duurt ongeveer een minuut.")
            build_school(now=timezone.now(), say=self.say)

    def say(self, line: str) -> None:
        """A line for the person at the terminal, at once."""
        self.stdout.write(line)
        self.stdout.flush()

    def serve(self, port: int) -> None:
        """Run all processes until Ctrl-C."""
        self.refuse_taken_port(port)
        with tempfile.TemporaryDirectory(prefix="thuisbezoek-") as directory:
            broker = Path(directory) / "broker.sock"
            env = os.environ | {
                "DJANGO_SETTINGS_MODULE": "thuisbezoek.settings",
                "THUISBEZOEK_DATA": str(settings.DATA_DIR),
                "THUISBEZOEK_URL": f"http://127.0.0.1:{port}",
                "REDIS_URL": f"unix://{broker}",
            }
            children = children_of_house(socket=broker, logs=settings.DATA_DIR / "logs", port=port)
            supervisor = Supervisor(children=children, env=env, say=self.say)
            supervisor.run(when_ready=lambda: answers(port), announce=lambda: self.announce(port))
            self.say("Alles is gestopt.")

    def refuse_taken_port(self, port: int) -> None:
        """A clear word when something else already listens there."""
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                raise CommandError(
                    f"Poort {port} is bezet door een ander programma. Kies een andere: make demo PORT=8010."
                ) from error

    def announce(self, port: int) -> None:
        """The address, one login per role, and where the mails are."""
        self.say(f"\nThuisbezoek staat klaar op http://127.0.0.1:{port}\n")
        for line in logins(settings.DATA_DIR, f"http://127.0.0.1:{port}"):
            self.say(line)
        self.say(f"\nVerstuurde mails staan in {settings.DATA_DIR / 'mail'}. Ctrl-C stopt alles.")


def answers(port: int) -> bool:
    """Whether the web server answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/livez", timeout=1) as response:
            return bool(response.status == 200)
    except OSError:
        return False
