"""Chinese words of the lists serve for headers in pinyin, too."""

import pytest

from discreet.engines.classify.headers import read_header
from discreet.engines.classify.lexicon import lexicon


@pytest.mark.parametrize(
    ("header", "category"),
    [
        ("she_bei_zhi_wen", "device_id"),
        ("tuiSongLingPai", "token"),
        ("jin_ji_lian_xi_dian_hua", "phone"),
        ("hun_yin_zhuang_kuang", "marital_status"),
        ("KAIHUHANG", "none"),
        ("chengzhangzhi", "none"),
    ],
)
def test_a_header_in_pinyin_is_read_as_the_chinese_word(header: str, category: str) -> None:
    assert read_header(header).category == category


def test_a_character_read_in_two_ways_is_read_as_its_word_says() -> None:
    atoms = lexicon().atoms
    assert "yinhangmingcheng" in atoms
    assert "yinxingmingcheng" not in atoms


def test_words_of_other_languages_keep_their_meaning() -> None:
    assert lexicon().atoms["email"] == "email"
    assert read_header("order_note").category == "free_text"
