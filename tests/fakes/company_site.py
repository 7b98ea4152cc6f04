"""A company's own site: customers sign in with a password, and one button hands them over, signed. Plain WSGI.

What it does in `_signed` and `_handing` is what docs/guide/handover.md tells companies to do.
"""

import html
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Start = Callable[[str, list[tuple[str, str]]], object]
PASSWORD = "correct horse"


@dataclass(frozen=True, slots=True)
class Customer:
    number: str
    email: str
    is_email_verified: bool = True


@dataclass
class CompanySite:
    """`discreet`: where the privacy centre is; `audience`: what Discreet calls itself."""

    site_id: str
    customers: dict[str, Customer]
    discreet: str = ""
    audience: str = ""
    url: str = ""
    language: str = "en"
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def public_key(self) -> str:
        return self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        where = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        login = self.sessions.get(_cookie(environ), "")
        if where == ("POST", "/login"):
            return self._login(_form(environ), start)
        if not login:
            return _page(start, _LOGIN)
        if where == ("GET", "/privacy"):
            return _page(start, self._handing(login))
        return _page(start, f"<h1>Hello {html.escape(login)}</h1><a href=/privacy>My personal data</a>")

    def _login(self, form: dict[str, str], start: Start) -> Iterable[bytes]:
        login = form.get("login", "")
        if login not in self.customers or not secrets.compare_digest(form.get("password", ""), PASSWORD):
            return _page(start, _LOGIN, status="403 Forbidden")
        session = secrets.token_urlsafe(24)
        self.sessions[session] = login
        cookie = f"shop={session}; HttpOnly; SameSite=Lax; Path=/"
        start("303 See Other", [("Location", "/"), ("Set-Cookie", cookie)])
        return []

    def _handing(self, login: str) -> str:
        """Return a page whose form posts the token: in an address it would stand in logs and histories."""
        return (
            f'<h1>My personal data</h1><form method="post" action="{self.discreet}/privacy/handover/">'
            f'<input type="hidden" name="token" value="{self._signed(login)}">'
            f'<input type="hidden" name="language" value="{self.language}"><button>Ask about my data</button></form>'
        )

    def _signed(self, login: str) -> str:
        customer, now = self.customers[login], int(time.time())
        claims = {
            "iss": self.site_id,
            "aud": self.audience,
            "sub": customer.number,
            "email": customer.email,
            "email_verified": customer.is_email_verified,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
        }
        return jwt.encode(claims, self.key, algorithm="EdDSA")


@contextmanager
def served(site: CompanySite) -> Iterator[CompanySite]:
    """Serve the site on a port of its own. Its host differs from Discreet's, as another site's does."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    with make_server("127.0.0.1", 0, site, handler_class=Quiet) as server:  # type: ignore[arg-type]
        site.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield site
        server.shutdown()
        thread.join(5)


_LOGIN = (
    '<h1>Sign in</h1><form method="post" action="/login"><label>Name <input name="login"></label>'
    '<label>Password <input name="password" type="password"></label><button>Sign in</button></form>'
)


def _page(start: Start, body: str, *, status: str = "200 OK") -> Iterable[bytes]:
    page = f'<!doctype html><html lang="en"><title>Shop</title><body>{body}</body></html>'.encode()
    start(status, [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))])
    return [page]


def _cookie(environ: dict[str, Any]) -> str:
    found = SimpleCookie(environ.get("HTTP_COOKIE", "")).get("shop")
    return found.value if found else ""


def _form(environ: dict[str, Any]) -> dict[str, str]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)).decode()
    return {name: values[0] for name, values in parse_qs(body).items()}
