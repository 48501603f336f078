"""What stands in the log after an error."""

from __future__ import annotations

import logging
import sys

from thuisbezoek.logs import WithoutPersonalData


def logged(level: int, error: Exception | None = None) -> logging.LogRecord:
    exc_info = None
    if error:
        try:
            raise error
        except Exception:
            exc_info = sys.exc_info()
    return logging.LogRecord(
        "django.request", level, "x", 1, "Internal Server Error: %s", ("/gezin/geheim/",), exc_info
    )


def test_an_error_leaves_its_kind_and_its_place_but_no_path_and_no_message() -> None:
    record = logged(logging.ERROR, ValueError("ouder@example.org woont aan de Dorpsstraat"))
    assert WithoutPersonalData().filter(record)
    line = logging.Formatter().format(record)
    assert "ValueError" in line and "test_logs.py" in line
    assert "geheim" not in line and "example.org" not in line and "Dorpsstraat" not in line


def test_what_a_visitor_did_wrong_is_not_logged() -> None:
    assert not WithoutPersonalData().filter(logged(logging.WARNING))


def test_an_error_without_a_trace_is_logged_all_the_same() -> None:
    record = logged(logging.ERROR)
    assert WithoutPersonalData().filter(record)
    assert "geheim" not in record.getMessage()
