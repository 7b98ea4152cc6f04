"""The client of a service of objects: it connects to checked addresses only, and takes nothing from the environment."""

import socket
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import (
    AWSHTTPConnection,
    AWSHTTPConnectionPool,
    AWSHTTPSConnection,
    AWSHTTPSConnectionPool,
)
from botocore.config import Config

from discreet.foundation.sources.addresses import CERTIFICATE_SYSTEM, Address, certificate_path, resolve_host
from discreet.foundation.sources.dialects import base

_one_at_a_time = threading.Lock()  # a session of boto3 is not for several threads
_TRIES = 3
_DEFAULT_REGION = "us-east-1"


def client_of(address: Address, *, home: Path) -> Any:
    """Return boto3's client for an address.

    Raises:
        HostNotFound, ForbiddenHost: see there.
    """
    ips = resolve_host(address.host, address.port)
    scheme = "https" if address.is_encrypted else "http"
    host = f"[{address.host}]" if ":" in address.host else address.host
    certificate = certificate_path(address, home)
    with _one_at_a_time:
        client = _session().client(
            "s3",
            aws_access_key_id=address.user,
            aws_secret_access_key=address.password,
            endpoint_url=f"{scheme}://{host}:{address.port}",
            region_name=address.options.get("region", _DEFAULT_REGION),
            verify=certificate if certificate not in ("", CERTIFICATE_SYSTEM) else True,
            config=_config(),
        )
    # botocore's own session, told to connect to these addresses: the name is not looked up again
    client._endpoint.http_session._manager.pool_classes_by_scheme = _pools(ips, address.port)
    return client


@cache
def _session() -> Any:
    """Return what knows the protocol: reading that anew takes a third of a second. It holds no keys."""
    return boto3.session.Session()


def _config() -> Config:
    return Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},
        connect_timeout=base.CONNECT_TIMEOUT_S,
        read_timeout=base.STATEMENT_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": _TRIES},
        proxies={},
        # other services than Amazon's know no checksums of the newer kinds; what was put is read back
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _pools(ips: Sequence[str], port: int) -> dict[str, Any]:
    def dial(connection: Any) -> socket.socket:
        return _dialled(ips, port, connection)

    plain = type("PinnedConnection", (AWSHTTPConnection,), {"_new_conn": dial})
    secure = type("PinnedTlsConnection", (AWSHTTPSConnection,), {"_new_conn": dial})
    return {
        "http": type("PinnedPool", (AWSHTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("PinnedTlsPool", (AWSHTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


def _dialled(ips: Sequence[str], port: int, connection: Any) -> socket.socket:
    from urllib3.exceptions import NewConnectionError

    for ip in ips:
        try:
            connected = socket.create_connection((ip, port), timeout=base.CONNECT_TIMEOUT_S)
        except OSError:
            continue
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected
    raise NewConnectionError(connection, "no address answers")
