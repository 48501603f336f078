"""Mail servers that misbehave: real backends, in the way that a real server refuses."""

from __future__ import annotations

import smtplib
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
