"""Identity in proportion: which proof each right needs, under which law, from whom."""

import pytest

from discreet.mechanisms.rights.kinds import RIGHTS, Kind, Requester, Tier, Way
from discreet.mechanisms.rights.opening.identity import (
    Given,
    How,
    Missing,
    is_duplicate_of,
    matched_points,
    may_prove_by_code,
    missing,
    needed,
    needs_second_person,
    points,
)

pytestmark = pytest.mark.duty("M8.2")
CODE, STAFF, SIGNED_IN = (How.CODE,), (How.STAFF,), (How.HANDOVER,)
LACKS = Missing


@pytest.mark.parametrize(
    ("kind", "requester", "californian", "given", "left", "citation"),
    [
        (Kind.OPT_OUT, "self", True, Given(), (), "11 CCR 7060(b): no identity check"),
        (Kind.LIMIT, "self", True, Given(), (), "11 CCR 7060(b)"),
        (Kind.LIMIT, "agent", True, Given(), (), "11 CCR 7060(b)"),
        (Kind.KNOW, "self", True, Given(), (LACKS.PROOF,), "11 CCR 7062(b)"),
        (Kind.KNOW, "self", True, Given(how=CODE), (), "11 CCR 7062(b): two data points"),
        (Kind.ACCESS, "self", False, Given(), (LACKS.PROOF,), "GDPR Art. 12(6)"),
        (Kind.ACCESS, "self", False, Given(how=CODE), (), "EDPB Guidelines 01/2022, 65"),
        (Kind.ACCESS, "self", True, Given(how=CODE), (LACKS.POINTS, LACKS.DECLARATION), "11 CCR 7062(c)"),
        (Kind.ACCESS, "self", True, Given(how=CODE, matched=1), (LACKS.DECLARATION,), "11 CCR 7062(c)"),
        (Kind.ACCESS, "self", True, Given(how=CODE, matched=1, is_declared=True), (), "11 CCR 7062(c)"),
        (Kind.PORTABILITY, "self", True, Given(how=CODE, is_declared=True), (LACKS.POINTS,), "11 CCR 7062(c)"),
        (Kind.ERASURE, "self", True, Given(how=CODE), (), "11 CCR 7062(d)"),
        (Kind.ACCESS, "self", True, Given(matched=2), (LACKS.PROOF, LACKS.DECLARATION), "matches alone prove nothing"),
        (Kind.ACCESS, "self", True, Given(how=SIGNED_IN), (), "11 CCR 7061"),
        (Kind.ACCESS, "self", True, Given(how=STAFF), (), "staff answer for it, with a reason"),
        (Kind.ERASURE, "agent", True, Given(how=CODE), (LACKS.AUTHORITY,), "11 CCR 7063"),
        (Kind.ERASURE, "agent", True, Given(how=CODE, is_authorised=True), (), "11 CCR 7063"),
        (Kind.ACCESS, "relative", False, Given(how=STAFF), (LACKS.AUTHORITY,), "PIPL Art. 49"),
        (Kind.ACCESS, "relative", False, Given(is_authorised=True), (LACKS.PROOF,), "PIPL Art. 49"),
        (Kind.ACCESS, "relative", False, Given(how=STAFF, is_authorised=True), (), "PIPL Art. 49"),
        (Kind.OBJECTION, "self", False, Given(how=CODE), (), "GDPR Art. 21"),
    ],
)  # fmt: skip
def test_each_right_needs_the_proof_that_fits_it(
    kind: Kind, requester: str, californian: bool, given: Given, left: tuple[Missing, ...], citation: str
) -> None:
    wanted = needed(kind=kind, requester=requester, is_californian=californian)
    assert missing(needed=wanted, given=given) == left, citation


def test_a_code_counts_for_two_points_and_a_sign_in_for_three_however_often() -> None:
    assert points(Given(how=(How.CODE, How.CODE))) == 2
    assert points(Given(how=SIGNED_IN, matched=5)) == 3


def test_only_reliable_values_count_and_each_once() -> None:
    assert matched_points(["email", "name"]) == 0
    assert matched_points(["phone", "phone", "customer_id", "customer_number"]) == 2


def test_a_code_to_the_person_proves_nothing_of_guardians_and_relatives() -> None:
    assert [one for one in Requester if may_prove_by_code(one)] == [Requester.SELF, Requester.AGENT]


@pytest.mark.parametrize("kind", list(Kind))
def test_no_right_but_those_of_the_regulation_goes_without_proof(kind: Kind) -> None:
    lacks = missing(needed=needed(kind=kind, requester="self", is_californian=True), given=Given())
    assert bool(lacks) is (kind not in (Kind.OPT_OUT, Kind.LIMIT))
    assert (RIGHTS[kind].tier is Tier.NONE) is (kind in (Kind.OPT_OUT, Kind.LIMIT))


@pytest.mark.parametrize(
    ("kind", "requester", "sensitive", "two"),
    [
        (Kind.ERASURE, "self", 0, True),
        (Kind.RECTIFICATION, "self", 0, True),
        (Kind.ACCESS, "self", 0, False),
        (Kind.ACCESS, "self", 1, True),
        (Kind.ACCESS, "agent", 0, True),
        (Kind.KNOW, "self", 9, False),
        (Kind.OPT_OUT, "self", 9, False),
    ],
)
def test_two_people_decide_what_cannot_be_undone_and_what_is_sensitive(
    kind: Kind, requester: str, sensitive: int, two: bool
) -> None:
    assert needs_second_person(kind=kind, requester=requester, sensitive_fields=sensitive) is two


def test_a_duplicate_is_one_only_where_both_are_proven() -> None:
    def is_one(kind: str = "access", mine: bool = True, other: bool = True) -> bool:
        return is_duplicate_of(kind=kind, other_kind="access", is_verified=mine, other_is_verified=other)

    assert is_one()
    assert not is_one("erasure") and not is_one(mine=False) and not is_one(other=False)


def test_every_kind_is_carried_out_in_one_way_and_has_words() -> None:
    assert {right.way for right in RIGHTS.values()} == set(Way) and set(RIGHTS) == set(Kind)
    assert all(right.title and right.ask and right.promise and right.icon for right in RIGHTS.values())
