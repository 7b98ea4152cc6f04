"""The named persons of the sample company: who they are and what stands about them. See `truth.yaml`."""

from dataclasses import dataclass

from discreet.project.sample.people import Person, Place


@dataclass(frozen=True, slots=True)
class Subscription:
    """What marketing holds of a person. `old_email`: still in the log of what was sent."""

    email: str
    sends: int
    opens: int
    known_visits: int
    cookie_visits: int = 0  # seen before signing in: only the cookie tells whose they are
    leads: int = 0
    old_email: str | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """What the loyalty scheme holds of a person. `old_*`: still in the log of points and in the backup."""

    nickname: str
    points: int
    gifts: int = 0
    prizes: int = 0
    old_nickname: str | None = None
    old_mobile: str | None = None
    is_in_backup: bool = False
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A named person. `support_email` None: unknown to support; `household`: shares that person's address."""

    key: str
    person: Person
    birth_date: str
    orders: int
    reviews: int
    logins: int
    place: Place | None = None
    household: str | None = None
    support_email: str | None = None
    tickets: int = 0
    calls: int = 0
    is_deleted: bool = False
    note: str | None = None
    notes: int = 0
    subscription: Subscription | None = None
    membership: Membership | None = None
    till_lines: int = 0
    showroom_visits: int = 0
    web_orders: int = 0
    returns: int = 0
    warranties: int = 0


_NANJING_ROAD = Place(
    house="188 号 12 室", street="南京西路", city="上海市", postal_code="200041", country="CN"
)
_LINDENWEG = Place(house="17", street="Lindenweg", city="Berlin", postal_code="10969", country="DE")
_MILL_LANE = Place(house="4", street="Mill Lane", city="Dublin", postal_code="D02 X285", country="IE")
_OAK_STREET = Place(house="902", street="Oak Street", city="San Francisco", postal_code="94117", country="US")
_WENSAN = Place(house="66 号 3 室", street="文三路", city="杭州市", postal_code="310012", country="CN")

CAST: tuple[Role, ...] = (
    Role(
        key="lin-mei",
        person=Person("林美", "Mei.Lin@example.com", "+8613900000001", "zh-hans"),
        birth_date="1990-04-12",
        orders=3,
        reviews=2,
        logins=5,
        place=_NANJING_ROAD,
        support_email="mei.lin@example.com",
        tickets=2,
        calls=1,
        note="按门铃后稍等，家里有小孩午睡",
        notes=1,
        subscription=Subscription(
            email="Mei.Lin@example.com",
            sends=4,
            opens=2,
            known_visits=3,
            cookie_visits=2,
            old_email="linmei90@example.net",
        ),
        membership=Membership(
            nickname="梅子酱",
            points=4,
            gifts=2,
            prizes=1,
            old_nickname="小梅",
            old_mobile="13900000091",
            is_in_backup=True,
        ),
        till_lines=2,
        web_orders=1,
        warranties=1,
    ),
    Role(
        key="lin-gang",
        person=Person("林刚", "gang.lin@example.com", "+8613900000002", "zh-hans"),
        birth_date="1988-11-02",
        orders=1,
        reviews=0,
        logins=1,
        household="lin-mei",
        membership=Membership(nickname="老林", points=1),
        till_lines=1,
    ),
    Role(
        key="anna-weber",
        person=Person("Anna Weber", "anna.weber@example.org", "+493023125001", "en"),
        birth_date="1984-07-30",
        orders=2,
        reviews=1,
        logins=4,
        place=_LINDENWEG,
        support_email="anna.weber@example.org",
        tickets=1,
        calls=2,
        note="Please leave it with the neighbour, I am in a wheelchair",
        notes=1,
        subscription=Subscription(
            email="anna.weber@example.org", sends=3, opens=1, known_visits=2, cookie_visits=1, leads=1
        ),
        showroom_visits=1,
        web_orders=1,
        returns=1,
    ),
    Role(
        key="tom-reed",
        person=Person("Tom Reed", "tom.reed@example.net", "+19075550199", "en"),
        birth_date="1975-01-31",
        orders=1,
        reviews=1,
        logins=2,
        place=_OAK_STREET,
        is_deleted=True,
        subscription=Subscription(
            email="tom.reed@example.net", sends=2, opens=0, known_visits=0, has_left=True
        ),
    ),
    Role(
        key="chen-wei-1",
        person=Person("陈伟", "chenwei@example.com", "+8613900000003", "zh-hans"),
        birth_date="1992-02-29",
        orders=1,
        reviews=0,
        logins=1,
        place=_WENSAN,
        membership=Membership(nickname="大伟", points=2, gifts=1, is_deleted=True),
        warranties=1,
    ),
    Role(
        key="chen-wei-2",
        person=Person("陈伟", "wei.chen@example.org", "+8613900000004", "zh-hans"),
        birth_date="1992-02-29",
        orders=0,
        reviews=0,
        logins=0,
        place=_MILL_LANE,
        subscription=Subscription(email="wei.chen@example.org", sends=1, opens=1, known_visits=1),
    ),
)
