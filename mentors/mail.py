"""Mails about accounts. They hold a link, a name of a school and no more."""

from __future__ import annotations

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from mentors.models import School, User


def password_link(user: User) -> str:
    """The link with which the owner of the account sets a password, once; as long as a reset link is valid."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.SITE_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def send_invitation(*, user: User, school: School) -> None:
    """Tell a colleague that an account is ready. Raises OSError (smtplib's errors are) when it cannot be sent."""
    context = {
        "name": user.name,
        "school": school.name,
        "link": password_link(user) if not user.has_usable_password() else "",
        "login": f"{settings.SITE_URL}{reverse('account_login')}",
        "days": settings.PASSWORD_RESET_TIMEOUT // (24 * 60 * 60),
    }
    EmailMessage(
        subject=" ".join(render_to_string("mentors/mail/invitation_subject.txt", context).split()),
        body=render_to_string("mentors/mail/invitation.txt", context),
        to=[user.email],
        reply_to=[school.email] if school.email else [],
    ).send()
