"""How the pages of a mentor write names and the parts of a conversation."""

from __future__ import annotations

from django import template

from notes.words.card import section_text
from visits.words.visitors import names_in_words

register = template.Library()
register.filter(names_in_words)
register.filter(section_text)
