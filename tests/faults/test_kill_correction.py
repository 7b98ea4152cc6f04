"""`kill -9` of the worker in the middle of a correction over five kinds of source: corrected once, and said once."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.faults import folders
from tests.faults.folders import Folders
from tests.faults.kills import CALLS, NEEDS_STRACE, Killing, killing
from tests.faults.request_steps import corrected, told
from tests.faults.three_sources import company_on, databases, entries
from tests.foundation.sources.conftest import Company
from tests.mechanisms.rights.correcting import CRM, MAP, MIA, NEW, ROWS, TABLES, TOM
from tests.stories.house import House, copy_home, new_house

pytestmark = [
    pytest.mark.promise(2),
    pytest.mark.postgresql,
    pytest.mark.mariadb,
    pytest.mark.xdist_group("kill"),
    NEEDS_STRACE,
]
SEED = 20_261_128
MALL = (
    "CREATE TABLE member (id integer PRIMARY KEY, login varchar(200), city varchar(60))",
    f"INSERT INTO member VALUES (3, '{MIA}', 'Bern'), (4, '{TOM}', 'Bern')",
)
MALL_MAP = """
  maria:
    tables:
      member:
        people: true
        columns: {id: none, login: email, city: address}
"""
#: By source what makes its tables, and what those are, the last one first to be emptied.
FILLS = {
    "files": ((*TABLES, *ROWS), ("mail_log", "orders", "subscription", "customer")),
    "postgres": (CRM, ("contact",)),
    "maria": (MALL, ("member",)),
}


class Correction:
    """An approved correction that waits for a worker, as often as wanted."""

    def __init__(self, folder: Path, companies: dict[str, Company]) -> None:
        self.folder, self.companies = folder, companies
        self.folders = Folders(folder, MIA)
        self.used = 0
        for name, company in companies.items():
            company.fill(FILLS[name][0])
        self.folders.fill()
        house = new_house(folder)
        text = MAP.replace("  shop:", "  files:").replace("to_source: shop", "to_source: files")
        text = text.replace("  crm:", "  postgres:") + MALL_MAP + folders.MAP
        (folder / "map.yaml").write_text(text)
        connects = [("connect", name, one.url, "--write-url", one.url) for name, one in companies.items()]
        house.run_all([*connects, *self.folders.connects(), ("map", "apply", str(folder / "map.yaml"))])
        self.number = corrected(house, old=MIA, new=NEW)
        self.home = house.home

    def again(self) -> House:
        for name, company in self.companies.items():
            made, tables = FILLS[name]
            for table in tables:
                company.run(f"DELETE FROM {table}")
            company.fill(tuple(one for one in made if one.startswith("INSERT")))
        self.folders.fill()
        self.used += 1
        copy_home(self.home, self.folder / f"try-{self.used}")
        return House(self.folder / f"try-{self.used}")

    def check(self, house: House) -> None:
        """Corrected everywhere, one outcome, nobody else's field touched, and the letter says so."""
        said = told(house, self.number)
        assert (said.state, said.outcome) == ("done", "corrected"), (said, house.log())
        assert self.number in said.proof, "a stranger's verifier refuses the proof"
        endings = [facts for act, facts in entries(house) if act == "rights.finish_correction"]
        assert [facts["outcome"] for facts in endings if "outcome" in facts] == ["corrected"]
        shop, crm, mall = (self.companies[name].run for name in ("files", "postgres", "maria"))
        assert shop("SELECT email FROM customer ORDER BY id") == [(NEW,), (TOM,)]
        assert shop("SELECT recipient FROM mail_log ORDER BY id") == [(NEW,), (NEW,), (TOM,)]
        assert shop("SELECT email FROM subscription ORDER BY customer_id") == [(NEW,), (TOM,)]
        assert MIA not in str(shop("SELECT * FROM customer"))
        assert crm("SELECT mail FROM contact ORDER BY id") == [(NEW.upper(),), (TOM,)]
        assert mall("SELECT * FROM member ORDER BY id") == [(3, NEW, "Bern"), (4, TOM, "Bern")]
        self.folders.check(now=NEW)


@pytest.fixture(scope="module")
def correction(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Correction]:
    folder = tmp_path_factory.mktemp("correction")
    with databases(request, folder) as urls, ExitStack() as stack:
        opened = {name: stack.enter_context(contextmanager(company_on)(url)) for name, url in urls.items()}
        yield Correction(folder, opened)


@pytest.fixture(scope="module")
def killed(correction: Correction, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killing]:
    with killing(correction, tmp_path_factory.mktemp("counts") / "strace.log") as made:
        assert made.most["renameat"] == 2, (
            f"two files in each folder, and each folder in a thread of its own: {made.most}"
        )
        yield made


def test_a_worker_killed_in_a_correction_leaves_it_corrected_once(
    killed: Killing,
) -> None:
    """Between two renames, and a message to a server by a fixed seed."""
    points = [("renameat", 2), ("sendto", random.Random(SEED).randint(1, killed.most["sendto"]))]
    did_kill = [killed.kill_at(*point) for point in points]
    assert any(did_kill)


@pytest.mark.full
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("call", CALLS)
def test_a_worker_killed_at_every_durable_write_leaves_it_corrected_once(killed: Killing, call: str) -> None:
    """Every flush, every message to a server, every rename; of the small writes to files every few."""
    killed.sweep(call)
