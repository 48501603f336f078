"""How the login library is bent to this house: nobody signs up, and what happens to accounts is on record."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from mentors.access import InvitedOnlyAdapter
from mentors.actions.record import record_event
from mentors.models import User


class RecordingAdapter(InvitedOnlyAdapter):
    """Writes login, logout, refusal and a new password to the record; a closed account is one like any wrong one."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The account with these credentials. A closed one counts as a wrong password, in words and in number."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and not user.is_active:
            self.pre_authenticate(request, **credentials)
            self.authentication_failed(request, **credentials)
            return None
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or an account that does not exist or is closed."""
        user = User.objects.filter(email__iexact=credentials.get("email", "")).first()
        record_event(verb="account.sign_in_refused", by=None, now=timezone.now(), school=None, subject=user)

    def login(self, request: HttpRequest, user: User) -> None:
        """Log in and write it down."""
        super().login(request, user)
        record_event(verb="account.signed_in", by=user, now=timezone.now(), school=None, subject=user)

    def logout(self, request: HttpRequest) -> None:
        """Write it down and log out."""
        if isinstance(request.user, User):
            record_event(
                verb="account.signed_out", by=request.user, now=timezone.now(), school=None, subject=request.user
            )
        super().logout(request)

    def set_password(self, user: User, password: str) -> None:
        """A new password ends every session of the account: the hash that sessions carry depends on it."""
        super().set_password(user, password)
        record_event(verb="account.password_set", by=user, now=timezone.now(), school=None, subject=user)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The link in the mail begins with the address in the settings, not with the one that was asked for."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', key)}"
