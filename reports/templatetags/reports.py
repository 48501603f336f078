"""Filters of the figures."""

from __future__ import annotations

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from reports.words.failures import failure_words

register = template.Library()
register.filter(failure_words)


@register.filter
def in_hours(minutes: int) -> str:
    """Minutes as hours with one decimal: '1,4 uur'."""
    return _("%(n)s uur") % {"n": number_format(minutes / 60, 1)}
