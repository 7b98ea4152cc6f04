"""`discreet doctor`: whether this installation can do its work, and what to do where it cannot.

Nothing is changed and nothing personal is read. A check that cannot run fails: unknown is not good.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction

from discreet.foundation.jobs.liveness import lease_s
from discreet.foundation.jobs.models import OutboxEvent
from discreet.foundation.jobs.queries import backlog, failing_schedules, last_heartbeat
from discreet.foundation.keys.api import check_keyring
from discreet.foundation.ledger.findings import Fault
from discreet.foundation.ledger.queries import latest_entries
from discreet.foundation.ledger.verify import verify_ledger
from discreet.foundation.sources import queries as sources
from discreet.foundation.sources import session
from discreet.foundation.sources.left_out import OLD_VERSIONS
from discreet.foundation.sources.rights import in_words
from discreet.project.operations import settings_checks
from discreet.project.operations.findings import Finding, Status, fail, good, warn
from discreet.project.start import missing_migrations
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop

_LAG = timedelta(minutes=5)
_SKEW = timedelta(minutes=5)
_LOOPBACK = ("localhost", "127.", "[::1]", "::1")
_RUN_UPGRADE = gettext_noop("Run `discreet upgrade`.")


def examine(now: datetime) -> list[Finding]:
    """Run every check. Later ones need a database that answers; without it they are left out."""
    found = [one for check in settings_checks.CHECKS for one in check()]
    for check in (_database, _keyring):
        found += _guarded(check, now)
        if found[-1].status is Status.FAIL:
            return found
    for check in (_ledger, _worker, _schedules, _backlog, _clock, _sources):
        found += _guarded(check, now)
    return found


Check = Callable[[datetime], Iterator[Finding]]


def _guarded(check: Check, now: datetime) -> list[Finding]:
    name = check.__name__.removeprefix("_")
    try:
        return list(check(now))
    except Refused as refusal:
        return [fail(name, refusal.message, "", **refusal.params)]
    except (DatabaseError, OSError) as error:
        what = gettext_noop("The check could not run (%(error)s).")
        to_do = gettext_noop("See to it that Discreet's database and home can be read and written.")
        return [fail(name, what, to_do, error=type(error).__name__)]


def _database(now: datetime) -> Iterator[Finding]:
    missing = missing_migrations()
    if missing:
        what = gettext_noop("The database lacks %(count)s changes of this version.")
        yield fail("database", what, _RUN_UPGRADE, count=len(missing))
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET app = app WHERE id = -1")  # takes the right to write
    yield good("database", gettext_noop("%(kind)s answers and can be written."), kind=connection.vendor)


def _keyring(now: datetime) -> Iterator[Finding]:
    check_keyring()
    yield good("keyring", gettext_noop("The keyring belongs to this database."))


def _ledger(now: datetime) -> Iterator[Finding]:
    verdict = verify_ledger()
    faults = {one.fault for one in verdict.findings}
    if not verdict.is_uncontradicted:
        what = gettext_noop("The evidence does not hold together: %(faults)s.")
        to_do = gettext_noop(
            "Run `discreet ledger verify`; keep the installation as it is until it is explained."
        )
        yield fail("ledger", what, to_do, faults=", ".join(sorted(faults)))
    elif Fault.WITNESS_EMPTY in faults:
        what = gettext_noop(
            "The second place holds no checkpoint: a cut or rolled-back end would not be seen."
        )
        to_do = gettext_noop(
            "See to it that DISCREET_CHECKPOINT_DIR names the folder that every machine shares and can be written; "
            "a worker then begins it anew, on record."
        )
        yield fail("ledger", what, to_do)
    elif faults:
        what = gettext_noop("The second place lacks the newest checkpoints.")
        to_do = gettext_noop("Start a worker and see to it that DISCREET_CHECKPOINT_DIR can be written.")
        yield warn("ledger", what, to_do)
    else:
        what = gettext_noop("%(count)s entries verified, in agreement with the second place.")
        yield good("ledger", what, count=verdict.entries)


def _worker(now: datetime) -> Iterator[Finding]:
    beaten_at = last_heartbeat()
    if beaten_at is not None and abs(now - beaten_at) < timedelta(seconds=3 * lease_s()):
        yield good("worker", gettext_noop("A worker lives."))
        return
    what = gettext_noop("No worker lives: requests, mails and evidence wait.")
    yield fail("worker", what, gettext_noop("Start `discreet serve`, or `discreet work` on any machine."))


def _schedules(now: datetime) -> Iterator[Finding]:
    failing = failing_schedules(now)
    for one in failing:
        what = gettext_noop("%(name)s has failed for %(minutes)s minutes (%(error)s).")
        to_do = gettext_noop("Look at the worker's log: it names the cause and the place.")
        minutes = int((now - one.since).total_seconds() // 60)
        yield fail("schedules", what, to_do, name=one.name, minutes=minutes, error=one.error)
    if not failing:
        yield good("schedules", gettext_noop("What runs at set times does not fail."))


def _backlog(now: datetime) -> Iterator[Finding]:
    waiting = backlog()
    oldest = OutboxEvent.objects.filter(is_delivered=False).order_by("id").first()
    if oldest is not None and now - oldest.published_at > _LAG:
        what = gettext_noop("%(count)s events wait, the oldest for %(minutes)s minutes.")
        minutes = int((now - oldest.published_at).total_seconds() // 60)
        to_do = gettext_noop("Look at the worker's log; start another worker if it is busy.")
        yield fail("outbox", what, to_do, count=waiting.events_waiting, minutes=minutes)
    else:
        yield good("outbox", gettext_noop("No event waits longer than five minutes."))
    if waiting.jobs_failed or waiting.deliveries_refused:
        what = gettext_noop("%(count)s jobs or deliveries ended with a failure.")
        to_do = gettext_noop("Look at the requests concerned on the desk; a new plan starts them again.")
        yield warn("jobs", what, to_do, count=waiting.jobs_failed + waiting.deliveries_refused)
    else:
        yield good("jobs", gettext_noop("No job ended with a failure."))


def _clock(now: datetime) -> Iterator[Finding]:
    newest = next(iter(latest_entries(limit=1)), None)
    if newest is not None and newest.at - now > _SKEW:
        what = gettext_noop("The newest evidence is dated %(seconds)s seconds after now.")
        to_do = gettext_noop("Set this machine's clock by NTP: legal deadlines are counted by it.")
        yield fail("clock", what, to_do, seconds=int((newest.at - now).total_seconds()))
        return
    yield good("clock", gettext_noop("The clock does not lag behind the evidence."))


def _sources(now: datetime) -> Iterator[Finding]:
    views = sources.sources()
    if not views:
        what = gettext_noop("No source is connected.")
        yield warn("sources", what, gettext_noop("Connect one: `discreet connect NAME URL`."))
    for view in views:
        yield from _source(view)


def _source(view: sources.SourceView) -> Iterator[Finding]:
    check = f"source {view.name}"
    lacks = ""
    try:
        with session.read(view.name) as reader:
            fingerprint = reader.fingerprint()
        if view.is_writable:
            with session.write(view.name) as writer:
                writer.refuse_replica()
                lacks = in_words(writer.missing_rights())
    except Refused as refusal:
        yield fail(check, refusal.message, "", **refusal.params)
        return
    problems = list(_source_warnings(check, view, fingerprint))
    if lacks:
        what = gettext_noop("Erasing will be refused: the write account lacks %(rights)s.")
        to_do = gettext_noop(
            "Give it what `discreet grants %(source)s` prints, then describe the source again."
        )
        problems.append(fail(check, what, to_do, rights=lacks, source=view.name))
    yield from problems
    if not problems:
        yield good(check, gettext_noop("Reachable for reading and writing."))


def _source_warnings(check: str, view: sources.SourceView, fingerprint: str) -> Iterator[Finding]:
    if view.tls == "plain" and not view.place.startswith(_LOOPBACK):
        what = gettext_noop("The connection is not encrypted.")
        yield fail(check, what, gettext_noop("Connect it again with TLS in its address."))
    if not view.is_writable:
        what = gettext_noop("It can be read only: erasure will not reach it.")
        yield warn(check, what, gettext_noop("Connect it again with --write-url."))
    if view.is_replica:
        what = gettext_noop("The read address is a replica, which never serves verification.")
        yield warn(check, what, gettext_noop("Name the primary as --write-url, or read from it."))
    old_versions = sources.describe(view.name).old_versions
    if old_versions in OLD_VERSIONS:
        to_do = gettext_noop(
            "Let older versions expire, and give the account the rights that `discreet grants` prints."
        )
        yield warn(check, OLD_VERSIONS[old_versions], to_do)
    if fingerprint != view.fingerprint:
        what = gettext_noop("Its structure has changed since it was described.")
        to_do = gettext_noop("Run `discreet map describe %(source)s` and confirm what is new.")
        yield warn(check, what, to_do, source=view.name)
