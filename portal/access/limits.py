"""How often somebody may try. Counted in the shared cache, per address or per invitation, in fixed windows.

Wrong links and wrong codes are counted apart, and only wrong ones: a family whose neighbour on the same network is
guessing still gets in with its link. A code is short enough to be guessed by a machine, so after too many wrong
ones none is tried from that address until the window ends; a link is not, so right ones always open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest


@dataclass(frozen=True)
class Limit:
    """At most `most` times in a window of so many seconds."""

    name: str
    most: int
    seconds: int


WRONG_LINKS = Limit("wrong-links", most=30, seconds=600)
WRONG_CODES = Limit("wrong-codes", most=20, seconds=900)
CHANGES = Limit("changes", most=40, seconds=600)


def client_address(request: HttpRequest) -> str:
    """The browser's network address, from the proxy only when that is trusted (ALLAUTH_TRUSTED_PROXY_COUNT)."""
    return str(get_adapter().get_client_ip(request))


def count(limit: Limit, who: str) -> bool:
    """Count one more for `who`; whether that is still within the limit."""
    key = _key(limit, who)
    cache.add(key, 0, timeout=limit.seconds)
    try:
        return cache.incr(key) <= limit.most
    except ValueError:  # the window ended between the two lines
        cache.set(key, 1, timeout=limit.seconds)
        return True


def is_spent(limit: Limit, who: str) -> bool:
    """Whether `who` has used up the limit already."""
    return int(cache.get(_key(limit, who), 0)) >= limit.most


def _key(limit: Limit, who: str) -> str:
    return f"portal:{limit.name}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
