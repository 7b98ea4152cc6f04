"""A header says what a column holds, whose it is, and how surely."""

import pytest

from discreet.engines.classify.headers import Strength, first_clause, read_header


@pytest.mark.parametrize(
    ("header", "category", "strength"),
    [
        ("email", "email", Strength.STRONG),
        ("telephone_expediteur", "phone", Strength.STRONG),
        ("num_permis_conduire", "driving_licence", Strength.STRONG),
        ("login_city", "geo_location", Strength.STRONG),
        ("description_of_problem", "free_text", Strength.CONTEXT),
        ("Income (EUR)", "income", Strength.STRONG),
        ("number_of_children", "family", Strength.STRONG),
        ("guardian_name", "name", Strength.STRONG),
        ("billing_city", "address", Strength.CONTEXT),
        ("created_by", "name", Strength.PERSON),
        ("product_name", "none", Strength.NOTHING),
        ("email_status", "none", Strength.NOTHING),
        ("phone_id", "none", Strength.NOTHING),
        ("email_verified_at", "none", Strength.NOTHING),
        ("template_body", "none", Strength.NOTHING),
        ("store_phone", "none", Strength.NOTHING),
        ("has_passport", "none", Strength.NOTHING),
        ("适用性别", "none", Strength.NOTHING),
    ],
)
def test_a_header_is_read_as_a_reviewer_reads_it(header: str, category: str, strength: Strength) -> None:
    sense = read_header(header)
    assert (sense.category, sense.strength) == (category, strength)


def test_a_number_of_a_thing_is_a_reference() -> None:
    assert read_header("order_no").is_reference
    assert read_header("customer_id").is_reference
    assert not read_header("passport_no").is_reference


@pytest.mark.parametrize(
    "comment",
    ["性别：0未知 1男 2女", "性别(1男 2女)", "性别 0-未知", "性别,1男", "性别\n说明", "性别 1男 2女"],
)
def test_a_comment_is_read_up_to_its_list_of_codes(comment: str) -> None:
    assert first_clause(comment) == "性别"
