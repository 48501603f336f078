"""One mail, ready to hand over: plain text, the same in simple HTML, and a calendar file where that helps."""

from __future__ import annotations

from email.mime.text import MIMEText
from email.utils import formataddr, parseaddr

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language

from visits.mail.header_text import one_line
from visits.mail.texts import MailFacts, Text


def write_mail(
    *,
    text: Text,
    facts: MailFacts,
    to: str,
    sender: str,
    reply_to: str,
    message_id: str,
    calendar: MIMEText | None = None,
) -> EmailMultiAlternatives:
    """The mail to one address, from the school by way of `sender`; answers go to the school itself.

    `message_id` is always the same for the same row of the outbox: a repeat can be recognised as one.
    """
    values = {"text": text, "link": facts.link, "school": one_line(facts.school), "language": get_language()}
    mail = EmailMultiAlternatives(
        subject=one_line(text.subject),
        body=render_to_string("visits/mail/letter.txt", values),
        from_email=formataddr((one_line(facts.school), parseaddr(sender)[1])),
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers={"Message-ID": message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("visits/mail/letter.html", values), "text/html")
    if calendar is not None:
        mail.attach(calendar)
    return mail
