"""Django's settings, derived from Regard's own (`configuration.py`)."""

from urllib.parse import unquote, urlsplit

from regard.project.configuration import read_configuration
from regard.project.secret import read_or_make_secret

CONFIGURATION = read_configuration()
REGARD_HOME = CONFIGURATION.home
REGARD_COMPANY = CONFIGURATION["COMPANY"]
REGARD_REGION = CONFIGURATION["REGION"]
REGARD_CURRENCY = CONFIGURATION["CURRENCY"]
REGARD_LAKE = CONFIGURATION["LAKE"] or str(REGARD_HOME / "lake")
REGARD_S3 = {name: CONFIGURATION[f"S3_{name}"] for name in ("ENDPOINT", "REGION", "KEY_ID", "SECRET")}
REGARD_BIND = CONFIGURATION["BIND"]
REGARD_UPLOAD_LIMIT = CONFIGURATION["UPLOAD_LIMIT_MB"] * 1024 * 1024
REGARD_UNPACKED_LIMIT = CONFIGURATION["UNPACKED_LIMIT_MB"] * 1024 * 1024
REGARD_INBOX_LIMIT = CONFIGURATION["INBOX_LIMIT"]
REGARD_API_KEY_LIMIT = CONFIGURATION["API_KEY_LIMIT"]
REGARD_TRACKING_KEY_LIMIT = CONFIGURATION["TRACKING_KEY_LIMIT"]
REGARD_API_ADDRESS_LIMIT = CONFIGURATION["API_ADDRESS_LIMIT"]
REGARD_MEMORY_LIMIT = CONFIGURATION["MEMORY_LIMIT_MB"]
REGARD_PRIVATE_HOSTS = CONFIGURATION["PRIVATE_HOSTS"]
REGARD_EXTRA_CA = CONFIGURATION["EXTRA_CA"]
REGARD_PUBLIC_URL = CONFIGURATION["PUBLIC_URL"]
REGARD_SMTP_HOST = CONFIGURATION["SMTP_HOST"]
REGARD_SMTP_PORT = CONFIGURATION["SMTP_PORT"]
REGARD_SMTP_USER = CONFIGURATION["SMTP_USER"]
REGARD_SMTP_PASSWORD = CONFIGURATION["SMTP_PASSWORD"]
REGARD_SMTP_TLS = CONFIGURATION["SMTP_TLS"]
REGARD_SMTP_CA = CONFIGURATION["SMTP_CA"]
REGARD_MAIL_FROM = CONFIGURATION["MAIL_FROM"]
REGARD_MAIL_FROM_BY_LANGUAGE = CONFIGURATION["MAIL_FROM_BY_LANGUAGE"]
REGARD_BOUNCE_ADDRESS = CONFIGURATION["BOUNCE_ADDRESS"]
REGARD_BOUNCE_MAILDIR = CONFIGURATION["BOUNCE_MAILDIR"]
REGARD_BOUNCE_IMAP = CONFIGURATION["BOUNCE_IMAP"]

DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024  # of a request without its files

SECRET_KEY = read_or_make_secret(REGARD_HOME)
DEBUG = CONFIGURATION["DEBUG"]
ALLOWED_HOSTS = CONFIGURATION["HOSTS"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "huey.contrib.djhuey",
    "regard.access",
    "regard.mail",
    "regard.outside",
    "regard.ledger",
    "regard.ledger.silence",
    "regard.know",
    "regard.know.contact",
    "regard.listen",
    "regard.listen.tracking",
    "regard.listen.surveys",
    "regard.listen.campaigns",
    "regard.listen.sources",
    "regard.understand",
    "regard.show",
    "regard.web",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "regard.web.headers.HeadersMiddleware",
    "regard.web.body_limit.BodyLimitMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "regard.web.errors.ErrorsMiddleware",
]

ROOT_URLCONF = "regard.project.urls"
ASGI_APPLICATION = "regard.project.asgi.application"
WSGI_APPLICATION = "regard.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "regard.web.context.face",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": REGARD_HOME / "regard.sqlite3",
            "CONN_MAX_AGE": None,  # opening it anew for each request costs as much as a few queries
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 30,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
    }


DATABASES = {"default": _database(CONFIGURATION["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

HUEY = {
    "huey_class": "huey.SqliteHuey",
    "name": "regard",
    "filename": str(REGARD_HOME / "jobs.sqlite3"),
    "immediate": False,
    # one for imports and other long jobs, of which only one runs at a time, and two for what must not wait for them
    "consumer": {"workers": 3, "worker_type": "thread", "max_delay": 1.0, "graceful_signal": "TERM"},
}

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("en-gb", "British English"), ("de", "Deutsch"), ("fr", "Français")]
TIME_ZONE = CONFIGURATION["TIMEZONE"]
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if CONFIGURATION["HTTPS"] else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIGURATION["HTTPS"]
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_FAILURE_VIEW = "regard.web.errors.form_too_old"
X_FRAME_OPTIONS = "DENY"
