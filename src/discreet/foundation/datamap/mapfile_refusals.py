"""What is wrong with a map file, and where. Params `line` and `column` count from 1."""

from discreet.foundation.datamap.mapfile import Mark
from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class MapFileRefused(Refused):
    """Base: nothing of the file was applied."""

    code = "map_file_refused"
    status = 422
    message = gettext_noop("Line %(line)s, column %(column)s: this is not a map file.")

    def __init__(self, mark: Mark, **params: str | int) -> None:
        super().__init__(line=mark.line, column=mark.column, **params)


class NotYaml(MapFileRefused):
    code = "map_file_not_yaml"
    message = gettext_noop("Line %(line)s, column %(column)s: the file is not valid YAML here.")


class TooLarge(MapFileRefused):
    code = "map_file_too_large"
    message = gettext_noop(
        "The map file is larger than %(limit_mb)s MB or nested too deeply. Split it by source."
    )


class AliasRefused(MapFileRefused):
    code = "map_file_alias"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: YAML anchors and aliases are not used in map files. "
        "Write the value out."
    )


class WrongShape(MapFileRefused):
    """Base: a value has another form than its key asks for."""


class NotAMapping(WrongShape):
    code = "map_file_not_a_mapping"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” must be a mapping.")


class NotAList(WrongShape):
    code = "map_file_not_a_list"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” must be a list.")


class NotAText(WrongShape):
    code = "map_file_not_a_text"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” must be a text that is not empty.")


class NotAnArticle(WrongShape):
    code = "map_file_not_an_article"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: “%(key)s” names the article of a law, not an e-mail address or a "
        "phone number."
    )


class NotYears(WrongShape):
    code = "map_file_not_years"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” must be a number from 1 to 200.")


class UnknownKey(MapFileRefused):
    code = "map_file_unknown_key"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” is not known here. Known: %(known)s.")


class MissingKey(MapFileRefused):
    code = "map_file_missing_key"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” is missing.")


class TwiceInFile(MapFileRefused):
    code = "map_file_twice"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s” stands twice.")


class NotAllowedValue(MapFileRefused):
    code = "map_file_value"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: “%(value)s” is not allowed for “%(key)s”. Allowed: %(allowed)s."
    )


class ReplacementMismatch(MapFileRefused):
    code = "map_file_replacement"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: “replacement” stands exactly with “erase: replace”."
    )


class KeepMismatch(MapFileRefused):
    code = "map_file_keep"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: “years” and “from” stand together: "
        "years counted from a date column."
    )


class WidthMismatch(MapFileRefused):
    code = "map_file_link_width"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: a link needs as many columns on both ends, at least one."
    )


class MatchNeedsOneColumn(MapFileRefused):
    code = "map_file_match"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: a link by e-mail or phone joins one column with one column."
    )


class UnknownSourceInFile(MapFileRefused):
    code = "map_file_unknown_source"
    message = gettext_noop("Line %(line)s, column %(column)s: no source is connected as “%(source)s”.")


class UnknownTableInFile(MapFileRefused):
    code = "map_file_unknown_table"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: source “%(source)s” has no table “%(table)s”. "
        "Check the spelling; case counts."
    )


class UnknownColumnInFile(MapFileRefused):
    code = "map_file_unknown_column"
    message = gettext_noop(
        "Line %(line)s, column %(column)s: table “%(table)s” has no column “%(name)s”. "
        "Check the spelling; case counts."
    )


class LinkToItself(MapFileRefused):
    code = "map_file_link_to_itself"
    message = gettext_noop("Line %(line)s, column %(column)s: a link must not lead to its own columns.")


class SharingRefused(MapFileRefused):
    code = "map_file_sharing"
    message = gettext_noop("Line %(line)s, column %(column)s: “%(key)s”: %(why)s")
