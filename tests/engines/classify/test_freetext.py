"""What hides in texts is told by kind and share, never by value."""

import pytest

from discreet.engines.classify.freetext import hidden_in, kinds_by_text, kinds_in


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Please call Mr. Weber at +1 212 555 0147", {"name", "phone"}),
        ("联系人王伟，电话13800138000", {"name", "phone"}),
        ("身份证11010519491231002X已核验", {"national_id"}),
        ("Card 4111 1111 1111 1111 was declined", {"payment_card"}),
        ("IBAN DE89 3704 0044 0532 0130 00, mail a@example.com", {"bank_account", "email"}),
        ("Order 2024-01-05 for 1,299.00 EUR, version 1.2.3", set()),
        ("Made of oak, 120 x 80 cm", set()),
    ],
)
def test_kinds_of_personal_data_are_found_in_a_text(text: str, kinds: set[str]) -> None:
    assert kinds_in(text) == kinds


def test_shares_are_of_all_texts() -> None:
    found = hidden_in(kinds_by_text(["mail a@example.com", "none", "nothing", "not at all"]))
    assert [(each.category, each.percent) for each in found] == [("email", 25)]
