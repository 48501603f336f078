"""What an error leaves in the log: where in the code, never at whose address or with which text."""

from __future__ import annotations

import logging
import traceback


class WithoutPersonalData(logging.Filter):
    """Keeps server errors only, as the kind of error and the lines of our code that it came through.

    A path may hold a link's token and an error's message a name or an address: both are left out.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record stays; it is rewritten in place."""
        if record.levelno < logging.ERROR:
            return False
        kind, _error, trace = record.exc_info or (None, None, None)
        frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
        record.msg = "server_error %s at %s"
        record.args = (kind.__name__ if kind else "unknown", " < ".join(reversed(frames[-12:])) or "unknown")
        record.exc_info = record.exc_text = None
        return True
