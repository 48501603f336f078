"""Texts that only this application can read: AES-256-GCM with a key ring from the environment.

A sealed text is `key id.nonce.ciphertext` in base64url. Table, column, school and subject (the visit, or
the concern's own id) are its associated data: a text that is copied to another column, school or visit does not
open.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings


class SealBroken(Exception):
    """A text does not open: its key is gone, or it was changed or moved."""


@functools.lru_cache(maxsize=4)
def key_ring(spec: str) -> dict[str, bytes]:
    """The keys by id, the writing one first. `spec` is `id:key,id:key`; a key without id is called `0`."""
    ring = {}
    for item in spec.split(","):
        name, colon, key = item.strip().partition(":")
        if not colon:
            name, key = "0", name
        ring[name] = hashlib.sha256(key.encode()).digest()
    return ring


def _associated(table: str, column: str, school_id: int, subject: str) -> bytes:
    return f"{table}.{column}.{school_id}.{subject}".encode()


def seal(text: str, *, table: str, column: str, school_id: int, subject: str) -> str:
    """`text` sealed with the first key of the ring; an empty text stays empty."""
    if not text:
        return ""
    name, key = next(iter(key_ring(settings.NOTES_KEYS).items()))
    nonce = os.urandom(12)
    box = AESGCM(key).encrypt(nonce, text.encode(), _associated(table, column, school_id, subject))
    return ".".join([name, base64.urlsafe_b64encode(nonce).decode(), base64.urlsafe_b64encode(box).decode()])


def unseal(sealed: str, *, table: str, column: str, school_id: int, subject: str) -> str:
    """The text within; SealBroken when the key is missing or the text was changed or moved."""
    if not sealed:
        return ""
    try:
        name, nonce, box = sealed.split(".")
        key = key_ring(settings.NOTES_KEYS)[name]
        opened = AESGCM(key).decrypt(
            base64.urlsafe_b64decode(nonce),
            base64.urlsafe_b64decode(box),
            _associated(table, column, school_id, subject),
        )
    except (ValueError, KeyError, InvalidTag) as error:
        raise SealBroken(f"{table}.{column}") from error
    return opened.decode()


def key_id(sealed: str) -> str:
    """The id of the key that a sealed text was written with; empty for an empty text."""
    return sealed.partition(".")[0] if sealed else ""
