"""What a scan finds in the sample company, against its ground truth."""

from datetime import UTC, datetime

import pytest
import yaml
from bench.discover.scorer import score
from bench.discover.truth import truth_of

from discreet.foundation.datamap import actions, queries, scan_actions
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.sources import pools
from discreet.foundation.sources.actions import connect_source
from discreet.project.sample.build import DATABASES, SampleCompany, build, ground_truth_text
from discreet.vocabulary.actors import Actor, ActorKind

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SHELL = Actor(kind=ActorKind.SHELL, name="root")
OWN_KEYS = {"copy"}  # copies of names are listed apart: nothing is joined by them


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> SampleCompany:
    return build(tmp_path_factory.mktemp("discovered"))


def scanned(name: str, url: str) -> dict[str, object]:
    connect_source(actor=SHELL, now=NOW, name=name, url=url, is_read_only=True)
    actions.ensure_proposed(actor=SHELL, now=NOW, source=name)
    begun = scan_actions.start_scan(actor=SHELL, now=NOW, source=name, by_worker=False)
    driver = Driver(scan_id=begun.scan_id, attempt=begun.attempt, actor=SHELL)
    while driver.step(NOW) is Step.MORE:
        pass
    found = queries.as_json(name)
    pools.dispose_all()
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("source", [*DATABASES, "files"])
def test_a_scan_finds_what_the_ground_truth_says(company: SampleCompany, source: str) -> None:
    url = f"files://{company.files}" if source == "files" else f"sqlite:///{company.databases[source]}"
    truth = yaml.safe_load(ground_truth_text(source))
    truth["links"] = [link for link in truth["links"] if link[2] not in OWN_KEYS]
    result = score(scanned(source, url), truth_of(truth))
    found, missed, wrong = result.columns.right, result.columns.missed, result.columns.wrong
    assert 2 * found >= 0.96 * (2 * found + missed + wrong), result.misses
    assert result.false_personal == 0, result.misses
    assert result.people.missed == result.people.wrong == 0, result.misses
    assert result.links.missed == 0, result.misses
