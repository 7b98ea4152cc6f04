"""What the demo holds: the sample company's profile, sources, map, staff and a few requests.

Every part is made once; a start that was cut off goes on where it stopped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import click
from django.utils import timezone

from discreet.foundation.datamap import actions as map_actions
from discreet.foundation.datamap import queries as map_queries
from discreet.foundation.datamap import scan_actions, scan_queries
from discreet.foundation.datamap.scan_cli import drive, told
from discreet.foundation.datamap.scan_queries import ScanView
from discreet.foundation.datamap.scanning import Driver
from discreet.foundation.datamap.stated import Stated, compared, parts_of
from discreet.foundation.organisation import actions as organisation
from discreet.foundation.organisation.company import CompanyProfile
from discreet.foundation.sources import actions as source_actions
from discreet.foundation.sources import queries as source_queries
from discreet.foundation.staff import actions as staff
from discreet.foundation.staff import queries as staff_queries
from discreet.project.demo_accounts import ACCOUNTS, PASSWORD
from discreet.project.demo_requests import make_requests
from discreet.project.sample.build import build, map_text, sample_company
from discreet.vocabulary.actors import Actor, ActorKind, Role

MAKER = Actor(kind=ActorKind.SYSTEM, name="demo", roles=frozenset(Role))


PROFILE = CompanyProfile(
    name_en="Qingshan Home",
    name_zh="青杉家居",
    brands=("Qingshan",),
    legal_entities=("Qingshan Home GmbH", "青杉家居（上海）有限公司"),
    officer="Lena Brandt",
    officer_email="privacy@example.com",
    contact_email="privacy@example.com",
    contact_address="Lindenweg 1, 10969 Berlin",
    phone_region="CN",
)


def make_company(*, home: Path, mark: Path) -> None:
    """Make whatever is missing, then set the mark."""
    now = timezone.now()
    company = sample_company(home / "sample")
    if not company.is_complete:
        company = build(home / "sample")
        click.echo("  20,000 customers in four databases, and a folder of files")
    organisation.set_profile(actor=MAKER, now=now, profile=PROFILE)
    _make_accounts(now)
    for name, path in company.databases.items():
        if name not in source_queries.source_names():
            url = f"sqlite:///{path}"
            source_actions.connect_source(actor=MAKER, now=now, name=name, url=url, write_url=url)
    if "files" not in source_queries.source_names():
        url = f"files://{company.files}"
        source_actions.connect_source(actor=MAKER, now=now, name="files", url=url, is_read_only=True)
    for name in [*company.databases, "files"]:
        _discover(name)
    if _is_open(company.databases):
        _apply_map(list(company.databases), now)
    make_requests(now=now)
    mark.write_text('{"ready": true}\n', encoding="utf-8")


def _apply_map(names: Sequence[str], now: datetime) -> None:
    """Confirm the databases as the sample's own map file states them, and say what of it a person added."""
    found = {name: parts_of(name) for name in names}
    map_actions.apply_map(actor=MAKER, now=now, text=map_text())
    stated = sum((compared(found[name], parts_of(name)) for name in names), Stated(0, 0, 0))
    click.echo(f"  looked through by the sample's own map file and confirmed: {stated.words}")
    click.echo("  (the desk marks what was corrected; the folder of files waits for you to confirm it)")


def _discover(name: str) -> None:
    """Scan a source as a user would, saying how far it is; what was scanned before is left."""
    last = scan_queries.latest(name)
    if last is not None and last.state == "done":
        return
    now = timezone.now()
    map_actions.ensure_proposed(actor=MAKER, now=now, source=name)
    begun = scan_actions.start_scan(actor=MAKER, now=now, source=name, by_worker=False)
    drive(
        Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=MAKER), name=name, actor=MAKER, tell=_tell
    )
    click.echo(f"\r  {name}: {told(name)[0]}")


def _tell(name: str, view: ScanView) -> None:
    click.echo(f"\r  {name}: {view.percent} %", nl=False)


def _is_open(names: Iterable[str]) -> bool:
    return any(map_queries.source_map(name).open_count for name in names)


def _make_accounts(now: datetime) -> None:
    present = {member.username for member in staff_queries.members()}
    for account in ACCOUNTS:
        if account.username not in present:
            staff.create_member(
                actor=MAKER,
                now=now,
                username=account.username,
                email=f"{account.username}@example.com",
                roles=account.roles,
                full_name=account.full_name,
                password=PASSWORD,
            )
