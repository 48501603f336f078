"""Mail servers that misbehave: real backends, in the way that a real server refuses."""

from __future__ import annotations

import os
import signal
import smtplib
from collections.abc import Sequence
from pathlib import Path

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend


class AwayBackend(BaseEmailBackend):
    """Nobody answers."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionRefusedError


class RefusingBackend(EmailBackend):
    """Knows nobody at refused.example."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for address in message.to:
                if address.endswith("@refused.example"):
                    raise smtplib.SMTPRecipientsRefused({address: (550, b"no such user")})
        return super().send_messages(email_messages)


class FileBackend(BaseEmailBackend):
    """Hands over by a line in SENT_FILE.

    With STOP=before or STOP=after the process says so, by making the file STOPPED_FILE, and does nothing any more until
    it is killed.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            stop_at("before")
            line = f"{message.extra_headers['Message-ID']}\n".encode()
            file = os.open(os.environ["SENT_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(file, line)
            os.close(file)
            stop_at("after")
        return len(email_messages)


def stop_at(point: str) -> None:
    """Wait to be killed, when the test asked for that at this point."""
    if os.environ.get("STOP") == point:
        Path(os.environ["STOPPED_FILE"]).touch()
        while True:
            signal.pause()
