"""Mail servers that misbehave: real backends, in the way that a real server refuses."""

from __future__ import annotations

import os
import smtplib
import time
from collections.abc import Sequence

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
    """Hands over by a line in SENT_FILE, and sleeps before or after it (SLEEP_BEFORE, SLEEP_AFTER, in seconds)."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            time.sleep(float(os.environ.get("SLEEP_BEFORE", "0")))
            line = f"{message.extra_headers['Message-ID']}\n".encode()
            file = os.open(os.environ["SENT_FILE"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            os.write(file, line)
            os.close(file)
            time.sleep(float(os.environ.get("SLEEP_AFTER", "0")))
        return len(email_messages)
