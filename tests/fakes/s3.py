"""A store of objects over S3's protocol on loopback: moto's server, asked by Discreet over real HTTP.

moto looks at no keys and no rights until it is told to: then it checks signatures and policies as the service does.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3
from moto import settings
from moto.core.authorization import ActionAuthenticatorMixin
from moto.moto_api._internal import moto_api_backend
from moto.server import ThreadedMotoServer

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

BUCKET = "exports"
_READ = ["s3:ListBucket", "s3:GetObject", "s3:GetObjectTagging", "s3:GetBucketVersioning"]
WRITE = [*_READ, "s3:PutObject", "s3:PutObjectTagging"]
OLDER = ["s3:ListBucketVersions", "s3:DeleteObjectVersion", "s3:GetObjectRetention", "s3:GetObjectLegalHold"]


class Wire:
    """What happens between a client and the store. `instead`: what answers in its place; None: nothing does."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self.before_put: Callable[[], None] | None = None
        self.loses_answer = False
        self.instead: (
            Callable[[WSGIEnvironment, Callable[[], Iterable[bytes]]], Iterable[bytes] | None] | None
        )
        self.instead = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if self.instead is not None:
            answer = self.instead(environ, lambda: self._app(environ, start_response))
            if answer is None:
                start_response("503 Slow Down", [("Content-Length", "0")])
            return answer or []
        if environ["REQUEST_METHOD"] != "PUT":
            return self._app(environ, start_response)
        happens, self.before_put = self.before_put, None
        if happens is not None:
            happens()
        if not self.loses_answer:
            return self._app(environ, start_response)
        self.loses_answer = False
        list(self._app(environ, lambda *_: lambda _: None))
        start_response("500 Internal Server Error", [("Content-Length", "0")])
        return []


class Store:
    """A bucket, and accounts that may read or write in it."""

    def __init__(self, port: int, wire: "Wire", *, locks: bool) -> None:
        self.port = port
        self.wire = wire
        self._iam = self._client("iam")
        owner = self._account("owner", ["*"])
        self._iam = self._client("iam", *owner)
        self.client = self._client("s3", *owner)
        self.client.create_bucket(Bucket=BUCKET, ObjectLockEnabledForBucket=locks)
        self.reader = self._account("reader", _READ)
        self.writer = self._account("writer", WRITE)
        self.stranger = self._account("stranger", ["s3:GetBucketVersioning"])

    def _client(self, service: str, key: str = "nobody", secret: str = "nothing") -> Any:
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="us-east-1",
        )

    def _account(self, name: str, actions: list[str]) -> tuple[str, str]:
        iam = self._iam
        iam.create_user(UserName=name)
        self.may(name, actions)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def may(self, name: str, actions: list[str]) -> None:
        """Give an account these rights and no others."""
        policy = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}],
        }
        self._iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=json.dumps(policy))

    def url(self, account: tuple[str, str], *, place: str = f"{BUCKET}/crm") -> str:
        key, secret = account
        return f"s3://{key}:{quote(secret, safe='')}@127.0.0.1:{self.port}/{place}?tls=off"

    def put(self, key: str, body: bytes, **more: object) -> None:
        self.client.put_object(Bucket=BUCKET, Key=key, Body=body, **more)

    def keep_versions(self) -> None:
        kept = {"Status": "Enabled"}
        self.client.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=kept)

    def versions(self, key: str) -> list[str]:
        found = self.client.list_object_versions(Bucket=BUCKET, Prefix=key)
        return [each["VersionId"] for each in found["Versions"]]

    def listed(self) -> list[str]:
        found = self.client.list_objects_v2(Bucket=BUCKET).get("Contents", ())
        return [each["Key"] for each in found]

    def every_version(self, prefix: str) -> list[bytes]:
        """Return what all objects hold and held."""
        found = self.client.list_object_versions(Bucket=BUCKET, Prefix=prefix)["Versions"]
        places = [{"Bucket": BUCKET, "Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        return [self.client.get_object(**place)["Body"].read() for place in places]

    def empty(self) -> None:
        """Delete all objects and all that they held."""
        found = self.client.list_object_versions(Bucket=BUCKET)
        for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            self.client.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])

    def hold(self, key: str) -> None:
        """Put a legal hold on what an object is now."""
        self.client.put_object_legal_hold(Bucket=BUCKET, Key=key, LegalHold={"Status": "ON"})

    def delete_older(self, key: str) -> None:
        """Delete the older versions of an object, as its owner."""
        found = self.client.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]
        for one in found:
            if not one["IsLatest"]:
                self.client.delete_object(Bucket=BUCKET, Key=key, VersionId=one["VersionId"])

    def before_next_put(self, happens: Callable[[], None] | None) -> None:
        """Have something happen just before the next object that arrives is put."""
        self.wire.before_put = happens

    def lose_next_answer(self) -> None:
        """Put the next object that arrives, and say that the service broke down."""
        self.wire.loses_answer = True

    def get(self, key: str) -> bytes:
        found: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return found


@contextmanager
def running(*, locks: bool = False) -> Iterator[Store]:
    """Yield a store that checks the keys and rights of everybody. `locks`: versions can be held, and are kept."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    free = settings.INITIAL_NO_AUTH_ACTION_COUNT
    try:
        wire = Wire(server._server.app)
        server._server.app = wire
        store = Store(server.get_host_and_port()[1], wire, locks=locks)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = ActionAuthenticatorMixin.request_count = 0
        yield store
    finally:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = free
        server.stop()
        moto_api_backend.reset()
