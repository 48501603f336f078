"""Settings of the tests: the real ones, with a database of their own and nothing that leaves the machine."""

import os
import tempfile

os.environ.setdefault("THUISBEZOEK_MODE", "embedded")
os.environ.setdefault("THUISBEZOEK_DATA", tempfile.mkdtemp(prefix="thuisbezoek-tests-"))
os.environ["THUISBEZOEK_LOG_LEVEL"] = "WARNING"

from thuisbezoek.settings import *  # noqa: F403
from thuisbezoek.settings import DATABASES, STATIC_ROOT, STORAGES

STATIC_ROOT.mkdir(parents=True, exist_ok=True)
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one is slow on purpose
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Nothing is collected before a test: the files come from where they are written.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = False
CELERY_BROKER_URL = "memory://"
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file rather than memory: races are tested with several connections.
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(os.environ["THUISBEZOEK_DATA"], "test.sqlite3")}
