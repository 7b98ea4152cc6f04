"""A company whose customers stand in two databases and in a folder of CSV files, each under ids of its own.

Every story has a person of its own, so that stories share one installation and none sees what another did. What is
whose is asked of the places themselves, never of Discreet.
"""

import csv
import secrets
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psycopg

from tests.servers import Server

LANGUAGES = ("en", "zh-hans")
RESIDENCES = {"en": "DE", "zh-hans": "CN"}
STORIES = ("copy", "correct", "erase", "choice", "agent", "batch1", "batch2", "batch3")
GIVEN_EN = ("Mia", "Ada", "Ida", "Eva", "Zoe", "Lea", "Kim", "Pia")
GIVEN_ZH = "美兰竹菊梅荷桃杏"
SHOP = (
    "CREATE TABLE customer (id integer PRIMARY KEY, email varchar(200) UNIQUE, phone varchar(40),"
    " name varchar(120), city varchar(60))",
    "CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer REFERENCES customer (id), note varchar(300))",
    "CREATE TABLE invoice (id integer PRIMARY KEY, customer_id integer, billing_name varchar(120), total integer,"
    " year_end date)",
)
CLUB = (
    "CREATE TABLE member (id integer PRIMARY KEY, mail text UNIQUE, mobile text, full_name text, allergies text)",
    "CREATE TABLE visit (id integer PRIMARY KEY, member_id integer REFERENCES member (id), seen_on date)",
)
TABLES = {
    "shop.customer": "id, email, phone, name, city",
    "shop.orders": "id, customer_id, note",
    "shop.invoice": "id, customer_id, billing_name, total, year_end",
    "club.member": "id, mail, mobile, full_name, allergies",
    "club.visit": "id, member_id, seen_on",
    "crm.contacts": "no,mail,phone,full_name",
    "crm.calls": "call,no,words",
}
MAP = """
version: 1
sources:
  shop:
    tables:
      customer:
        people: true
        columns: {id: none, email: email, phone: phone, name: name, city: address}
      orders:
        columns: {id: none, customer_id: none, note: free_text}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
      invoice:
        keep:
          article: GDPR Art. 17(3)(b); AO § 147(1) No. 4, (3)
          reason:
            en: Tax law requires invoices to be kept for eight years after the end of their year.
            zh: 税法要求发票自开具当年年末起保存八年。
          years: 8
          from: year_end
          fields: [billing_name]
        columns: {id: none, customer_id: none, billing_name: name, total: none, year_end: none}
        links:
        - {columns: [customer_id], to: customer, to_columns: [id], role: owner}
  club:
    tables:
      member:
        people: true
        columns: {id: none, mail: email, mobile: phone, full_name: name, allergies: health}
      visit:
        columns: {id: none, member_id: none, seen_on: behaviour}
        links:
        - {columns: [member_id], to: member, to_columns: [id], role: owner}
  crm:
    tables:
      contacts:
        people: true
        columns: {no: none, mail: email, phone: phone, full_name: name}
      calls:
        columns: {call: none, no: none, words: free_text}
        links:
        - {columns: [no], to: contacts, to_columns: [no], role: owner}
"""
Rows = dict[str, dict[str, tuple[str, ...]]]  # by "source.table" and first cell


@dataclass(frozen=True, slots=True)
class Person:
    """`number`: what all ids of theirs are made of."""

    number: int
    story: str
    language: str

    @property
    def email(self) -> str:
        return f"{self.story}.{self.language[:2]}@example.com"

    @property
    def name(self) -> str:
        place = STORIES.index(self.story)
        return f"{GIVEN_EN[place]} Canary" if self.language == "en" else f"林晓{GIVEN_ZH[place]}"

    @property
    def phone(self) -> str:
        return f"+49 30 90 18 2{self.number}" if self.language == "en" else f"+86 139 0000 0{self.number}"

    @property
    def residence(self) -> str:
        if (self.story, self.language) == ("agent", "en"):
            return "US-CA"  # whose law says most of agents. Source: 11 CCR 7063
        return RESIDENCES[self.language]

    @property
    def has_invoice(self) -> bool:
        return self.story == "erase"

    @property
    def allergies(self) -> str:
        return "nuts " + "".join("abcdefghij"[int(digit)] for digit in str(self.number))

    @property
    def words(self) -> tuple[str, ...]:
        """What only their rows hold."""
        return (
            self.email,
            self.name,
            self.digits,
            self.allergies,
            f"ring-{self.number}",
            f"said-{self.number}",
        )

    @property
    def digits(self) -> str:
        """The end of the phone number, without blanks."""
        return self.phone.replace(" ", "")[-8:]

    @property
    def keys(self) -> Mapping[str, set[str]]:
        """The ids of their rows by table."""
        found = {
            "shop.customer": {f"{self.number}"},
            "shop.orders": {f"{self.number}1", f"{self.number}2"},
            "shop.invoice": {f"{self.number}5"} if self.has_invoice else set(),
            "club.member": {f"9{self.number}"},
            "club.visit": {f"9{self.number}1", f"9{self.number}2"},
            "crm.contacts": {f"00{self.number}"},
            "crm.calls": {f"C{self.number}"},
        }
        return {table: keys for table, keys in found.items() if keys}


PEOPLE = {
    (story, language): Person(number=101 + place * 2 + index, story=story, language=language)
    for place, story in enumerate(STORIES)
    for index, language in enumerate(LANGUAGES)
}


def squeezed(text: str) -> str:
    """Return a text without what phone numbers are written with."""
    return text.replace(" ", "").replace("-", "").replace("/", "")


@dataclass(frozen=True)
class Places:
    """The three places: `shop` is a file, `club` an address, `crm` a folder."""

    shop: Path
    club: str
    crm: Path

    @cached_property
    def urls(self) -> dict[str, str]:
        return {"shop": f"sqlite:///{self.shop}", "club": self.club, "crm": f"files://{self.crm}"}

    def rows(self) -> Rows:
        """Return every row of every table by its id."""
        found: Rows = {}
        with closing(sqlite3.connect(self.shop)) as shop, psycopg.connect(self.club) as club:
            for name, columns in TABLES.items():
                source, table = name.split(".")
                if source == "crm":
                    with (self.crm / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                        rows: list[tuple[object, ...]] = [tuple(row) for row in csv.reader(file)][1:]
                else:
                    sql = f"SELECT {columns} FROM {table}"
                    rows = (shop.execute(sql) if source == "shop" else club.execute(sql.encode())).fetchall()
                found[name] = {str(row[0]): tuple(map(str, row)) for row in rows}
        return found

    def lines(self) -> dict[str, list[bytes]]:
        """Return the CSV files byte for byte, line by line."""
        return {path.stem: path.read_bytes().splitlines(keepends=True) for path in self.crm.glob("*.csv")}


def where(rows: Rows, text: str) -> set[str]:
    """Return the tables in which a text stands."""
    return {
        table
        for table, found in rows.items()
        if any(squeezed(text) in squeezed(cell) for row in found.values() for cell in row)
    }


@contextmanager
def filled(folder: Path, server: Server) -> Iterator[Places]:
    """Make the three places and fill them."""
    database = f"story_{secrets.token_hex(6)}"
    places = Places(shop=folder / "shop.sqlite", club=server.url("postgresql", database), crm=folder / "crm")
    with psycopg.connect(server.url("postgresql", "postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {database} TEMPLATE template0".encode())
        with closing(sqlite3.connect(places.shop)) as shop, shop, psycopg.connect(places.club) as club:
            for sql in SHOP:
                shop.execute(sql)
            for sql in CLUB:
                club.execute(sql.encode())
            for person in PEOPLE.values():
                _in_shop(shop, person)
                _in_club(club, person)
        _in_crm(places.crm)
        yield places
        admin.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)".encode())


def _in_shop(shop: sqlite3.Connection, person: Person) -> None:
    number = person.number
    shop.execute(
        "INSERT INTO customer VALUES (?, ?, ?, ?, 'Bern')", (number, person.email, person.phone, person.name)
    )
    other = PEOPLE["choice", person.language]  # somebody whom staff wrote down in this person's row
    notes = (f"ring-{number}", f"or ask {other.email}" if person.story == "copy" else "")
    for place, note in enumerate(notes, start=1):
        shop.execute("INSERT INTO orders VALUES (?, ?, ?)", (number * 10 + place, number, note))
    if person.has_invoice:
        row = (number * 10 + 5, number, person.name, 1990, "2025-12-31")
        shop.execute("INSERT INTO invoice VALUES (?, ?, ?, ?, ?)", row)


def _in_club(club: "psycopg.Connection[tuple[object, ...]]", person: Person) -> None:
    member = int(f"9{person.number}")
    row = (member, person.email, squeezed(person.phone), person.name, person.allergies)
    club.execute("INSERT INTO member VALUES (%s, %s, %s, %s, %s)", row)
    for place in (1, 2):
        club.execute("INSERT INTO visit VALUES (%s, %s, '2026-05-04')", (member * 10 + place, member))


def _in_crm(folder: Path) -> None:
    folder.mkdir()
    contacts, calls = [TABLES["crm.contacts"]], [TABLES["crm.calls"]]
    for person in PEOPLE.values():
        phone = person.phone.replace("+", "00")
        contacts.append(f"00{person.number},{person.email},{phone},{person.name}")
        calls.append(f'C{person.number},00{person.number},"said-{person.number}, twice"')
    for name, lines in (("contacts", contacts), ("calls", calls)):
        (folder / f"{name}.csv").write_bytes("".join(f"{line}\r\n" for line in lines).encode())
