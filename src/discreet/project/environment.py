"""The `DISCREET_*` environment, read once. Every setting of an installation is named here.

| variable | meaning | default |
|---|---|---|
| DISCREET_HOME | folder that holds all state | `~/.discreet` |
| DISCREET_DATABASE_URL | Discreet's own database (`postgresql://…`) | SQLite in the home |
| DISCREET_DEMO | `1`: demo mode (no MFA, mailbox page) | off |
| DISCREET_ALLOWED_HOSTS | comma-separated host names | `localhost,127.0.0.1,[::1]` |
| DISCREET_BASE_URL | address customers reach, without a trailing slash | `http://localhost:8000` |
| DISCREET_SMTP_URL | `smtp://user:password@host:port` or `smtps://…` | mail goes to a folder |
| DISCREET_MAIL_FROM | sender address | `privacy@localhost` |
| DISCREET_CHECKPOINT_DIR | second place for signed checkpoints | `HOME/witness` |
| DISCREET_CHECKPOINT_MAIL | mailbox that gets the newest signed checkpoint, once an hour | none |
| DISCREET_TRUSTED_PROXIES | addresses whose X-Forwarded-For counts | none |
| DISCREET_KEYRING_PASSPHRASE | seals the keyring file | the file lies open, for its owner alone |
| DISCREET_SHELL_APPROVALS | `recorded`: `--as` may name any account, and evidence says through which user of \
the operating system; `separate`: at the shell that user decides for their own account only | recorded |
| DISCREET_OIDC_ISSUER, DISCREET_OIDC_CLIENT_ID | identity provider of staff (OpenID Connect) | none |
| DISCREET_OIDC_CLIENT_SECRET, or DISCREET_OIDC_CLIENT_SECRET_FILE | its secret for Discreet, or a file with it | none |
| DISCREET_OIDC_NAME | what the sign-in page calls the provider | `SSO` |
| DISCREET_OIDC_VERIFIED_CLAIM | claim that says the e-mail is verified | `email_verified` |
| DISCREET_OIDC_MFA_ACR | comma-separated `acr` values that mean two factors | none; `amr` counts always |
| DISCREET_OIDC_ROLE_CLAIM | claim with groups, such as `groups` or `realm_access.roles` | none |
| DISCREET_OIDC_ROLES | `group=role, …`: groups decide roles, and accounts come into being | none |
| DISCREET_MAX_SCAN_ROWS | a fresh search scans no larger table without an index; it is named as not searched | \
5000000 |
| DISCREET_ANTIVIRUS | virus scanner for papers that customers send: `unix:/run/clamav/clamd.ctl`, \
`tcp://127.0.0.1:3310`, or `command:/usr/bin/clamscan -` | none; staff are told that a paper was not scanned |
| DISCREET_LEASE_SECONDS | a worker silent for this long is taken over | 10 |
| DISCREET_WORKER_THREADS | jobs that one worker runs at a time | 8 |
| DISCREET_WEB_WORKERS, DISCREET_WEB_THREADS | processes of `discreet serve`, and threads of each | 2, 56 |
| DISCREET_PUBLIC_THREADS, DISCREET_PUBLIC_QUEUE | of these threads, how many work on public forms, and how many \
wait for it; other public pages have half and a quarter as many; who comes after is asked to come back, so that the rest stays the desk's | 4, 32 |
| DISCREET_FORMS_PER_ADDRESS | public forms that one internet address may send in half an hour | 30 |
| DISCREET_FORMS_IN_ALL | public forms that all together may send in ten seconds | 1500 |
"""

import os
from dataclasses import dataclass
from pathlib import Path

from discreet.foundation.centre.rules import ALL_FORMS, CLIENT_FORMS
from discreet.foundation.papers.antivirus import Antivirus, AntivirusMisconfigured, read_antivirus
from discreet.foundation.staff.provider_settings import (
    ProviderMisconfigured,
    ProviderSettings,
    read_provider_settings,
)


@dataclass(frozen=True, slots=True)
class Environment:
    home: Path
    database_url: str
    demo: bool
    allowed_hosts: tuple[str, ...]
    base_url: str
    smtp_url: str
    mail_from: str
    checkpoint_dir: Path
    checkpoint_mail: str
    trusted_proxies: tuple[str, ...]
    identity_provider: ProviderSettings | None
    shell_approvals: str
    max_scan_rows: int
    antivirus: Antivirus | None
    forms_per_address: int
    forms_in_all: int


def is_installed() -> bool:
    """Say whether the home holds an installation: its database, or the keys to one elsewhere. Makes nothing."""
    environment = read_environment()
    own = ("discreet.sqlite3", "discreet.sqlite3.before-upgrade")
    names = ("keys/keyring.json",) if environment.database_url else own
    return any((environment.home / name).exists() for name in names)


def _listed(name: str, default: str = "") -> tuple[str, ...]:
    return tuple(part.strip() for part in os.environ.get(name, default).split(",") if part.strip())


def _count(name: str, default: int) -> int:
    """Return a whole number of 0 or more, or end the process."""
    given = os.environ.get(name, "").strip()
    if not given:
        return default
    if not (given.isascii() and given.isdigit()):
        raise SystemExit(f"Error: {name} must be a whole number, 0 or more.")
    return int(given)


def _identity_provider() -> ProviderSettings | None:
    """Return the identity provider, or end the process: without settings no door could say what is wrong."""
    try:
        return read_provider_settings(os.environ)
    except ProviderMisconfigured as refusal:
        raise SystemExit(f"Error: {refusal}") from refusal


def _antivirus() -> Antivirus | None:
    """Return the virus scanner, or end the process: papers must not be shown unscanned because of a slip."""
    try:
        return read_antivirus(os.environ.get("DISCREET_ANTIVIRUS", ""))
    except AntivirusMisconfigured as refusal:
        raise SystemExit(f"Error: {refusal}") from refusal


def read_environment() -> Environment:
    """Return the settings of this process."""
    home = Path(os.environ.get("DISCREET_HOME") or Path.home() / ".discreet").absolute()
    return Environment(
        home=home,
        database_url=os.environ.get("DISCREET_DATABASE_URL", ""),
        demo=os.environ.get("DISCREET_DEMO", "") == "1",
        allowed_hosts=_listed("DISCREET_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"),
        base_url=os.environ.get("DISCREET_BASE_URL", "http://localhost:8000").rstrip("/"),
        smtp_url=os.environ.get("DISCREET_SMTP_URL", ""),
        mail_from=os.environ.get("DISCREET_MAIL_FROM", "privacy@localhost"),
        checkpoint_dir=Path(os.environ.get("DISCREET_CHECKPOINT_DIR") or home / "witness"),
        checkpoint_mail=os.environ.get("DISCREET_CHECKPOINT_MAIL", ""),
        trusted_proxies=_listed("DISCREET_TRUSTED_PROXIES"),
        identity_provider=_identity_provider(),
        shell_approvals=os.environ.get("DISCREET_SHELL_APPROVALS") or "recorded",
        max_scan_rows=_count("DISCREET_MAX_SCAN_ROWS", 5_000_000),
        antivirus=_antivirus(),
        forms_per_address=_count("DISCREET_FORMS_PER_ADDRESS", CLIENT_FORMS.count),
        forms_in_all=_count("DISCREET_FORMS_IN_ALL", ALL_FORMS.count),
    )
