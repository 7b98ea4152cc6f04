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


class Wire:
    """What happens between a client and the store."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app
        self.before_put: Callable[[], None] | None = None
        self.loses_answer = False

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
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

    def __init__(self, port: int, wire: "Wire") -> None:
        self.port = port
        self._wire = wire
        self._iam = self._client("iam")
        owner = self._account("owner", ["*"])
        self._iam = self._client("iam", *owner)
        self.client = self._client("s3", *owner)
        self.client.create_bucket(Bucket=BUCKET)
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

    def before_next_put(self, happens: Callable[[], None] | None) -> None:
        """Have something happen just before the next object that arrives is put."""
        self._wire.before_put = happens

    def lose_next_answer(self) -> None:
        """Put the next object that arrives, and say that the service broke down."""
        self._wire.loses_answer = True

    def get(self, key: str) -> bytes:
        found: bytes = self.client.get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return found


@contextmanager
def running() -> Iterator[Store]:
    """Yield a store that checks the keys and rights of everybody."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    free = settings.INITIAL_NO_AUTH_ACTION_COUNT
    try:
        wire = Wire(server._server.app)
        server._server.app = wire
        store = Store(server.get_host_and_port()[1], wire)
        settings.INITIAL_NO_AUTH_ACTION_COUNT = ActionAuthenticatorMixin.request_count = 0
        yield store
    finally:
        settings.INITIAL_NO_AUTH_ACTION_COUNT = free
        server.stop()
        moto_api_backend.reset()
