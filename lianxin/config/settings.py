"""All settings, in one file. Every one that an operator may change is a `LIANXIN_…` variable read through `env.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from lianxin.config.env import Reader, SettingsError

PACKAGE = Path(__file__).resolve().parent.parent
read = Reader()

DATA_DIR = read.path(
    "DATA_DIR",
    PACKAGE.parent / "var",
    "folder for the database, keys, files and fonts",
    shown="var beside the code",
).resolve()
PROFILE = read.text(
    "PROFILE", "office", "demo: sample data and a banner on each page; office: the real thing"
)
if PROFILE not in {"demo", "office"}:
    raise SettingsError(f"LIANXIN_PROFILE is {PROFILE!r}. It must be demo or office.")
DEMO = PROFILE == "demo"
DEBUG = read.flag("DEBUG", False, "Django's debug pages; refused in the office profile")
if DEBUG and not DEMO:
    raise SettingsError(
        "LIANXIN_DEBUG is on in the office profile: error pages would show petitions. Switch it off."
    )

SECRET_KEY = read.secret("SECRET_KEY", DATA_DIR / "keys/secret_key", "signs cookies and forms")
MASTER_KEY = read.secret(
    "MASTER_KEY", DATA_DIR / "keys/master_key", "32 bytes in hex; seals identities (vault)"
)
INDEX_KEY = read.secret(
    "INDEX_KEY", DATA_DIR / "keys/index_key", "32 bytes in hex; blind index and query codes"
)

ALLOWED_HOSTS = read.names("HOSTS", "localhost,127.0.0.1,[::1]", "host names this server answers to")
HTTPS = read.flag("HTTPS", False, "on when a proxy serves the site by HTTPS: secure cookies, HSTS")
TRUSTED_PROXY = read.flag("TRUSTED_PROXY", False, "believe X-Forwarded-Proto of the one proxy in front")
PUBLIC_URL = read.text(
    "PUBLIC_URL", "http://127.0.0.1:8000/", "address of the public site, printed on papers"
)
PUBLIC_PHONE = read.text("PUBLIC_PHONE", "12345", "telephone shown on error pages for people who need help")


def database(url: str) -> dict[str, Any]:
    """Return Django's description of the database at `url` (sqlite:///path, postgresql://…, citus://…)."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:]
            if parts.path.startswith("//") or parts.path == "/:memory:"
            else parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL;"
                f"PRAGMA synchronous={'NORMAL' if DEMO else 'FULL'};PRAGMA foreign_keys=ON;",
            },
        }
    engines = {"postgresql": "django.db.backends.postgresql", "citus": "lianxin.config.citus"}
    if parts.scheme not in engines:
        raise SettingsError(
            f"LIANXIN_DATABASE starts with {parts.scheme!r}. Use sqlite:///path/to/file, "
            "postgresql://user:password@host:port/name or citus://user:password@host:port/name."
        )
    return {
        "ENGINE": engines[parts.scheme],
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": {
            "options": "-c statement_timeout=30000 -c lock_timeout=10000",
            "server_side_binding": True,
            "prepare_threshold": 3,
        },
    }


DATABASES = {
    "default": database(
        read.text("DATABASE", f"sqlite:///{DATA_DIR}/lianxin.sqlite3", "address of the database")
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "lianxin.config.apps.Config",
    "lianxin.ledger",
    "lianxin.organs",
    "lianxin.petitioners",
    "lianxin.cases",
    "lianxin.web",
    "lianxin.jobs",
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
]
AUTH_USER_MODEL = "organs.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "lianxin.web.middleware.request_rules",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "lianxin.config.urls"
WSGI_APPLICATION = "lianxin.config.wsgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web", PACKAGE / "web/templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "lianxin.web.context.site",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"]),
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE.parent / "locale"]
LANGUAGE_COOKIE_NAME = "lx_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [PACKAGE / "web/static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FONT_DIRS = [
    *[Path(p) for p in read.names("FONT_DIRS", "", "folders with the office's own fonts")],
    DATA_DIR / "fonts",
]

SESSION_COOKIE_NAME = "__Host-lx_session" if HTTPS else "lx_session"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-lx_csrf" if HTTPS else "lx_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lianxin.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = False
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_PERMISSIONS = 0o600
LOGIN_URL = "desk:sign_in"

LOG_LEVEL = read.text("LOG_LEVEL", "WARNING", "DEBUG, INFO, WARNING or ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
