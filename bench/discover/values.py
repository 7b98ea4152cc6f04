"""One value for each concept: of a person, or of a thing that may look like one."""

import json
import string
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

import yaml

from bench.discover import identifiers as ids
from bench.discover.people import Person, Pool

EPOCH = datetime(2019, 1, 1)  # noqa: DTZ001 - sources keep local times


@cache
def phrases() -> dict[str, dict[str, list[str]]]:
    text = (Path(__file__).parent / "data" / "phrases.yaml").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    return loaded


@dataclass(slots=True)
class World:
    """How one schema writes its values."""

    rng: Random
    pool: Pool
    phone_form: int
    gender_form: int
    date_form: int
    number_form: int
    hash_form: int

    @property
    def words(self) -> dict[str, list[str]]:
        return phrases()["zh" if self.pool.locale == "zh_CN" else "en"]

    def pick(self, key: str) -> str:
        return str(self.rng.choice(self.words[key]))

    def person(self) -> Person:
        return Person(rng=self.rng, pool=self.pool, phone_form=self.phone_form)

    def day(self, value: date) -> str:
        return value.strftime(("%Y-%m-%d", "%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")[self.date_form])

    def moment(self) -> datetime:
        return EPOCH + timedelta(seconds=self.rng.randrange(5 * 365 * 86400))

    def text(self, key: str, person: Person) -> str:
        """Return a sentence or three; some name people and how to reach them."""
        parts = [self.pick(key) for _ in range(self.rng.choice((1, 1, 2, 3)))]
        facts = {
            "full": person.full, "mobile": person.mobile, "email": person.email, "street": person.street,
            "handle": person.handle, "other": self.person().full,
        }  # fmt: skip
        return (" " if self.words is phrases()["en"] else "").join(part.format(**facts) for part in parts)


def _gender(world: World, person: Person) -> object:
    pair = (
        world.words["genders"],
        world.words["genders"],
        ("M", "F"),
        (1, 2),
        (1, 0),
    )[world.gender_form]
    return pair[0] if person.is_male else pair[1]


def _hash(world: World, person: Person) -> str:
    rng = world.rng
    letters = string.ascii_letters + string.digits + "./"
    match world.hash_form:
        case 0:
            return "$2a$10$" + "".join(rng.choices(letters, k=53))
        case 1:
            return f"{rng.getrandbits(128):032x}"
        case 2:
            return f"pbkdf2_sha256$600000${''.join(rng.choices(letters, k=12))}${''.join(rng.choices(letters, k=43))}="
    return sha256(str(rng.random()).encode()).hexdigest()


def _order_no(world: World, person: Person) -> str:
    rng = world.rng
    match world.number_form:
        case 0:
            return f"1{ids.digits(rng, 10)}"  # as long as a Chinese mobile number, and begins like one
        case 1:
            return f"{world.moment():%Y%m%d%H%M%S}{ids.digits(rng, 4)}"
        case 2:
            return f"SO-{rng.randrange(2019, 2024)}-{ids.digits(rng, 6)}"
    return f"{world.moment():%Y%m%d}{ids.digits(rng, 8)}"


def _sku(world: World, person: Person) -> str:
    rng = world.rng
    match world.number_form:
        case 0:
            return f"{rng.choice(ids.REGIONS)}{world.moment():%Y%m%d}{ids.digits(rng, 4)}"  # like an identity number
        case 1:
            return f"{rng.choice(ids.LETTERS)}{ids.digits(rng, 8)}"  # like a passport
        case 2:
            return f"{''.join(rng.choices(ids.LETTERS, k=3))}-{ids.digits(rng, 4)}"
    return ids.digits(rng, 6)


def _tracking(world: World, person: Person) -> str:
    rng = world.rng
    return (
        f"SF{ids.digits(rng, 13)}",
        f"1Z{''.join(rng.choices(ids.LETTERS + string.digits, k=16))}",
        ids.digits(rng, 12),
        f"JD{ids.digits(rng, 14)}",
    )[world.number_form]


def _version(world: World, person: Person) -> str:
    rng = world.rng
    parts = [rng.randrange(1, 20) for _ in range(rng.choice((3, 4, 4)))]
    return ".".join(map(str, parts))  # four parts look like an address


def _thing_json(world: World, person: Person) -> str:
    content = {
        "color": world.pick("colours"),
        "size": world.rng.randrange(30, 48),
        "brand": world.pick("brands"),
    }
    if world.rng.random() < 0.5:
        return json.dumps([{"key": "颜色", "value": world.pick("colours")}], ensure_ascii=False)
    return json.dumps(content, ensure_ascii=False)


def _profile(world: World, person: Person) -> str:
    content: dict[str, object] = {
        "name": person.full,
        "mobile": person.mobile,
        "source": world.pick("channels"),
    }
    if world.rng.random() < 0.6:
        content["contact"] = {"email": person.email, "address": person.street}
    return json.dumps(content, ensure_ascii=False)


def _contact_xml(world: World, person: Person) -> str:
    return f"<party><name>{person.full}</name><tel>{person.mobile}</tel><mail>{person.email}</mail></party>"


def _thing_name(world: World, person: Person) -> str:
    gap = "" if world.pool.locale == "zh_CN" else " "
    return f"{world.pick('adjectives')}{gap}{world.pick('nouns')}"


def _photo(world: World, person: Person) -> str:
    return f"https://img.example.com/avatar/{ids.digits(world.rng, 8)}.{world.rng.choice(('jpg', 'png'))}"


def _agent(world: World, person: Person) -> str:
    rng = world.rng
    system = rng.choice(
        ("Windows NT 10.0; Win64; x64", "iPhone; CPU iPhone OS 16_2 like Mac OS X", "Linux; Android 13")
    )
    return (
        f"Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{rng.randrange(90, 121)}.0.0.0"
    )


def _pick(key: str) -> Callable[[World, Person], object]:
    return lambda world, person: world.pick(key)


def _number(low: int, high: int) -> Callable[[World, Person], object]:
    return lambda world, person: world.rng.randrange(low, high)


def _real(low: float, high: float, places: int = 2) -> Callable[[World, Person], object]:
    return lambda world, person: round(world.rng.uniform(low, high), places)


def _token(length: int) -> Callable[[World, Person], object]:
    return lambda world, person: "".join(world.rng.choices(string.ascii_letters + string.digits, k=length))


def _time(world: World, person: Person) -> str:
    return f"{world.moment():%Y-%m-%d %H:%M:%S}"


def _date(world: World, person: Person) -> str:
    return world.day(world.moment().date())


def _fact(name: str) -> Callable[[World, Person], object]:
    return lambda world, person: getattr(person, name)


def _placed(name: str) -> Callable[[World, Person], object]:
    return lambda world, person: getattr(person.place, name)


def _social(world: World, person: Person) -> str:
    return f"https://www.linkedin.com/in/{person.handle}" if world.number_form % 2 else f"@{person.handle}"


# fmt: off
VALUES: dict[str, Callable[[World, Person], object]] = {
    "full_name": _fact("full"), "first_name": _fact("first"), "last_name": _fact("last"),
    "middle_name": lambda w, p: w.person().first, "former_name": lambda w, p: w.person().last,
    "nickname": lambda w, p: p.first if w.rng.random() < 0.5 else p.handle, "username": _fact("handle"),
    "gender": _gender, "salutation": _pick("salutations"), "birth_date": lambda w, p: w.day(p.born),
    "birth_year": lambda w, p: p.born.year, "birth_place": _placed("city"), "age": lambda w, p: 2023 - p.born.year,
    "national_id": lambda w, p: ids.national_id(w.rng, w.pool.locale, p.born, p.is_male),
    "passport": lambda w, p: ids.passport(w.rng, w.pool.locale),
    "driving_licence": lambda w, p: ids.driving_licence(w.rng, w.pool.locale, p.born),
    "ssn": lambda w, p: ids.ssn(w.rng, w.pool.locale), "tax_number": lambda w, p: ids.tax_number(w.rng, w.pool.locale),
    "nationality": _pick("nationalities"), "ethnicity": _pick("ethnicities"), "religion": _pick("religions"),
    "political": _pick("parties"), "marital": _pick("maritals"), "disability": _pick("disabilities"),
    "children": _number(0, 5), "relation": _pick("relations"), "language": _pick("languages"), "photo": _photo,
    "signature": lambda w, p: f"/sign/{ids.digits(w.rng, 9)}.png", "fingerprint": _token(64), "height": _number(150, 200),
    "criminal": _pick("criminals"), "union": _number(0, 2),
    "email": _fact("email"), "phone": _fact("phone"), "mobile": _fact("mobile"), "fax": _fact("phone"),
    "street": _fact("street"), "street2": lambda w, p: f"{w.rng.randrange(1, 30)}-{w.rng.randrange(101, 2800)}",
    "city": _placed("city"), "district": _placed("district"), "region": _placed("region"),
    "country": _placed("country"), "postal_code": _placed("postal_code"),
    "wechat": lambda w, p: f"wx_{p.handle}", "qq": _number(10**8, 10**10), "openid": lambda w, p: "o" + _token(27)(w, p),  # type: ignore[operator]
    "linkedin": _social, "password_hash": _hash, "salt": _token(8), "security_answer": lambda w, p: w.person().last,
    "otp_secret": lambda w, p: "".join(w.rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=32)), "access_token": _token(40),
    "session_id": _token(32), "cookie": lambda w, p: f"GA1.2.{ids.digits(w.rng, 9)}.{ids.digits(w.rng, 10)}",
    "ip": lambda w, p: ids.ipv4(w.rng), "user_agent": _agent, "imei": lambda w, p: ids.imei(w.rng),
    "mac": lambda w, p: ids.mac(w.rng), "device_id": lambda w, p: ids.uuid(w.rng).upper(),
    "latitude": _real(22, 52, 6), "longitude": _real(-3, 120, 6), "login_city": _placed("city"),
    "bank_account": lambda w, p: ids.bank_account(w.rng, w.pool.locale), "card_number": lambda w, p: ids.card(w.rng),
    "card_masked": lambda w, p: ids.digits(w.rng, 4), "credit_score": _number(300, 850), "salary": _real(2500, 30000),
    "insurance_no": lambda w, p: f"{w.rng.choice(ids.LETTERS)}{ids.digits(w.rng, 9)}",
    "job_title": lambda w, p: w.rng.choice(w.pool.jobs), "employer": lambda w, p: w.rng.choice(w.pool.companies),
    "hire_date": _date, "department": _pick("departments"), "education": _pick("degrees"), "school": _pick("schools"),
    "grade_mark": _number(35, 101), "diagnosis": _pick("diagnoses"),
    "icd_code": lambda w, p: f"{w.rng.choice('EIJMG')}{w.rng.randrange(10, 99)}.{w.rng.randrange(10)}",
    "blood_type": lambda w, p: w.rng.choice(("A", "B", "O", "AB") if w.number_form % 2 else ("A+", "O-", "B+", "AB+", "O+")),
    "allergies": _pick("allergies"), "lab_result": _real(0.1, 200), "drug": _pick("drugs"),
    "plate": lambda w, p: ids.plate(w.rng, w.pool.locale), "vin": lambda w, p: ids.vin(w.rng),
    "free_text": lambda w, p: w.text("notes", p), "message": lambda w, p: w.text("messages", p),
    "preference": _pick("preferences"), "diet": _pick("diets"), "membership": _pick("memberships"),
    "person_no": lambda w, p: f"{w.rng.choice(('C', 'K', 'M'))}{ids.digits(w.rng, 6)}", "opt_in": _number(0, 2),
    "profile_json": _profile, "contact_xml": _contact_xml,
    "created_at": _time, "updated_at": _time, "login_at": _time, "verified_at": _time, "deleted_at": _time,
    "event_date": _date, "due_date": _date, "status": _pick("statuses"), "status_code": _number(0, 4),
    "kind": _pick("kinds"), "channel": _pick("channels"), "amount": _real(5, 5000), "price": _real(1, 900),
    "balance": _real(0, 90000), "points": _number(0, 5000), "quantity": _number(1, 60),
    "percent": lambda w, p: w.rng.choice((0.05, 0.1, 0.13, 0.19, 0.2, 0.5)),
    "currency": lambda w, p: w.rng.choice(("CNY", "USD", "EUR", "GBP")), "sort": _number(0, 100), "duration": _number(1, 3600),
    "count": _number(0, 900), "order_no": _order_no, "invoice_no": lambda w, p: ids.digits(w.rng, (8, 16, 12, 20)[w.number_form]),
    "tracking_no": _tracking, "sku": _sku, "barcode": lambda w, p: ids.ean13(w.rng),
    "serial_no": lambda w, p: f"SN{ids.digits(w.rng, 10)}", "batch_no": lambda w, p: f"{w.moment():%Y%m%d}{ids.digits(w.rng, 2)}",
    "transaction_no": lambda w, p: ids.digits(w.rng, (16, 18, 28, 19)[w.number_form]),
    "code": lambda w, p: f"{''.join(w.rng.choices(ids.LETTERS, k=2))}{ids.digits(w.rng, 4)}",
    "hash": lambda w, p: sha256(str(w.rng.random()).encode()).hexdigest()[: (64, 40, 32, 64)[w.number_form]],
    "uuid": lambda w, p: ids.uuid(w.rng), "version": _version, "thing_name": _thing_name, "thing_text": _pick("texts"),
    "thing_pic": lambda w, p: f"https://img.example.com/goods/{ids.digits(w.rng, 6)}.jpg", "brand": _pick("brands"),
    "colour": _pick("colours"), "weight": _real(0.1, 90), "thing_json": _thing_json,
    "thing_xml": lambda w, p: f"<spec><color>{w.pick('colours')}</color><size>{w.rng.randrange(99)}</size></spec>",
    "target_gender": lambda w, p: w.rng.choice((*w.words["genders"], "unisex")),
    "age_group": lambda w, p: w.rng.choice(("0-3", "3-6", "6-12", "18+")), "origin": _pick("nationalities"),
    "org_city": lambda w, p: w.rng.choice(w.pool.places[:12]).city, "org_street": lambda w, p: w.rng.choice(w.pool.places).street,
    "org_phone": lambda w, p: ids.phone(w.rng, w.pool.locale, is_mobile=False, form=w.phone_form),
    "org_email": lambda w, p: f"{w.rng.choice(('info', 'support', 'sales'))}@company.example",
    "org_name": lambda w, p: w.rng.choice(w.pool.companies), "opening": lambda w, p: f"0{w.rng.randrange(7, 10)}:00-{w.rng.randrange(17, 22)}:00",
    "url": lambda w, p: f"https://www.example.com/{w.rng.choice(('p', 'docs', 'api'))}/{ids.digits(w.rng, 5)}",
    "file_name": lambda w, p: f"{w.moment():%Y/%m}/{ids.digits(w.rng, 8)}.{w.rng.choice(('pdf', 'docx', 'jpg'))}",
    "mime": lambda w, p: w.rng.choice(("application/pdf", "image/jpeg", "text/csv")),
    "config_key": lambda w, p: w.rng.choice(("mail.sender", "order.timeout", "login.max_retry", "export.daily", "name.length")),
    "config_value": lambda w, p: w.rng.choice(("30", "true", "smtp", "5", "10.2.0.1", "zh_CN")),
    "template": lambda w, p: w.pick("texts"), "author": lambda w, p: w.person().full, "flag": _number(0, 2),
    "deleted": lambda w, p: int(w.rng.random() < 0.1), "row_version": _number(0, 9),
    "term": lambda w, p: f"{w.rng.randrange(2018, 2024)}-{w.rng.choice((1, 2))}", "room": lambda w, p: str(w.rng.randrange(101, 2300)),
    "reading": _real(0, 9000, 1), "rating": _number(1, 6), "reason": _pick("reasons"),
}
# fmt: on
