"""Categories: every id is named in both languages and stands for a term of the DPV."""

import csv
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from discreet.vocabulary.categories import ASSIGNABLE, CATEGORIES, Category

SHARED = Path(__file__).parents[3] / "shared"
TERMS = {
    row["term"]
    for row in csv.DictReader(
        files("discreet.vocabulary").joinpath("dpv-terms.csv").read_text(encoding="utf-8").splitlines()
    )
}
every_category = pytest.mark.parametrize("category", CATEGORIES.values(), ids=lambda category: category.id)


@every_category
def test_a_category_is_named_in_both_languages(category: Category) -> None:
    assert category.label("en") and category.label("zh-hans") != category.label("en")


@every_category
def test_a_personal_category_stands_for_a_term_of_the_dpv(category: Category) -> None:
    assert (category.dpv in TERMS) == category.is_personal


def test_what_finds_a_person_is_email_phone_and_customer_number() -> None:
    assert {name for name, one in CATEGORIES.items() if one.is_identity} == {"email", "phone", "customer_id"}


@pytest.mark.parametrize(
    "name", ["health", "religion", "biometric", "genetic", "political_opinion", "ethnicity"]
)
def test_special_categories_are_sensitive(name: str) -> None:
    """GDPR Art. 9(1)."""
    assert "gdpr-9" in CATEGORIES[name].sensitivity


def test_nobody_assigns_what_is_not_confirmed() -> None:
    assert "unknown" not in ASSIGNABLE
    assert CATEGORIES["unknown"].is_sensitive


def test_the_samples_speak_of_known_categories() -> None:
    if not SHARED.exists():
        pytest.skip("../shared is absent")
    for path in SHARED.glob("samples/*/truth.yaml"):
        for table in yaml.safe_load(path.read_text(encoding="utf-8"))["tables"].values():
            assert set(table["columns"].values()) <= set(CATEGORIES)


def test_the_committed_terms_are_the_vocabularys_own() -> None:
    if not SHARED.exists():
        pytest.skip("../shared is absent")
    for prefix in ("pd", "dpv"):
        with (SHARED / f"vocabulary/dpv/{prefix}.csv").open(encoding="utf-8") as file:
            known = {f"{prefix}:{row['term']}" for row in csv.DictReader(file)}
        assert {term for term in TERMS if term.startswith(f"{prefix}:")} <= known
