"""The printed script of least rights: one account that reads, one that also changes rows, and no more."""

import json

from django.utils.translation import gettext

from discreet.foundation.sources.catalogue import Catalogue, Engine, TableInfo


def grant_script(catalogue: Catalogue, database: str) -> str:
    """Return the statements for the engine's own client. Passwords are chosen there, never by Discreet."""
    if catalogue.engine is Engine.SQLITE:
        return _remark(
            "#",
            gettext("SQLite knows no accounts: the file's permissions are the rights."),
            gettext("Discreet's user must read the file, and for erasure write the file and its folder."),
        )
    if catalogue.engine is Engine.FILES and catalogue.tls != "file":
        return _bucket(database)
    if catalogue.engine is Engine.FILES:
        return _remark(
            "#",
            gettext("Files know no accounts: their permissions are the rights."),
            gettext(
                "Discreet's user must read the folder and its files, and for erasure write the files and the folders"
                " they stand in. Files of another owner are not replaced."
            ),
        )
    build = _postgresql if catalogue.engine is Engine.POSTGRESQL else _mysql
    return "\n".join(build(catalogue, database))


#: To delete older versions where the bucket keeps some, and to say what forbids it.
_OLDER = ["s3:DeleteObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold"]


def _bucket(database: str) -> str:
    """Return a policy. Reading needs no more than its first three statements; the last is for older versions."""
    bucket, _, folder = database.partition("/")
    below = f"{folder}/*" if folder else "*"
    arn = f"arn:aws:s3:::{bucket}"
    listing: dict[str, object] = {
        "Effect": "Allow",
        "Action": ["s3:ListBucket", "s3:ListBucketVersions"],
        "Resource": arn,
    }
    if folder:
        listing["Condition"] = {"StringLike": {"s3:prefix": below}}
    objects = f"{arn}/{below}"
    reading = ["s3:GetObject", "s3:GetObjectTagging"]
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            listing,
            {"Effect": "Allow", "Action": reading, "Resource": objects},
            {"Effect": "Allow", "Action": "s3:GetBucketVersioning", "Resource": arn},
            {"Effect": "Allow", "Action": ["s3:PutObject", "s3:PutObjectTagging"], "Resource": objects},
            {"Effect": "Allow", "Action": _OLDER, "Resource": objects},
        ],
    }
    return json.dumps(policy, indent=2)


def _remark(mark: str, *lines: str) -> str:
    return "\n".join(f"{mark} {line}" for line in lines)


def _double(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _back(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _postgresql(catalogue: Catalogue, database: str) -> list[str]:
    schemas = sorted({table.ref.schema or catalogue.default_schema for table in catalogue.tables})
    lines = [
        _remark("--", gettext("Run as the owner of the tables. Choose the passwords with \\password.")),
        _role_unless_known("discreet_read"),
        "ALTER ROLE discreet_read SET default_transaction_read_only = on;",
        _role_unless_known("discreet_write"),
        f"GRANT CONNECT ON DATABASE {_double(database)} TO discreet_read, discreet_write;",
        *(f"GRANT USAGE ON SCHEMA {_double(name)} TO discreet_read, discreet_write;" for name in schemas),
    ]
    for table in catalogue.tables:
        name = f"{_double(table.ref.schema or catalogue.default_schema)}.{_double(table.ref.table)}"
        lines += _table_grants(table, name, "discreet_read", "discreet_write")
    return [*lines, "\\password discreet_read", "\\password discreet_write"]


def _role_unless_known(name: str) -> str:
    known = f"SELECT FROM pg_roles WHERE rolname = '{name}'"
    return f"DO $$ BEGIN IF NOT EXISTS ({known}) THEN CREATE ROLE {name} LOGIN; END IF; END $$;"


def _mysql(catalogue: Catalogue, database: str) -> list[str]:
    read, write = "'discreet_read'@'%'", "'discreet_write'@'%'"
    lines = [
        _remark(
            "--", gettext("Put two passwords of your own in place of the marks, and your host in place of %.")
        ),
        f"CREATE USER IF NOT EXISTS {read} IDENTIFIED BY '<password 1>';",
        f"CREATE USER IF NOT EXISTS {write} IDENTIFIED BY '<password 2>';",
    ]
    right = "SLAVE MONITOR" if catalogue.version.startswith("MariaDB") else "REPLICATION CLIENT"
    lines += [
        _remark("--", gettext("To know a replica, which may lag behind and must not verify an erasure:")),
        f"GRANT {right} ON *.* TO {read}, {write};",
    ]
    for table in catalogue.tables:
        lines += _table_grants(table, f"{_back(database)}.{_back(table.ref.table)}", read, write)
    return lines


def _table_grants(table: TableInfo, name: str, read: str, write: str) -> list[str]:
    lines = [f"GRANT SELECT ON {name} TO {read};"]
    rights = "SELECT, UPDATE, DELETE" if table.is_writable else "SELECT"
    return [*lines, f"GRANT {rights} ON {name} TO {write};"]
