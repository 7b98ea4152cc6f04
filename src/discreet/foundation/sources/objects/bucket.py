"""One bucket, or a folder in one, over S3's protocol: list, get, put what has not changed, delete older versions.

Source: Amazon S3 API reference (ListObjectsV2, GetObject, PutObject with `If-Match`, GetBucketVersioning,
ListObjectVersions, DeleteObject with `versionId`, GetObjectRetention, GetObjectLegalHold).
"""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from botocore import exceptions as failures

from discreet.foundation.sources import refusals
from discreet.foundation.sources.addresses import Address
from discreet.foundation.sources.catalogue import OldVersions, Remains
from discreet.foundation.sources.files.replacing import FileConflict, NotReplaceable, PartlyReplaced
from discreet.foundation.sources.objects.wire import client_of

PAGE = 1_000  # what a service lists at once
_PIECE = 1 << 20
_WRONG_KEYS = frozenset(
    [
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidToken",
        "ExpiredToken",
        "AuthorizationHeaderMalformed",
    ]
)
#: What a new object would lose unless it is said again.
_KEPT = (
    "ContentType", "ContentEncoding", "ContentDisposition", "ContentLanguage", "CacheControl", "Metadata",
    "StorageClass", "ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled", "WebsiteRedirectLocation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    key: str
    size: int
    etag: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object as it was read. `kept`: what belongs to it beside its bytes."""

    key: str
    etag: str
    kept: Mapping[str, Any]
    has_tags: bool


class Closed(Exception):
    """The account may not read an object, or it lies in an archive."""


class Bucket:
    """What an address leads to. The connection goes to the addresses that were checked, whatever is asked."""

    def __init__(self, address: Address, *, home: Path) -> None:
        self.place = address.place
        self._name, _, folder = address.database.partition("/")
        self.prefix = f"{folder}/" if folder else ""
        self._client = client_of(address, home=home)

    def listed(self) -> Iterator[Listed]:
        """Yield all objects below the prefix in the order of their keys.

        Raises:
            SourceRefusal: the service cannot be reached, or refuses.
        """
        going_on: dict[str, str] = {}
        while True:
            with self._answered():
                page = self._client.list_objects_v2(
                    Bucket=self._name, Prefix=self.prefix, MaxKeys=PAGE, **going_on
                )
            for one in page.get("Contents", ()):
                yield Listed(str(one["Key"]), int(one["Size"]), str(one["ETag"]))
            if not page.get("IsTruncated"):
                return
            going_on = {"ContinuationToken": str(page["NextContinuationToken"])}

    def old_versions(self) -> OldVersions:
        """Return whether the bucket keeps older versions; one that once did keeps those for good."""
        try:
            found = self._client.get_bucket_versioning(Bucket=self._name)
        except (failures.ClientError, failures.BotoCoreError):
            return OldVersions.UNKNOWN
        return OldVersions.KEPT if found.get("Status") else OldVersions.NONE

    def older(self, key: str | None = None) -> Iterator[tuple[str, str]]:
        """Yield key and version of what objects held before, of one key or of all below the prefix.

        Marks of a deletion hold nothing and are left out; what they hide is an older version.

        Raises:
            Closed: the account may not ask.
            SourceRefusal: as `listed`.
        """
        going_on: dict[str, str] = {}
        prefix = self.prefix if key is None else key
        while True:
            with self._answered():
                try:
                    page = self._client.list_object_versions(
                        Bucket=self._name, Prefix=prefix, MaxKeys=PAGE, **going_on
                    )
                except failures.ClientError as error:
                    if _status(error) in (400, 403, 501) and _code(error) not in _WRONG_KEYS:
                        raise Closed from None
                    raise
            for one in page.get("Versions", ()):
                if not one["IsLatest"] and key in (None, one["Key"]):
                    yield str(one["Key"]), str(one["VersionId"])
            if not page.get("IsTruncated") or (key is not None and page["NextKeyMarker"] != key):
                return
            going_on = {
                "KeyMarker": str(page["NextKeyMarker"]),
                "VersionIdMarker": str(page["NextVersionIdMarker"]),
            }

    def delete_version(self, key: str, version: str) -> Remains | None:
        """Delete one version of an object for good; return why it stays, None where it is gone.

        Raises:
            SourceRefusal: as `listed`.
        """
        with self._answered():
            try:
                self._client.delete_object(Bucket=self._name, Key=key, VersionId=version)
            except failures.ClientError as error:
                if _status(error) == 404:  # somebody else deleted it
                    return None
                if _status(error) in (400, 403) and _code(error) not in _WRONG_KEYS:
                    return Remains.LOCKED if self._is_locked(key, version) else Remains.NOT_ALLOWED
                raise
        return None

    def _is_locked(self, key: str, version: str) -> bool:
        """Return whether a retention or a legal hold is known to stand on a version."""
        at = {"Bucket": self._name, "Key": key, "VersionId": version}
        with suppress(failures.ClientError, failures.BotoCoreError):
            if self._client.get_object_legal_hold(**at)["LegalHold"].get("Status") == "ON":
                return True
        with suppress(failures.ClientError, failures.BotoCoreError):
            until = self._client.get_object_retention(**at)["Retention"].get("RetainUntilDate")
            return until is not None and until > datetime.now(UTC)
        return False

    def fetch(self, key: str, path: Path, *, most_bytes: int) -> Fetched | None:
        """Write an object's bytes to a new file; None where it is gone.

        Raises:
            Closed: see there.
            OSError: it is larger than `most_bytes`, or the disk is full.
            SourceRefusal: as `listed`.
        """
        with self._answered():
            try:
                found = self._client.get_object(Bucket=self._name, Key=key)
            except failures.ClientError as error:
                if _status(error) == 404 and _code(error) != "NoSuchBucket":
                    return None
                if _status(error) in (400, 403) and _code(error) not in _WRONG_KEYS:
                    raise Closed from None
                raise
            with path.open("xb") as file:
                path.chmod(0o600)
                for piece in found["Body"].iter_chunks(_PIECE):
                    most_bytes -= len(piece)
                    if most_bytes < 0:
                        raise OSError(f"larger than was listed: {len(key)}")
                    file.write(piece)
        kept = {name: found[name] for name in _KEPT if found.get(name)}
        return Fetched(key, str(found["ETag"]), kept, bool(found.get("TagCount")))

    def check(self, known: Fetched) -> None:
        """Refuse where an object is no longer what was read.

        Raises:
            FileConflict: see there.
            SourceRefusal: as `listed`.
        """
        if self._etag(known.key) != known.etag:
            raise FileConflict

    def _etag(self, key: str) -> str:
        with self._answered():
            try:
                return str(self._client.head_object(Bucket=self._name, Key=key)["ETag"])
            except failures.ClientError as error:
                if _status(error) == 404:
                    return ""
                raise

    def put(self, known: Fetched, path: Path) -> None:
        """Put a file in the place of an object if that is still what was read, and read it back.

        Raises:
            FileConflict: the object was changed; it was not touched.
            NotReplaceable: the account may not put it, or not all that belongs to it; it was not touched.
            PartlyReplaced: whether it was put cannot be told, or something else stands there now.
        """
        digest, md5 = _digests(path)
        given = dict(known.kept)
        if known.has_tags:
            given["Tagging"] = self._tags(known.key)
        try:
            with path.open("rb") as file:
                self._client.put_object(
                    Bucket=self._name,
                    Key=known.key,
                    Body=file,
                    ContentMD5=md5,
                    IfMatch=known.etag,
                    **given,
                )
        except failures.ClientError as error:
            # the client tries again by itself, and may meet what its own first try put there
            if _status(error) in (404, 409, 412) and not self._holds(known.key, digest):
                raise FileConflict from None
            if 400 <= _status(error) < 500 and _status(error) not in (404, 408, 409, 412, 429):
                raise NotReplaceable from None
        except failures.BotoCoreError:
            pass  # only reading again tells
        if not self._holds(known.key, digest):
            raise PartlyReplaced

    def _tags(self, key: str) -> str:
        try:
            found = self._client.get_object_tagging(Bucket=self._name, Key=key)
        except (failures.ClientError, failures.BotoCoreError):
            raise NotReplaceable from None
        return urlencode([(each["Key"], each["Value"]) for each in found["TagSet"]])

    def _holds(self, key: str, digest: bytes) -> bool:
        found = hashlib.sha256()
        with suppress(failures.ClientError, failures.BotoCoreError):
            for piece in self._client.get_object(Bucket=self._name, Key=key)["Body"].iter_chunks(_PIECE):
                found.update(piece)
            return found.digest() == digest
        return False

    def close(self) -> None:
        self._client.close()

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """Turn the library's errors into refusals. Its texts can hold keys, so they are not chained."""
        try:
            yield
        except failures.ClientError as error:
            raise self._refusal(error) from None
        except failures.SSLError:
            raise refusals.TlsRefused(source=self.place) from None
        except failures.ReadTimeoutError:
            raise refusals.TimedOut(source=self.place) from None
        except failures.BotoCoreError:
            raise refusals.SourceDown(source=self.place) from None

    def _refusal(self, error: Any) -> refusals.SourceRefusal:
        code, status = _code(error), _status(error)
        if code in _WRONG_KEYS:
            return refusals.WrongPassword(source=self.place)
        if code == "NoSuchBucket" or status == 404:
            return refusals.UnknownBucket(source=self.place)
        if status == 403:
            return refusals.BucketClosed(source=self.place)
        if status >= 500 or status in (408, 429):
            return refusals.SourceDown(source=self.place)
        return refusals.SourceFailed(source=self.place, error=code[:60] or str(status))


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: Any) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _digests(path: Path) -> tuple[bytes, str]:
    """Return SHA-256 to compare with, and MD5 as the service checks what arrives."""
    sha, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            sha.update(piece)
            md5.update(piece)
    return sha.digest(), base64.b64encode(md5.digest()).decode()
