"""Rows of the loyalty database, as a vendor in China built it: headers in initials of pinyin, no key declared.

The log of points copies nickname and phone of the day, and a backup table was forgotten. Identity numbers
have a right check digit and the sequence 000, which is given to nobody.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from discreet.project.sample.cast import CAST, Membership
from discreet.project.sample.people import Person, person
from discreet.project.sample.shop_office import Row

MEMBERS = 8_000
BACKUP = "t_hy_hyxx_bak20240601"
_FIRST_OWN = 25_000  # members whom the shop does not know
_FIRST_DAY = datetime(2020, 9, 1, 10, 0, 0)  # noqa: DTZ001 - the sample company stores local times
_STORES = (
    ("SH01", "上海南京西路店", "上海市南京西路 1 号", "021-55500101"),
    ("SH02", "上海徐家汇店", "上海市漕溪北路 8 号", "021-55500102"),
    ("HZ01", "杭州文三路店", "杭州市文三路 9 号", "0571-55500103"),
    ("BJ01", "北京朝阳店", "北京市朝阳北路 20 号", None),
)
_STAFF = ("陈伟", "王芳", "李静", "赵磊", "孙丽", "周敏", "吴霞", "郑强", "冯雪", "韩冰")
_NICKNAMES = ("小鱼", "阿杰", "糖糖", "豆豆妈", "大山", "木木", "Sunny", "静水", "老王", "晴天")
_REASONS = ("消费积分", "生日双倍积分", "兑换礼品", "签到", "人工调整")
_GIFTS = ("竹制托盘", "棉麻桌布", "陶瓷杯", "香薰蜡烛")
_PRIZES = (("橡木餐桌", 8_990), ("亚麻沙发", 12_990), ("购物卡", 2_000))
_NOTES = (None, None, None, None, "常客，喜欢喝茶", "孕妇，送货请轻放", "投诉过导购")
_LEVELS = ("普通", "银卡", "金卡", "钻石")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(slots=True)
class Rows:
    """Rows by table, in the column order of `loyalty.sql`."""

    t_md_mdxx: list[Row] = field(default_factory=list)
    t_xt_yg: list[Row] = field(default_factory=list)
    t_hy_hyxx: list[Row] = field(default_factory=list)
    t_hy_hyk: list[Row] = field(default_factory=list)
    t_hy_jfls: list[Row] = field(default_factory=list)
    t_hy_srlp: list[Row] = field(default_factory=list)
    t_hy_zjjl: list[Row] = field(default_factory=list)
    t_hy_hyxx_bak20240601: list[Row] = field(default_factory=list)

    def tables(self) -> Iterator[tuple[str, list[Row]]]:
        for name in self.__slots__:
            yield name, getattr(self, name)


@dataclass(frozen=True, slots=True)
class Member:
    """What the builder needs of somebody who joins. `mobile`: eleven digits, as tills in China key it in."""

    name: str | None
    nickname: str
    mobile: str
    born: str | None
    email: str | None
    address: str | None
    postal_code: str | None
    is_deleted: bool = False


def identity_number(region: str, born: str) -> str:
    """Return an identity number that nobody has. Source: GB 11643-1999."""
    body = f"{region}{born.replace('-', '')}000"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, _WEIGHTS, strict=True)) % 11]


class LoyaltyBuilder:
    """Fills `rows`: the named persons, Chinese customers of the shop, members of its own."""

    def __init__(self, rng: random.Random, addresses: list[Row]) -> None:
        self._rng = rng
        self._addresses = addresses
        self.rows = Rows()
        for number, name in enumerate(_STAFF, start=1):
            role, store = ("店长" if number <= 4 else "导购"), _STORES[number % len(_STORES)][0]
            hired = (date(2019, 3, 1) + timedelta(days=rng.randrange(1_500))).isoformat()
            left = "2025-03-31" if number == 9 else None
            mobile = f"1990008{number:04d}"
            self.rows.t_xt_yg.append((_badge(number), name, mobile, role, hired, left, store))
        for number, shop in enumerate(_STORES, start=1):
            self.rows.t_md_mdxx.append((*shop, _badge(number)))

    def _moment(self) -> datetime:
        return _FIRST_DAY + timedelta(minutes=self._rng.randrange(2_700_000))

    def _badge(self) -> str:
        return _badge(self._rng.randrange(len(_STAFF)) + 1)

    def _store(self) -> str:
        return self._rng.choice(_STORES)[0]

    def add_member(self, who: Member) -> str:
        """Add a member with a card; return the member's number."""
        rng = self._rng
        number = len(self.rows.t_hy_hyxx) + 1
        code, joined = f"HY{number:08d}", self._moment()
        store, clerk = self._store(), self._badge()
        at = joined.isoformat(sep=" ")
        self.rows.t_hy_hyxx.append(
            (
                number,
                code,
                who.name,
                who.nickname,
                rng.choice((0, 1, 2)),
                who.born,
                who.mobile,
                who.email,
                f"o{rng.getrandbits(80):020x}" if rng.random() < 0.5 else None,
                who.address,
                who.postal_code,
                rng.choice(_LEVELS),
                rng.randrange(0, 20_000),
                store,
                at,
                clerk,
                at,
                self._badge() if rng.random() < 0.3 else None,
                self._moment().isoformat(sep=" "),
                int(who.is_deleted),
                rng.choice(_NOTES),
            )
        )
        expires = f"{joined.year + 3}-12-31"
        card = f"90{rng.randrange(10**6):06d}{number:08d}"
        self.rows.t_hy_hyk.append((card, code, 1, at[:10], expires, rng.randrange(0, 900), store, clerk))
        return code

    def add_points(self, code: str, nickname: str, mobile: str) -> None:
        """Add a line of the log. Its number has eighteen digits and starts with a date, and is no identity number."""
        rng = self._rng
        number, at = len(self.rows.t_hy_jfls) + 1, self._moment()
        slip = f"1{3_000_000_000 + number * 11}" if rng.random() < 0.7 else None
        self.rows.t_hy_jfls.append(
            (
                f"{at:%Y%m%d}{number:010d}",
                code,
                nickname,
                mobile,
                rng.randrange(-500, 900),
                rng.choice(_REASONS),
                slip,
                self._store(),
                self._badge(),
                at.isoformat(sep=" "),
                self._badge() if rng.random() < 0.1 else None,
                0,
            )
        )

    def add_gift(self, code: str, who: Member) -> None:
        rng = self._rng
        parcel = f"SF1{rng.randrange(10**12):012d}"
        row = (code, rng.randrange(2021, 2026), rng.choice(_GIFTS), who.name, who.mobile, who.address)
        self.rows.t_hy_srlp.append((len(self.rows.t_hy_srlp) + 1, *row, parcel, 1, self._badge()))

    def add_prize(self, code: str, who: Member) -> None:
        """Add a prize; its tax is withheld under the winner's identity number."""
        rng = self._rng
        prize, worth = rng.choice(_PRIZES)
        region = rng.choice(("310106", "310101", "110105"))
        identity = identity_number(region, who.born or "1980-01-01")
        at = date(2024, 1, 10) + timedelta(days=rng.randrange(600))
        row = (
            code,
            "周年庆抽奖",
            prize,
            worth,
            who.name,
            identity,
            worth // 5,
            at.isoformat(),
            self._badge(),
        )
        self.rows.t_hy_zjjl.append((len(self.rows.t_hy_zjjl) + 1, *row))

    def _back_up(self, code: str, who: Member, *, nickname: str, mobile: str) -> None:
        row = (code, who.name, nickname, who.born, mobile, who.address, "普通")
        self.rows.t_hy_hyxx_bak20240601.append(row)

    def add_cast(self, customers: list[Row]) -> None:
        """Add the named persons, who come first among the shop's customers."""
        for role, customer in zip(CAST, customers, strict=False):
            if role.membership is not None:
                self._add_named(customer, role.membership)

    def _add_named(self, customer: Row, one: Membership) -> None:
        who = self._member(customer, one.nickname, is_deleted=one.is_deleted)
        code = self.add_member(who)
        old_name, old_mobile = one.old_nickname or who.nickname, one.old_mobile or who.mobile
        for turn in range(one.points):
            is_old = turn * 2 < one.points
            self.add_points(code, *((old_name, old_mobile) if is_old else (who.nickname, who.mobile)))
        for _ in range(one.gifts):
            self.add_gift(code, who)
        for _ in range(one.prizes):
            self.add_prize(code, who)
        if one.is_in_backup:
            self._back_up(code, who, nickname=old_name, mobile=old_mobile)

    def _member(self, customer: Row, nickname: str, *, is_deleted: bool) -> Member:
        _, _, email, name, phone, born, _, home = customer[:8]
        assert isinstance(home, int)
        _, house, street, city, postal_code, _ = self._addresses[home - 1]
        return Member(
            name=None if name is None else str(name),
            nickname=nickname,
            mobile=str(phone).removeprefix("+86"),
            born=None if born is None else str(born),
            email=str(email) if self._rng.random() < 0.3 else None,
            address=f"{city}{street}{house}",
            postal_code=str(postal_code),
            is_deleted=is_deleted,
        )

    def add_crowd(self, customers: list[Row]) -> None:
        rng = self._rng
        for customer in customers:
            if customer[6] == "zh-hans" and rng.random() < 0.6:
                nickname, is_deleted = rng.choice(_NICKNAMES), rng.random() < 0.03
                self._add_one(self._member(customer, nickname, is_deleted=is_deleted))
        number = _FIRST_OWN
        while len(self.rows.t_hy_hyxx) < MEMBERS:
            number += 1
            if (who := person(rng, number)).language == "zh-hans":
                self._add_one(_walk_in(who, rng.choice(_NICKNAMES)))

    def _add_one(self, who: Member) -> None:
        rng = self._rng
        code = self.add_member(who)
        is_stale = rng.random() < 0.15
        nickname = rng.choice(_NICKNAMES) if is_stale else who.nickname
        mobile = f"1990009{rng.randrange(10_000):04d}" if is_stale else who.mobile
        for _ in range(rng.choice((0, 1, 1, 2, 4))):
            self.add_points(code, nickname, mobile)
        if rng.random() < 0.25:
            self.add_gift(code, who)
        if rng.random() < 0.03:
            self.add_prize(code, who)
        if rng.random() < 0.15:
            self._back_up(code, who, nickname=nickname, mobile=mobile)


def _badge(number: int) -> str:
    return f"Y{number:04d}"


def _walk_in(who: Person, nickname: str) -> Member:
    return Member(
        name=who.name,
        nickname=nickname,
        mobile=(who.phone or "").removeprefix("+86"),
        born=None,
        email=None,
        address=None,
        postal_code=None,
    )
