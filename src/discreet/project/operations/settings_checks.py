"""Checks of files and settings: what needs no database."""

import os
import shutil
import smtplib
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from discreet.project.demo import MARK
from discreet.project.operations.findings import Finding, fail, good, warn
from discreet.vocabulary.text import gettext_noop

_MB = 1024 * 1024
_LEAST_FREE_MB = 200
_FEW_FREE_MB = 2000
_MAIL_TIMEOUT_S = 5
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "[::1]"})


def _home() -> Iterator[Finding]:
    home: Path = settings.DISCREET_HOME
    wanted = [home, home / "keys", home / "keys" / "keyring.json", home / "keys" / "session.key"]
    wanted += [
        home / "discreet.sqlite3",
        home / "tombstones",
        home / "packages",
        home / "papers",
        home / "mail",
    ]
    open_to_others = [path for path in wanted if path.exists() and path.stat().st_mode & 0o077]
    for path in open_to_others:
        what = gettext_noop("Other accounts of this machine may enter %(path)s.")
        yield fail("home", what, gettext_noop("Run `chmod go= %(path)s`."), path=str(path))
    if not os.access(home, os.W_OK):
        what = gettext_noop("%(path)s cannot be written.")
        yield fail("home", what, gettext_noop("Give it to the account that runs Discreet."), path=str(home))
    elif not open_to_others:
        yield good("home", gettext_noop("%(path)s is for its owner alone."), path=str(home))


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(settings.DISCREET_HOME).free // _MB
    to_do = gettext_noop("Make room: without it no evidence can be written, so nothing is done.")
    what = gettext_noop("%(free)s MB are free.")
    if free < _LEAST_FREE_MB:
        yield fail("disk", what, to_do, free=free)
    elif free < _FEW_FREE_MB:
        yield warn("disk", what, to_do, free=free)
    else:
        yield good("disk", what, free=free)


def _second_place() -> Iterator[Finding]:
    folder: Path = settings.ENVIRONMENT.checkpoint_dir
    home: Path = settings.DISCREET_HOME
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    if nearest.stat().st_dev == home.stat().st_dev:
        what = gettext_noop("The second place for checkpoints lies on the same disk as the database.")
        to_do = gettext_noop("Set DISCREET_CHECKPOINT_DIR to a folder on another disk or machine.")
        yield warn("second place", what, to_do)
    else:
        yield good("second place", gettext_noop("Checkpoints are kept on another disk."))


def _mode() -> Iterator[Finding]:
    if settings.DEBUG:
        what = gettext_noop("Debug mode is on: error pages show internals.")
        yield fail("mode", what, gettext_noop("Run Discreet with its own settings."))
    elif settings.DISCREET_DEMO:
        what = gettext_noop("This is a demo: no second factor, and anyone can read its mailbox.")
        yield warn("mode", what, gettext_noop("For real data, use another home without DISCREET_DEMO."))
    elif (settings.DISCREET_HOME / MARK).exists():
        what = gettext_noop(
            "This home was made by `discreet demo`: its people are made up, its password is known."
        )
        yield warn("mode", what, gettext_noop("For real data, use another home without DISCREET_DEMO."))
    else:
        yield good("mode", gettext_noop("Debug mode and demo mode are off."))


def _address() -> Iterator[Finding]:
    url = urlsplit(settings.DISCREET_BASE_URL)
    host = url.hostname or ""
    if "*" in settings.ALLOWED_HOSTS:
        what = gettext_noop("Discreet answers under any host name.")
        yield fail("address", what, gettext_noop("Name the host in DISCREET_ALLOWED_HOSTS."))
    elif not _is_allowed(host):
        what = gettext_noop("%(host)s stands in DISCREET_BASE_URL and not in DISCREET_ALLOWED_HOSTS.")
        yield fail("address", what, gettext_noop("Add it to DISCREET_ALLOWED_HOSTS."), host=host)
    elif url.scheme != "https" and host not in _LOOPBACK:
        what = gettext_noop("Customers reach %(host)s without encryption.")
        to_do = gettext_noop("Put a TLS proxy in front and set DISCREET_BASE_URL to its https:// address.")
        yield fail("address", what, to_do, host=host)
    elif host in _LOOPBACK:
        what = gettext_noop("Links in mails lead to %(host)s: only this machine can follow them.")
        to_do = gettext_noop("Set DISCREET_BASE_URL to the address that customers reach.")
        yield warn("address", what, to_do, host=host)
    else:
        yield good("address", gettext_noop("Customers reach %(host)s with TLS."), host=host)


def _is_allowed(host: str) -> bool:
    allowed = [one.strip("[]") for one in settings.ALLOWED_HOSTS]
    return host in allowed or any(one.startswith(".") and f".{host}".endswith(one) for one in allowed)


def _mail() -> Iterator[Finding]:
    smtp_url, sender = settings.ENVIRONMENT.smtp_url, settings.ENVIRONMENT.mail_from
    if not smtp_url:
        what = gettext_noop("Outgoing mail goes to a folder: no customer gets any.")
        yield warn("mail", what, gettext_noop("Set DISCREET_SMTP_URL and DISCREET_MAIL_FROM."))
        return
    if sender.endswith("@localhost"):
        what = gettext_noop("The sender of mails is still the default.")
        yield warn("mail", what, gettext_noop("Set DISCREET_MAIL_FROM to an address of your company."))
    url = urlsplit(smtp_url)
    try:
        _greet(url.scheme, url.hostname or "", url.port or (465 if url.scheme == "smtps" else 587))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        what = gettext_noop("The mail server %(host)s does not answer (%(error)s).")
        to_do = gettext_noop("Check DISCREET_SMTP_URL and the network.")
        yield fail("mail", what, to_do, host=url.hostname or "?", error=type(error).__name__)
        return
    yield good("mail", gettext_noop("The mail server %(host)s answers."), host=url.hostname or "")


def _greet(scheme: str, host: str, port: int) -> None:
    if scheme == "smtps":
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(host, port, timeout=_MAIL_TIMEOUT_S, context=context) as server:
            server.noop()
    else:
        with smtplib.SMTP(host, port, timeout=_MAIL_TIMEOUT_S) as server:
            server.noop()


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (_mode, _home, _disk, _address, _mail, _second_place)
