"""What can be foreseen when a company's database is connected, read or written.

No text names an address with its secret, a row's value or a key. `is_transient` tells a workflow whether
trying again later can help.
"""

from discreet.vocabulary.errors import Refused
from discreet.vocabulary.text import gettext_noop


class SourceRefusal(Refused):
    code = "source_refused"
    message = gettext_noop("The source “%(source)s” cannot be used.")
    is_transient: bool = False


class UnknownSource(SourceRefusal):
    code = "unknown_source"
    message = gettext_noop("There is no source “%(source)s”. `discreet sources` lists them.")
    status = 404


class BadSourceName(SourceRefusal):
    code = "bad_source_name"
    message = gettext_noop(
        "A source's name starts with a small letter and has at most 50 of a-z, 0-9, - and _."
    )
    status = 422


class UnknownScheme(SourceRefusal):
    code = "unknown_scheme"
    message = gettext_noop(
        "The address must start with sqlite:///, files:///, s3://, postgresql://, mysql:// or mariadb://."
    )
    status = 422


class IncompleteAddress(SourceRefusal):
    code = "incomplete_address"
    message = gettext_noop("The address must name %(part)s.")
    status = 422


class UnknownOption(SourceRefusal):
    code = "unknown_option"
    message = gettext_noop("The option “%(option)s” is not accepted in an address. Accepted: %(accepted)s.")
    status = 422


class VariableUnset(SourceRefusal):
    code = "variable_unset"
    message = gettext_noop("The environment variable %(variable)s is not set for this process.")
    status = 422


class OtherEngine(SourceRefusal):
    code = "other_engine"
    message = gettext_noop(
        "The read and write addresses of a source must belong to the same kind of database."
    )
    status = 422


class OtherDatabase(SourceRefusal):
    code = "other_database"
    message = gettext_noop(
        "The write address leads to another database (%(written)s) than the read address (%(read)s): what is found"
        " in the one would be erased in the other. Nothing was changed."
    )
    status = 422


class ForbiddenHost(SourceRefusal):
    code = "forbidden_host"
    message = gettext_noop(
        "The host “%(host)s” leads to an address that is not a database server's (link-local, metadata, multicast)."
    )
    status = 422


class FileMissing(SourceRefusal):
    code = "file_missing"
    message = gettext_noop("There is no database file at this path. Discreet never creates one.")
    status = 422


class FolderMissing(SourceRefusal):
    code = "folder_missing"
    message = gettext_noop("There is no folder at this path.")
    status = 422


class NotADatabase(SourceRefusal):
    code = "not_a_database"
    message = gettext_noop("The file is no SQLite database, or it is damaged.")
    status = 422


class NotATable(SourceRefusal):
    code = "not_a_table"
    message = gettext_noop(
        "“%(file)s” is no table that can be read: CSV, TSV, JSON, JSON lines (also .gz), Parquet, XLSX or an SQLite database."
    )
    status = 422


class FileNotRead(NotATable):
    code = "file_not_read"
    message = gettext_noop("“%(file)s” is not read: %(reason)s.")


class FileClosed(SourceRefusal):
    code = "file_closed"
    message = gettext_noop(
        "The database file cannot be opened. Check that this account may use the file and its folder."
    )
    status = 422


class FileNotAllowed(SourceRefusal):
    code = "file_not_allowed"
    message = gettext_noop(
        "A database file or a folder can be connected from the command line of this machine only: run "
        "`discreet connect NAME ADDRESS` there."
    )
    status = 403


class OwnDatabase(SourceRefusal):
    code = "own_database"
    message = gettext_noop("This is Discreet's own file. Connect a database of the company.")
    status = 422


class DriverMissing(SourceRefusal):
    code = "driver_missing"
    message = gettext_noop("The driver for this database is missing: pip install 'discreet[%(extra)s]'.")


class HostNotFound(SourceRefusal):
    code = "host_not_found"
    message = gettext_noop("The host “%(host)s” cannot be found. Check the spelling and the name service.")
    is_transient = True


class SourceDown(SourceRefusal):
    code = "source_down"
    message = gettext_noop("The source “%(source)s” does not answer or closed the connection.")
    status = 503
    is_transient = True


class TimedOut(SourceRefusal):
    code = "source_timed_out"
    message = gettext_noop("The source “%(source)s” took too long over a statement, which was stopped.")
    status = 503
    is_transient = True


class SourceDiskFails(SourceRefusal):
    code = "source_disk"
    message = gettext_noop("The disk of the source “%(source)s” is full or fails. Nothing was written.")
    status = 503
    is_transient = True


class WrongPassword(SourceRefusal):
    code = "wrong_password"
    message = gettext_noop("The source “%(source)s” refused the user name or the password.")


class UnknownDatabase(SourceRefusal):
    code = "unknown_database"
    message = gettext_noop("The server has no database of the name in the address of “%(source)s”.")


class UnknownBucket(UnknownDatabase):
    code = "unknown_bucket"
    message = gettext_noop("The service has no bucket of the name in the address of “%(source)s”.")


class BucketClosed(SourceRefusal):
    code = "bucket_closed"
    message = gettext_noop(
        "The account of “%(source)s” may not list the bucket. `discreet grants` prints what it needs."
    )


class TlsRefused(SourceRefusal):
    code = "tls_refused"
    message = gettext_noop("No encrypted connection as asked for could be made to “%(source)s”.")


class CannotConnect(SourceRefusal):
    code = "cannot_connect"
    message = gettext_noop("The source “%(source)s” refused the connection.")
    is_transient = True


class PermissionDenied(SourceRefusal):
    code = "permission_denied"
    message = gettext_noop(
        "The account of “%(source)s” may not use “%(table)s”. `discreet grants %(source)s` prints what it needs."
    )


class RowsHidden(SourceRefusal):
    code = "rows_hidden"
    message = gettext_noop(
        "Row security of “%(source)s” hides rows from the account: what cannot be seen cannot be "
        "answered for. Give the account BYPASSRLS."
    )


class BadLoadBudget(SourceRefusal):
    code = "bad_load_budget"
    message = gettext_noop(
        "A budget of load needs limits greater than 0, and hours that begin and end at different times."
    )
    status = 422


class UnknownName(SourceRefusal):
    code = "unknown_name"
    message = gettext_noop(
        "“%(name)s” is not a table or column that “%(source)s” had when it was last described."
    )


class SchemaChanged(SourceRefusal):
    code = "schema_changed"
    message = gettext_noop(
        "The schema of “%(source)s” changed. Describe the source again and look at the plan."
    )


class ReplicaRefused(SourceRefusal):
    code = "replica_refused"
    message = gettext_noop(
        "“%(source)s” is a replica. It may lag behind, so it neither verifies nor erases: "
        "name the primary server."
    )


class WriteAddressAtStake(SourceRefusal):
    code = "write_address_at_stake"
    message = gettext_noop(
        "“%(source)s” has an account that may erase, for another address than this one. Give the address for"
        " erasing again, or say that there shall be none (--read-only). Nothing was changed."
    )


class NoWriteAddress(SourceRefusal):
    code = "no_write_address"
    message = gettext_noop("“%(source)s” was connected without a write address: add one with --write-url.")


class NotWritable(SourceRefusal):
    code = "not_writable"
    message = gettext_noop("“%(table)s” cannot be written in a transaction (%(kind)s).")


class FileNotRewritten(SourceRefusal):
    code = "file_not_rewritten"
    message = gettext_noop(
        "The file of “%(table)s” in “%(source)s” cannot be rewritten so that everything else in it certainly stays"
        " as it is. It was not touched."
    )


class WorkbookNotRewritten(FileNotRewritten):
    code = "workbook_not_rewritten"
    message = gettext_noop(
        "The workbook of “%(table)s” in “%(source)s” holds more than plain lines (%(parts)s): rewriting could lose"
        " it or leave a copy of what is to go. Change it by hand. It was not touched."
    )


class FileNotReplaceable(SourceRefusal):
    code = "file_not_replaceable"
    message = gettext_noop(
        "The file of “%(table)s” in “%(source)s” may not be replaced: it or its folder is read-only, another"
        " account's, or stands under several names. It was not touched."
    )


class UnfitForFile(SourceRefusal):
    code = "unfit_for_file"
    message = gettext_noop(
        "A new value cannot stand in the file of “%(table)s” in “%(source)s”: its encoding or form has no way to"
        " say it. It was not touched."
    )


class UnusableKey(SourceRefusal):
    code = "unusable_key"
    message = gettext_noop("The column “%(column)s” of “%(table)s” cannot be compared with a value exactly.")


class UnusableValue(SourceRefusal):
    code = "unusable_value"
    message = gettext_noop("A new value for the column “%(column)s” of “%(table)s” does not fit it.")


class ConstraintRefused(SourceRefusal):
    code = "constraint_refused"
    message = gettext_noop("The database's own rules refused the change to “%(table)s” (%(constraint)s).")


class Conflict(SourceRefusal):
    code = "source_conflict"
    message = gettext_noop("Somebody else was changing the same rows of “%(source)s”. Nothing was written.")
    is_transient = True


class CommitUnknown(SourceRefusal):
    """The answer to COMMIT was lost: only reading again tells whether it took effect."""

    code = "commit_unknown"
    message = gettext_noop(
        "The source “%(source)s” did not confirm the change. It is being settled by reading again."
    )
    status = 503
    is_transient = True


class SourceFailed(SourceRefusal):
    code = "source_failed"
    message = gettext_noop("The source “%(source)s” reported an error (%(error)s).")


#: What a source that worked before may say for a while: a rotated password, a server being moved.
_MAY_PASS = (WrongPassword, UnknownDatabase, TlsRefused, VariableUnset, FileMissing, FolderMissing)


def while_in_use(refusal: SourceRefusal) -> SourceRefusal:
    """Return the refusal of a source that was connected before: what can be mended outside is waited for."""
    if isinstance(refusal, _MAY_PASS):
        refusal.is_transient = True
    return refusal


def is_of_one_table(refusal: SourceRefusal) -> bool:
    """Return whether the source answers and only what was asked of one table failed.

    A view that computes too long or a table that somebody holds locked is met again at every try: who reads
    all tables names it and goes on.
    """
    return not refusal.is_transient or isinstance(refusal, TimedOut | Conflict)
