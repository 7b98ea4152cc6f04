"""Django settings. Everything an operator may change comes from `environment.py`."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from discreet.project.environment import read_environment

ENVIRONMENT = read_environment()
DISCREET_HOME: Path = ENVIRONMENT.home
PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = False
DISCREET_DEMO = ENVIRONMENT.demo
DISCREET_BASE_URL = ENVIRONMENT.base_url
DISCREET_SHELL_APPROVALS = ENVIRONMENT.shell_approvals
DISCREET_MAX_SCAN_ROWS = ENVIRONMENT.max_scan_rows
DISCREET_ANTIVIRUS = ENVIRONMENT.antivirus
ALLOWED_HOSTS = list(ENVIRONMENT.allowed_hosts)
ROOT_URLCONF = "discreet.project.urls"
WSGI_APPLICATION = "discreet.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "staff.StaffMember"


def _secret_key() -> str:
    """Return the session signing key; `keys` creates the file with the keyring at first start."""
    path = DISCREET_HOME / "keys" / "session.key"
    return path.read_text(encoding="ascii").strip() if path.exists() else "unset-" + "0" * 50


SECRET_KEY = _secret_key()


def trusted_origins(base_url: str, hosts: tuple[str, ...]) -> list[str]:
    """Return where forms may come from when TLS ends at a proxy: this site's own hosts, encrypted.

    Django compares a form's origin with the request's own scheme, which behind the proxy is plain HTTP.
    """
    base = urlsplit(base_url)
    if base.scheme != "https":
        return []
    named = {
        f"https://*{host}" if host.startswith(".") else f"https://{host}" for host in hosts if host != "*"
    }
    return sorted(named | {f"https://{base.netloc}"})


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "discreet.foundation.desk",
    "discreet.foundation.staff",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "discreet.foundation.organisation",
    "discreet.foundation.rulepacks",
    "discreet.foundation.keys",
    "discreet.foundation.ledger",
    "discreet.foundation.jobs",
    "discreet.foundation.mail",
    "discreet.foundation.sources",
    "discreet.foundation.datamap",
    "discreet.foundation.cases",
    "discreet.foundation.centre",
    "discreet.foundation.idempotency",
    "discreet.foundation.webhooks",
    "discreet.foundation.papers",
    "discreet.foundation.permission",
    "discreet.mechanisms.rights",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "discreet.project.middleware.NoStoreMiddleware",
    "discreet.project.middleware.CompanyTimeMiddleware",
    "discreet.project.middleware.SetUpFirstMiddleware",
    "discreet.project.middleware.SessionRotationMiddleware",
    "discreet.project.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "discreet.foundation.desk.context.desk",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    """Return Django's database entry: SQLite in the home, or the PostgreSQL that was named."""
    if not ENVIRONMENT.database_url:
        return {
            "ENGINE": "discreet.project.sqlite",
            "NAME": DISCREET_HOME / "discreet.sqlite3",
            "CONN_MAX_AGE": 60,  # a new connection reads the whole schema again
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                "PRAGMA secure_delete=ON;",
            },
        }
    url = urlsplit(ENVIRONMENT.database_url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        # No transaction of ours waits for anything: one that idles belongs to a frozen process.
        "OPTIONS": {"options": "-c idle_in_transaction_session_timeout=30s"},
    }


DATABASES = {"default": _database()}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "discreet_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/account/login/"
ACCOUNT_ADAPTER = "discreet.foundation.staff.adapters.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_PREVENT_ENUMERATION = True
# A link starts it: the content policy would stop a form that ends at the provider.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_ADAPTER = "discreet.foundation.staff.single_sign_on.StaffProviderAdapter"
DISCREET_IDENTITY_PROVIDER = ENVIRONMENT.identity_provider
MFA_FORMS = {
    "authenticate": "discreet.foundation.staff.second_factor.CodeForm",
    "reauthenticate": "discreet.foundation.staff.second_factor.ConfirmCodeForm",
    "authenticate_webauthn": "discreet.foundation.staff.second_factor.PasskeyForm",
    "reauthenticate_webauthn": "discreet.foundation.staff.second_factor.ConfirmPasskeyForm",
    "add_webauthn": "discreet.foundation.staff.second_factor.AddPasskeyForm",
    "login_webauthn": "discreet.foundation.staff.second_factor.PasskeySignInForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "discreet.foundation.staff.second_factor.StaffFactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey signs in alone, so it always asks for the person's finger, face or PIN: two factors in one.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_ISSUER = "Discreet"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_CALLABLE = "discreet.foundation.staff.lockout.name_key"
AXES_CLIENT_IP_CALLABLE = "discreet.foundation.centre.limits.client_of"
AXES_SENSITIVE_PARAMETERS = ["login", "next", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "discreet.foundation.staff.lockout.locked_out"
CSRF_FAILURE_VIEW = "discreet.foundation.desk.refusals.csrf_failed"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [PACKAGE / "project" / "locale", PACKAGE / "vocabulary" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_NAME = "discreet_language"

STATIC_URL = "/static/"
STATIC_ROOT = DISCREET_HOME / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "discreet_session"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = trusted_origins(ENVIRONMENT.base_url, ENVIRONMENT.allowed_hosts)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.base_url.startswith("https://")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# What people upload is personal data: it never touches a disk in the clear. What is larger is not taken.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    # Its warnings name addresses of people; failed sign-ins are evidence in the ledger instead.
    # Django's would name the address of every refused page, and some hold a customer's token.
    "loggers": {
        "axes": {"level": "CRITICAL"},
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
