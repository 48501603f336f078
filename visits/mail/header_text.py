"""Names and texts from elsewhere, made harmless for one line of a mail or a calendar file."""

from __future__ import annotations

import unicodedata


def one_line(text: str, limit: int = 120) -> str:
    """`text` without line breaks, control signs and the marks that turn the direction of writing."""
    kept = "".join(sign if unicodedata.category(sign) not in {"Cc", "Cf", "Zl", "Zp", "Cs"} else " " for sign in text)
    return " ".join(kept.split())[:limit]
