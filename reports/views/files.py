"""Answers that are a file."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.text import slugify

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


def file_answer(content: bytes, *, content_type: str, name: str, ending: str) -> HttpResponse:
    """A file to save. Its name holds letters, digits and dashes only."""
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{slugify(name)[:80]}.{ending}"'
    return response
