"""Corrections in plain words, for staff and for the person. English templates; doors translate."""

from discreet.engines.subjects.corrections import Obstacle, Question, Standing
from discreet.vocabulary.text import gettext_noop

STANDINGS: dict[str, str] = {
    Standing.SAME: gettext_noop("Holds the value that is wrong"),
    Standing.PART: gettext_noop("Holds a part of the name"),
    Standing.OTHER: gettext_noop("Holds another value: perhaps an older copy"),
    Standing.EMPTY: gettext_noop("Holds nothing"),
    Standing.NEW: gettext_noop("Holds the right value already"),
    Standing.REFERENCE: gettext_noop("Refers by the value, as by a key: it follows"),
}
QUESTIONS: dict[str, str] = {
    Question.SHARED: gettext_noop("Another person's data too: correcting it here corrects it for them"),
    Question.KEPT: gettext_noop("A law keeps this field as it was: %(article)s"),
    Question.STALE: gettext_noop("It is not the value that is wrong: correct it as well, or leave it?"),
    Question.PARTS: gettext_noop("How the new name divides into fields is not certain: check it"),
    Question.EMPTY: gettext_noop("Nothing stands here: fill it in, or leave it?"),
    Question.FORM: gettext_noop("Day and month could be either way round: check it"),
}
OBSTACLES: dict[str, str] = {
    Obstacle.NOT_WRITABLE: gettext_noop("Cannot be written: a view, or no write credentials"),
    Obstacle.GENERATED: gettext_noop("The database computes this field from others"),
    Obstacle.NO_KEY: gettext_noop("No primary key, and the values do not single the rows out"),
    Obstacle.TOO_LONG: gettext_noop("The new value is longer than the field"),
    Obstacle.WRONG_TYPE: gettext_noop("The field's type does not take the new value"),
    Obstacle.TAKEN: gettext_noop("Only one row may hold this value, and another one holds it"),
    Obstacle.NO_TARGET: gettext_noop("It refers to a row that does not exist under the new value"),
    Obstacle.KEY_STAYS: gettext_noop("An enforced reference to it cannot follow"),
}
LEFT: dict[str, str] = {
    "left_by_choice": gettext_noop("Left as it was, after a person looked at it"),
    "left_shared": gettext_noop("Left as it was: it is another person's data too"),
    "left_kept": gettext_noop("Left as it was: a law keeps it so"),
    "left_refused": gettext_noop("The database refused the correction; nothing was written there"),
}
WHY: dict[str, str] = {
    **{f"place_{name}": words for name, words in STANDINGS.items()},
    **{f"asks_{name}": words for name, words in QUESTIONS.items()},
    **{f"obstacle_{name}": words for name, words in OBSTACLES.items()},
    **LEFT,
}
DONE: dict[str, str] = {
    "correct": gettext_noop("Correct"),
    "ask": gettext_noop("Ask"),
    "leave": gettext_noop("Leave"),
    "right": gettext_noop("Right already"),
}
GAPS: dict[str, str] = {
    "other_value_without_link": gettext_noop(
        "Rows hold the value that is wrong, and no link leads to them: they may be this person's. Add the link in "
        "the data map, or correct them by hand"
    ),
    "old_value_in_text": gettext_noop(
        "Free text holds the value that is wrong. It is not changed automatically: correct it by hand"
    ),
    "key_follows_by_database": gettext_noop(
        "An enforced reference to the value cannot be emptied first: the database takes the correction only where "
        "its constraint cascades or is checked at the end. If it refuses, nothing is written"
    ),
}
# What people can say is wrong, in the order of the form.
OFFERED: tuple[str, ...] = (
    "name",
    "email",
    "phone",
    "address",
    "postal_code",
    "birth_date",
    "gender",
    "nationality",
    "language",
    "marital_status",
    "family",
    "employment",
    "education",
    "income",
    "bank_account",
    "payment_card",
    "national_id",
    "passport",
    "driving_licence",
    "social_security_id",
    "tax_id",
    "vehicle_plate",
    "social_media",
    "username",
    "preference",
    "health",
    "disability",
    "religion",
)
