"""`manage.py check --deploy` as a school runs it, with settings that a school would give."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile


def production(data_dir: str) -> dict[str, str]:
    """An environment in which the application starts in production mode."""
    return {
        **os.environ,
        "THUISBEZOEK_MODE": "production",
        "THUISBEZOEK_DATA": data_dir,
        "THUISBEZOEK_SECRET_KEY": "only-for-this-check-" + "k4Rz8wLq" * 6,
        "THUISBEZOEK_NOTES_KEYS": "a:only-for-this-check-" + "p9Xc2mVb" * 6,
        "THUISBEZOEK_HOSTS": "thuisbezoek.example.org",
        "THUISBEZOEK_URL": "https://thuisbezoek.example.org",
        "THUISBEZOEK_SMTP_HOST": "mail.example.org",
        "DATABASE_URL": "postgres:///thuisbezoek",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }


def main() -> int:
    """The exit status of the check, where a warning is a failure."""
    with tempfile.TemporaryDirectory() as data_dir:
        command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
        return subprocess.run(command, env=production(data_dir)).returncode


if __name__ == "__main__":
    sys.exit(main())
