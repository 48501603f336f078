"""Secret links and letter codes of invitations.

A token is 256 bits, derived from the invitation's random seed and the server's key. The database keeps the seed
and a hash of the token: neither makes a link without the key, and a reminder can still repeat the link.
A letter's code is short enough to type (50 bits), so its hash is keyed too: a stolen database cannot be searched
for it, and guessing on the page is throttled (portal/access/limits.py).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import secrets

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from mentors.refusals import Refusal
from visits.models import Invitation

# Without I, L, O and U: nothing to mistake, and no words by accident.
CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 10
RENEWAL = "renewal"  # the key of a mail with a new link begins so: it goes out whatever was answered
LOOKALIKES = str.maketrans("OILU", "011V")


class LinkLost(Refusal):
    """The server's key has changed since the link was made; the family needs a new one."""

    text = _("De link van dit gezin werkt niet meer. Stuur een nieuwe link.")


def new_seed() -> str:
    """The random part of a new link, 256 bits."""
    return secrets.token_urlsafe(32)


def token_from(seed: str, key: str | None = None) -> str:
    """The token that belongs to a seed: 43 characters for the address bar. `key` is an earlier server key."""
    digest = salted_hmac("visits.links.token", seed, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def code_from(seed: str, key: str | None = None) -> str:
    """The code that belongs to a seed, as a letter shows it: `K7P2M-9XQ4T`."""
    digest = salted_hmac("visits.links.code", seed, secret=key, algorithm="sha256").digest()
    code = "".join(CODE_ALPHABET[byte % len(CODE_ALPHABET)] for byte in digest[:CODE_LENGTH])
    return f"{code[:5]}-{code[5:]}"


def normalised_code(typed: str) -> str:
    """A code as it is hashed: upper case, without spaces and dashes, lookalikes read as what was printed."""
    return "".join(sign for sign in typed.upper().translate(LOOKALIKES) if sign in CODE_ALPHABET)


def code_hash_of(typed: str, key: str | None = None) -> str:
    """What is stored of a code."""
    return salted_hmac("visits.links.code_hash", normalised_code(typed), secret=key, algorithm="sha256").hexdigest()


def token_of(invitation: Invitation) -> str:
    """The token of this invitation. Raises LinkLost when no key that the server knows has made it."""
    return token_from(invitation.seed, _key_of(invitation))


def code_of(invitation: Invitation) -> str:
    """The letter code of this invitation. Raises LinkLost when no key that the server knows has made it."""
    return code_from(invitation.seed, _key_of(invitation))


def link_of(invitation: Invitation, site_url: str) -> str:
    """The whole link to this family's page. Raises LinkLost."""
    return f"{site_url.rstrip('/')}/gezin/{token_of(invitation)}/"


def find_invitation(token: str, now: dt.datetime) -> Invitation | None:
    """The invitation that this token opens; None when it is unknown, expired or revoked: all the same way."""
    return _usable(now).filter(token_hash=hash_of(token)).first()


def find_by_code(typed: str, now: dt.datetime) -> Invitation | None:
    """The invitation that this letter code opens; None when it is unknown, expired or revoked."""
    if len(normalised_code(typed)) != CODE_LENGTH:
        return None
    hashes = [code_hash_of(typed, key) for key in _keys()]
    return _usable(now).filter(code_hash__in=hashes).first()


def find_entered(invitation_id: int, token_hash: str, now: dt.datetime) -> Invitation | None:
    """The invitation that a browser entered before, if its link still stands."""
    found = _usable(now).filter(pk=invitation_id).first()
    return found if found and constant_time_compare(found.token_hash, token_hash) else None


def page_key_of(invitation: Invitation) -> str:
    """The short public name of a family's page in the address bar; opens nothing by itself."""
    digest = salted_hmac("visits.links.page", invitation.seed, algorithm="sha256").digest()
    return base64.b32encode(digest[:5]).decode().lower()


def _usable(now: dt.datetime) -> QuerySet[Invitation]:
    campaign = ("visit__campaign__school", "visit__campaign__school_year")
    rows = Invitation.objects.filter(revoked_at=None, expires_at__gt=now)
    return rows.select_related(*campaign, "visit__mentor__school", "visit__household", "household")


def _keys() -> list[str]:
    return [str(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _key_of(invitation: Invitation) -> str:
    for key in _keys():
        if constant_time_compare(hash_of(token_from(invitation.seed, key)), invitation.token_hash):
            return key
    raise LinkLost
