"""All settings, in one file. Every one that an operator may change is a `LIANXIN_…` variable read through `env.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF

from lianxin.config.env import Reader, SettingsError
from lianxin.config.outside import outside

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
KEYS_FILE = read.path(
    "KEYS_FILE",
    DATA_DIR / "keys/ring.json",
    "file with all master and index keys, made by `lianxin keys new`, mode 0600; see docs/howto/keys.md",
    shown="<data folder>/keys/ring.json",
)
KEYS_COMMAND = read.text(
    "KEYS_COMMAND", "", "command of a key service, called with wrap or unwrap; it guards the keys file"
)
MASTER_KEY = read.secret(
    "MASTER_KEY",
    DATA_DIR / "keys/master_key",
    "32 bytes in hex; seals identities (vault)",
    needed=not KEYS_FILE.exists(),
)
MASTER_KEYS_OLD = read.names("MASTER_KEYS_OLD", "", "older master keys, which only open; in hex")
INDEX_KEY = read.secret(
    "INDEX_KEY",
    DATA_DIR / "keys/index_key",
    "32 bytes in hex; blind index and query codes",
    needed=not KEYS_FILE.exists(),
)
INDEX_KEYS_OLD = read.names("INDEX_KEYS_OLD", "", "older index keys, which are only compared with; in hex")
SEAL_SUITE = read.text(
    "SEAL_SUITE", "aes256gcm", "how identities, files and secrets are sealed: aes256gcm or sm4gcm (国密)"
)
if SEAL_SUITE not in {"aes256gcm", "sm4gcm"}:
    raise SettingsError(f"LIANXIN_SEAL_SUITE is {SEAL_SUITE!r}. It must be aes256gcm or sm4gcm.")

ALLOWED_HOSTS = read.names("HOSTS", "localhost,127.0.0.1,[::1]", "host names this server answers to")
HTTPS = read.flag("HTTPS", False, "on when a proxy serves the site by HTTPS: secure cookies, HSTS")
HSTS_DAYS = read.number(
    "HSTS_DAYS", 365, "days for which browsers insist on HTTPS once HTTPS is on; 0 while it is tried out"
)
TRUSTED_PROXY = read.flag(
    "TRUSTED_PROXY",
    False,
    "believe X-Forwarded-Proto and X-Forwarded-For of the proxies of one's own in front",
)
PROXY_HOPS = read.number(
    "PROXY_HOPS", 1, "how many proxies of one's own stand in front; senders are counted from the right by it"
)
if PROXY_HOPS < 1:
    raise SettingsError(f"LIANXIN_PROXY_HOPS is {PROXY_HOPS}. It must be 1 or more.")
PUBLIC_URL = read.text(
    "PUBLIC_URL", "http://127.0.0.1:8000/", "address of the public site, printed on papers"
)
LOG_ORIGIN = read.text(
    "LOG_ORIGIN",
    f"{urlsplit(PUBLIC_URL).netloc}/log",
    "name of the transparency log, stands in each checkpoint; never change it",
)
LOG_KEY_FILE = read.path(
    "LOG_KEY_FILE",
    DATA_DIR / "keys/log_key",
    "file with the key that signs checkpoints; only the process that runs the sweep needs it",
    shown="<data folder>/keys/log_key",
)
LOG_WITNESSES = read.names(
    "LOG_WITNESSES", "", "verifier keys of the witnesses whose signatures are taken in"
)
LOG_SUITE = read.text(
    "LOG_SUITE",
    "sha256",
    "hash of records and log from now on: sha256 or sm3 (国密); earlier ones stay as they are",
)
if LOG_SUITE not in {"sha256", "sm3"}:
    raise SettingsError(f"LIANXIN_LOG_SUITE is {LOG_SUITE!r}. It must be sha256 or sm3.")
LOG_BEHIND_HOURS = read.number(
    "LOG_BEHIND_HOURS",
    72,
    "hours an act may wait to enter the log; then officers' acts are refused until it has caught up; 0: never",
)
if DEMO:
    LOG_BEHIND_HOURS = 0
FILINGS = read.number(
    "FILINGS",
    60,
    "petitions taken from one network within ten minutes, by each server process (there are two)",
)
if FILINGS < 1:
    raise SettingsError(f"LIANXIN_FILINGS is {FILINGS}. It must be 1 or more.")
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
    engines = {"postgresql": "lianxin.config.postgresql", "citus": "lianxin.config.citus"}
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
    "django.contrib.staticfiles",
    "csp",
]
AUTH_USER_MODEL = "organs.Staff"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_PROFILE = read.text(
    "PASSWORD_PROFILE",
    "asvs",
    "asvs: long passwords, no forced change; mlps3 (等保三级): mixed characters, changed every 90 days",
)
SECOND_FACTOR = read.text(
    "SECOND_FACTOR", "optional", "optional or required: a one-time code or passkey besides the password"
)
if PASSWORD_PROFILE not in {"asvs", "mlps3"}:
    raise SettingsError(f"LIANXIN_PASSWORD_PROFILE is {PASSWORD_PROFILE!r}. It must be asvs or mlps3.")
if SECOND_FACTOR not in {"optional", "required"}:
    raise SettingsError(
        f"LIANXIN_SECOND_FACTOR is {SECOND_FACTOR!r}. It must be optional or required. Text messages are no second factor."
    )
if PASSWORD_PROFILE == "mlps3" and SECOND_FACTOR != "required" and not DEMO:  # noqa: S105
    raise SettingsError(
        "LIANXIN_PASSWORD_PROFILE=mlps3 asks for two factors, one of them cryptographic. Set LIANXIN_SECOND_FACTOR=required."
    )
DORMANT_DAYS = read.number("DORMANT_DAYS", 90, "an account unused for so many days is closed; 0: never")
if DEMO:
    DORMANT_DAYS = 0
PROOF_MINUTES = read.number(
    "PROOF_MINUTES", 10, "minutes after which opening an identity or changing officers asks for proof again"
)
SESSION_IDLE_MINUTES = read.number("SESSION_IDLE_MINUTES", 30, "minutes without use that end a session")
SESSION_HOURS = read.number("SESSION_HOURS", 12, "hours after which a session ends however much it is used")
READING_IDENTITIES = read.number(
    "READING_IDENTITIES", 60, "identity fields an officer may open within a day before the auditors are told"
)
READING_CASES = read.number(
    "READING_CASES",
    100,
    "cases on no worklist of the own organ an officer may open within a day before the auditors are told",
)
for _name, _value in (("IDENTITIES", READING_IDENTITIES), ("CASES", READING_CASES)):
    if _value < 1:
        raise SettingsError(f"LIANXIN_READING_{_name} is {_value}. It must be 1 or more.")
for _name, _value in (
    ("PROOF", PROOF_MINUTES),
    ("SESSION_IDLE", SESSION_IDLE_MINUTES),
    ("SESSION", SESSION_HOURS),
):
    if _value < 1:
        raise SettingsError(f"LIANXIN_{_name}_… is {_value}. It must be 1 or more.")
for _name, _value in (("DORMANT_DAYS", DORMANT_DAYS), ("LOG_BEHIND_HOURS", LOG_BEHIND_HOURS)):
    if _value < 0:
        raise SettingsError(f"LIANXIN_{_name} is {_value}. It must be 0 or more.")

_outside = outside(read, demo=DEMO, keys=DATA_DIR / "keys")
OUTGOING_HOSTS, OUTGOING_INTERNAL = _outside.hosts, _outside.internal
OUTGOING_CA, OUTGOING_LOOPBACK = _outside.authorities, _outside.loopback
OIDC_ISSUER, OIDC_NAME, OIDC_ORGAN = _outside.issuer, _outside.name, _outside.organ
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = _outside.client_id, _outside.client_secret
OIDC_ACR, OIDC_AMR = _outside.acr, _outside.amr

MIDDLEWARE = [
    "lianxin.web.security.headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "lianxin.web.middleware.nobody_yet",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "lianxin.web.middleware.request_rules",
    "lianxin.web.files_host.files_host_apart",
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
HOLIDAYS_DIR = read.path(
    "HOLIDAYS_DIR",
    DATA_DIR / "holidays",
    "holiday notices loaded since this edition; the same folder for all servers",
    shown="<DATA_DIR>/holidays",
)
RETENTION_FILE = read.path(
    "RETENTION_FILE",
    DATA_DIR / "retention.toml",
    "longer terms of keeping set by this organ (TOML, see docs/howto/retention.md); none where it is missing",
    shown="<DATA_DIR>/retention.toml",
)
ERASURE_LIST = read.path(
    "ERASURE_LIST",
    DATA_DIR / "erasures.jsonl",
    "signed list of what was erased, for use after restoring a backup; keep it apart from the backups",
    shown="<DATA_DIR>/erasures.jsonl",
)

FILES = read.text(
    "FILES",
    "",
    "where files lie, sealed: a folder outside the web root, or s3://bucket/prefix (needs the extra s3); "
    "empty: the folder files in the data folder",
) or str(DATA_DIR / "files")
FILES_S3_ENDPOINT = read.text("FILES_S3_ENDPOINT", "", "address of an S3 service that is not Amazon's")
FILES_INCOMING = DATA_DIR / "incoming"
FILES_URL = read.text(
    "FILES_URL",
    "",
    "address of the same server under another host name, from which files are downloaded; empty: from the desk's own",
)
FILES_MAX_MB = read.number("FILES_MAX_MB", 20, "the largest file that is taken, in megabytes")
FILES_PER_CASE = read.number("FILES_PER_CASE", 30, "how many files one case may have")
FILES_CASE_MB = read.number(
    "FILES_CASE_MB", 200, "how large the files of one case may be together, in megabytes"
)
FILES_DAY_MB = read.number(
    "FILES_DAY_MB", 2000, "how much one network may hand in online within a day, in megabytes"
)
UPLOAD_SECONDS = read.number(
    "UPLOAD_SECONDS", 600, "seconds within which the body of a request must have come in"
)
SCANNER = read.text(
    "SCANNER", "", "virus scanner clamd: unix:/run/clamav/clamd.ctl or tcp:host:port; empty: no scanner"
)
SCANNER_DATED = read.flag(
    "SCANNER_DATED", True, "hold files while clamd has no dated signature base; false for an own base alone"
)
if SCANNER and SCANNER.partition(":")[0] not in {"unix", "tcp"}:
    raise SettingsError(f"LIANXIN_SCANNER is {SCANNER!r}. It must begin with unix: or tcp: (or be empty).")

SESSION_ENGINE = "lianxin.web.desk.session_store"
SESSION_COOKIE_NAME = "__Host-lx_session" if HTTPS else "lx_session"
SESSION_COOKIE_AGE = SESSION_HOURS * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DEVICE_COOKIE_NAME = "__Host-lx_device" if HTTPS else "lx_device"
CSRF_COOKIE_NAME = "__Host-lx_csrf" if HTTPS else "lx_csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "lianxin.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = HSTS_DAYS * 86400 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
USE_X_FORWARDED_HOST = False
USE_X_FORWARDED_PORT = False
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
FILE_UPLOAD_HANDLERS = ["lianxin.web.uploads.Counting"]
FILE_UPLOAD_PERMISSIONS = 0o600
LOGIN_URL = "desk:sign_in"

DEFAULT_EXCEPTION_REPORTER_FILTER = "lianxin.web.reports.NoValues"
DEFAULT_EXCEPTION_REPORTER = "lianxin.web.reports.NoWords"
LOG_LEVEL = read.text("LOG_LEVEL", "WARNING", "DEBUG, INFO, WARNING or ERROR")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "lianxin.config.logs.Line"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
