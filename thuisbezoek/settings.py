"""All settings. What differs between machines comes from the environment, see docs/operations.md.

Two modes. `embedded` (the default) is for trying it out: SQLite, plain http on this machine only, keys made
at first use. `production` is for a school: it refuses to start without its own keys, hosts and database.
"""

import contextlib
import importlib.util
import os
import secrets
from pathlib import Path
from typing import Any

import dj_database_url
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
PRODUCTION = os.environ.get("THUISBEZOEK_MODE", "embedded") == "production"
DATA_DIR = Path(os.environ.get("THUISBEZOEK_DATA", BASE_DIR / "var"))
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)


def secret(name: str, *, length: int = 48) -> str:
    """The secret in the environment variable `name`; in embedded mode one made at first use and kept.

    Raises ImproperlyConfigured in production when it is missing or too short to be a real key.
    """
    value = os.environ.get(name, "")
    if value and (not PRODUCTION or len(value) >= 32):
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} must be set to a key of at least 32 characters.")
    path = DATA_DIR / name.lower()
    if not path.exists():
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.write_text(secrets.token_urlsafe(length))
        fresh.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            os.link(fresh, path)  # atomic: two processes at first use agree on one key
        fresh.unlink()
    return path.read_text()


def listed(name: str, default: str = "") -> list[str]:
    """The comma-separated environment variable `name` as a list."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


DEBUG = False
SECRET_KEY = secret("THUISBEZOEK_SECRET_KEY")
# Key ring of the sealed texts: `id:key,id:key`, the first one writes, all of them read.
NOTES_KEYS = secret("THUISBEZOEK_NOTES_KEYS")
ALLOWED_HOSTS = listed("THUISBEZOEK_HOSTS", "" if PRODUCTION else "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if PRODUCTION and host != "*"]
# The address that links in mails begin with; there is no request when a reminder goes out.
SITE_URL = os.environ.get("THUISBEZOEK_URL", "http://127.0.0.1:8000").rstrip("/")
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("THUISBEZOEK_HOSTS must name the hosts that this application answers to.")
if PRODUCTION and not SITE_URL.startswith("https://"):
    raise ImproperlyConfigured("THUISBEZOEK_URL must be the public https address.")

INSTALLED_APPS = [
    "thuisbezoek.apps.ThuisbezoekConfig",
    "portal",
    "reports",
    "notes",
    "planning",
    "visits",
    "students",
    "mentors",
    "roads",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "lucide",
    "csp",
    "whitenoise.runserver_nostatic",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "thuisbezoek.apps.ServedFilesConfig",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "thuisbezoek.language.ChosenLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mentors.access.PrivatePagesMiddleware",
]

ROOT_URLCONF = "thuisbezoek.urls"
WSGI_APPLICATION = "thuisbezoek.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "mentors.access.navigation",
            ],
        },
    },
]

# --- data ---

DATABASES: dict[str, Any] = {
    "default": dj_database_url.config(
        default=None if PRODUCTION else f"sqlite:///{DATA_DIR / 'thuisbezoek.sqlite3'}",
        conn_max_age=60,
        conn_health_checks=True,
    )
}
if not DATABASES["default"]:
    raise ImproperlyConfigured("DATABASE_URL must name the PostgreSQL database.")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    if PRODUCTION:
        raise ImproperlyConfigured("Production runs on PostgreSQL; DATABASE_URL names another engine.")
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
if PRODUCTION and not REDIS_URL:
    raise ImproperlyConfigured("REDIS_URL must name the Redis server: the queue's wake-up and the shared cache.")
BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) if REDIS_URL else "memory://"
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# The built street network: one directory a version, replaced as a whole by `build_roads`.
ROADS_DIR = Path(os.environ.get("THUISBEZOEK_ROADS", DATA_DIR / "roads"))

# An upload holds pupils' data: it never touches a disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- the workers: the row is the queue, Celery only wakes up (docs/decisions/0002-queue.md) ---

CELERY_BROKER_URL = BROKER_URL
CELERY_RESULT_BACKEND = None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "Europe/Amsterdam"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 2, "max_retries": 1}
CELERY_TASK_PUBLISH_RETRY = False
# What may take minutes has a queue of its own: no reminder waits for a plan.
CELERY_TASK_ROUTES = {
    "planning.tasks.run_waiting_plan_jobs": {"queue": "planning"},
    "reports.tasks.run_waiting_cost_studies": {"queue": "planning"},
}

# --- language and time ---

LANGUAGE_CODE = "nl"
LANGUAGES = [("nl", _("Nederlands")), ("en", _("Engels"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Amsterdam"

# --- files that everybody may have ---

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("THUISBEZOEK_STATIC", DATA_DIR / "static"))
_bootstrap = importlib.util.find_spec("bootstrap")
if _bootstrap is None or not _bootstrap.submodule_search_locations:
    raise ImproperlyConfigured("The package bootstrap-wrapper is not installed.")
STATICFILES_DIRS: list[Any] = [
    BASE_DIR / "static",
    ("bootstrap", Path(next(iter(_bootstrap.submodule_search_locations)))),
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MANIFEST_STRICT = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "ico", "woff2", "gz", "br", "zip"]

# --- accounts ---

AUTH_USER_MODEL = "mentors.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "mentors.access.GuessablePasswordValidator"},
]
ACCOUNT_ADAPTER = "mentors.views.adapter.RecordingAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "reset_password": "20/m/ip,5/m/key",
}
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "mentors:home"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "mentors.views.home.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- transport and headers ---

if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # rate limits count the visitor, not the proxy in front of us
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
X_FRAME_OPTIONS = "DENY"
# Not `no-referrer`: under that policy a browser posts its own forms with `Origin: null`, and CSRF refuses them.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
PERMISSIONS_POLICY: dict[str, Any] = {
    name: [] for name in ("camera", "microphone", "geolocation", "payment", "usb", "display-capture", "midi")
}

# --- mail ---

if os.environ.get("THUISBEZOEK_SMTP_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST = os.environ["THUISBEZOEK_SMTP_HOST"]
    EMAIL_PORT = int(os.environ.get("THUISBEZOEK_SMTP_PORT", "587"))
    EMAIL_HOST_USER = os.environ.get("THUISBEZOEK_SMTP_USER", "")
    EMAIL_HOST_PASSWORD = os.environ.get("THUISBEZOEK_SMTP_PASSWORD", "")
    EMAIL_USE_SSL = EMAIL_PORT == 465
    EMAIL_USE_TLS = EMAIL_PORT == 587
    EMAIL_TIMEOUT = 20
elif PRODUCTION:
    raise ImproperlyConfigured("THUISBEZOEK_SMTP_HOST must name the mail server.")
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = os.environ.get("THUISBEZOEK_FROM", "thuisbezoek@school.invalid")
EMAIL_SUBJECT_PREFIX = ""

# --- forms ---

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- logs: one JSON object a line on standard error, without personal data ---

_log_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": structlog.processors.JSONRenderer(),
            "foreign_pre_chain": _log_processors,
        }
    },
    "filters": {"without_personal_data": {"()": "thuisbezoek.logs.WithoutPersonalData"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": os.environ.get("THUISBEZOEK_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"filters": ["without_personal_data"]},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "fontTools": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
        "numba": {"level": "WARNING"},
    },
}
structlog.configure(
    processors=[*_log_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
