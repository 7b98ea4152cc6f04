"""The committed maps of the samples."""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import pymysql
import pymysql.constants.CLIENT
import pytest

from discreet.foundation.datamap import actions, queries
from discreet.foundation.datamap.mapfile_read import parse
from discreet.foundation.datamap.mapfile_write import dump
from discreet.foundation.sources.actions import connect_source
from discreet.vocabulary.actors import Actor, ActorKind, Role

MAPS_FOLDER = Path(__file__).parents[2] / "maps"
MAPS = sorted(MAPS_FOLDER.glob("*.yaml"))
SAMPLES = Path(__file__).parents[4] / "shared" / "samples"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OPERATOR = Actor(kind=ActorKind.SHELL, name="operator", roles=frozenset(Role))


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_committed_map_is_written_as_the_export_writes_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert dump(parse(text)) == text


def _connect(name: str, url: str) -> None:
    connect_source(actor=OPERATOR, now=NOW, name=name, url=url)
    text = (MAPS_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    actions.apply_map(actor=OPERATOR, now=NOW, text=text)


def _sample(name: str) -> str:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("../shared is absent")
    return gzip.decompress(path.read_bytes()).decode("utf-8")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_the_map_of_northwind_covers_all_of_it_on_postgresql(postgresql_url: str) -> None:
    with psycopg.connect(postgresql_url, autocommit=True) as connection:
        connection.execute(_sample("northwind/northwind_psql.sql.gz"))
    _connect("northwind", postgresql_url)
    assert queries.not_covered() == ()
    assert len(queries.graph().tables) == 14


@pytest.mark.mariadb
@pytest.mark.django_db(transaction=True)
def test_the_map_of_mall_covers_all_of_it_on_mariadb(mariadb_url: str) -> None:
    address = urlsplit(mariadb_url)
    with (
        pymysql.connect(
            host=address.hostname or "",
            port=address.port or 3306,
            user=address.username or "",
            password=unquote(address.password or ""),
            database=address.path.lstrip("/"),
            client_flag=pymysql.constants.CLIENT.MULTI_STATEMENTS,
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(_sample("mall/mall.sql.gz"))
        while cursor.nextset():
            pass
    _connect("mall", mariadb_url)
    assert queries.not_covered() == ()
    assert len(queries.graph().tables) == 76
