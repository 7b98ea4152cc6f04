"""Papers in words: English templates for `gettext`."""

from discreet.foundation.papers.rules import FileType, Gone, Lack, Purpose, Seen
from discreet.vocabulary.text import gettext_noop

PURPOSES = {
    Purpose.IDENTITY: gettext_noop("Who the person is"),
    Purpose.PERMISSION: gettext_noop("The person’s signed permission for an agent"),
    Purpose.GUARDIAN: gettext_noop("Guardianship or parental authority"),
    Purpose.RELATIVE: gettext_noop("Being a near relative of a person who died"),
}
ASKED = {
    Purpose.IDENTITY: gettext_noop("We need to see a document that shows who you are."),
    Purpose.PERMISSION: gettext_noop(
        "We need to see the permission to act for the person, signed by the person, or a power of attorney."
    ),
    Purpose.GUARDIAN: gettext_noop(
        "We need to see a document that shows that you may act for the person, such as a birth certificate or a "
        "court’s order of guardianship."
    ),
    Purpose.RELATIVE: gettext_noop(
        "We need to see that the person died, such as a death certificate, and how you are related, such as a "
        "household register or a certificate of inheritance. Send one file after the other."
    ),
}
KINDS = {
    Seen.IDENTITY_CARD: gettext_noop("Identity card"),
    Seen.PASSPORT: gettext_noop("Passport"),
    Seen.DRIVING_LICENCE: gettext_noop("Driving licence"),
    Seen.RESIDENCE_PERMIT: gettext_noop("Residence permit"),
    Seen.SIGNED_PERMISSION: gettext_noop("Signed permission"),
    Seen.GUARDIANSHIP: gettext_noop("Proof of guardianship"),
    Seen.KINSHIP: gettext_noop("Proof of kinship or inheritance"),
    Seen.DEATH: gettext_noop("Death certificate"),
    Seen.DEATH_AND_KINSHIP: gettext_noop("One document that shows both the death and the kinship"),
    Seen.OTHER: gettext_noop("Another document"),
    Seen.UNREADABLE: gettext_noop("Nothing that could be read"),
}
LACKS = {
    Lack.UNREADABLE: gettext_noop("It cannot be read: a sharper scan or photo is needed."),
    Lack.WRONG: gettext_noop("It is another document than the one we asked for."),
    Lack.UNSIGNED: gettext_noop("It is not signed."),
    Lack.NAMES: gettext_noop("It does not name both the person and whoever asks for them."),
    Lack.PART: gettext_noop("Pages or parts of it are missing."),
    Lack.EXPIRED: gettext_noop("It is no longer valid."),
}
ENDS = {
    Gone.CHECKED: gettext_noop("Destroyed after the check"),
    Gone.INFECTED: gettext_noop("Destroyed: it carried malware"),
    Gone.NEVER_CHECKED: gettext_noop("Destroyed: nobody checked it in 30 days"),
    Gone.CASE_ENDED: gettext_noop("Destroyed: its request has ended"),
    Gone.LOST: gettext_noop("Missing: its file was not found"),
}
FILES = {FileType.PDF: "PDF", FileType.JPEG: "JPEG", FileType.PNG: "PNG"}
