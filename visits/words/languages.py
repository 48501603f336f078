"""Languages of contact, in words."""

from __future__ import annotations

from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

# Languages of contact that the framework has no name for.
MORE_LANGUAGES = {
    "am": gettext_lazy("Amhaars"),
    "ku": gettext_lazy("Koerdisch"),
    "prs": gettext_lazy("Dari"),
    "ps": gettext_lazy("Pasjtoe"),
    "so": gettext_lazy("Somalisch"),
    "ti": gettext_lazy("Tigrinya"),
}


def language_name(code: str) -> str:
    """The language of contact in words."""
    if code in MORE_LANGUAGES:
        return str(MORE_LANGUAGES[code])
    try:
        return _(get_language_info(code)["name_translated"])
    except KeyError:
        return code
