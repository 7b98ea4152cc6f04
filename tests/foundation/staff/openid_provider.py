"""A small OpenID provider for tests, run as a process of its own: code flow, PKCE, RS256, JWKS.

It enforces what a provider must (RFC 6749 4.1, RFC 7636, OpenID Connect Core 1.0 3.1), and on demand lies in
the ID token: POST /control says who signs in and what is wrong. Everybody is signed in at once.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "discreet", "provider-secret-4711"


class Provider(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.foreign_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self.said: dict[str, Any] = {}

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        } | self.said["claims"]
        kept = {name: value for name, value in claims.items() if value is not None}
        match self.said.get("sign", "RS256"):
            case "none":
                return jwt.encode(kept, None, algorithm="none", headers={"kid": "k1"})
            case "HS256":
                return jwt.encode(
                    kept, CLIENT_SECRET.ljust(32, "."), algorithm="HS256", headers={"kid": "k1"}
                )
            case "foreign":
                return jwt.encode(kept, self.foreign_key, algorithm="RS256", headers={"kid": "k1"})
            case "stripped":
                return (
                    jwt.encode(kept, self.key, algorithm="RS256", headers={"kid": "k1"}).rpartition(".")[0]
                    + "."
                )
        return jwt.encode(kept, self.key, algorithm="RS256", headers={"kid": "k1"})


class Handler(BaseHTTPRequestHandler):
    @property
    def provider(self) -> Provider:
        return cast(Provider, self.server)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                self._discovery()
            case "/jwks":
                public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.provider.key.public_key()))
                self._json({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]})
            case "/authorize":
                self._authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
            case "/userinfo":
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                if bearer in self.provider.tokens:
                    self._json(self.provider.said.get("userinfo", {}))
                else:
                    self._json({"error": "invalid_token"}, status=401)
            case _:
                self._json({"error": "not_found"}, status=404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if self.path == "/control":
            self.provider.said = json.loads(body)
            self._json({})
        elif self.path == "/token":
            self._token({name: values[0] for name, values in parse_qs(body).items()})
        else:
            self._json({"error": "not_found"}, status=404)

    def _discovery(self) -> None:
        issuer = self.provider.issuer
        self._json(
            {
                "issuer": self.provider.said.get("issuer", issuer),
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": self.provider.said.get("token_endpoint", f"{issuer}/token"),
                "jwks_uri": f"{issuer}/jwks",
                "userinfo_endpoint": f"{issuer}/userinfo",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
            }
        )

    def _authorize(self, asked: dict[str, str]) -> None:
        if (
            asked.get("client_id") != CLIENT_ID
            or asked.get("redirect_uri") != self.provider.said["redirect_uri"]
        ):
            self._json({"error": "invalid_client_or_redirect_uri"}, status=400)
            return
        answer = {"state": asked.get("state", "")}
        needed = ("state", "nonce", "code_challenge")
        if (
            asked.get("response_type") != "code"
            or not all(asked.get(name) for name in needed)
            or asked.get("code_challenge_method") != "S256"
            or "openid" not in asked.get("scope", "").split()
        ):
            answer["error"] = "invalid_request"
        elif self.provider.said.get("is_cancelled"):
            answer["error"] = "access_denied"
        else:
            answer["code"] = secrets.token_urlsafe(16)
            self.provider.codes[answer["code"]] = asked
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _token(self, asked: dict[str, str]) -> None:
        code = self.provider.codes.pop(asked.get("code", ""), None)  # a code serves once
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            self._json({"error": "invalid_client"}, status=401)
            return
        digest = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            code is None
            or asked.get("grant_type") != "authorization_code"
            or asked.get("redirect_uri") != code["redirect_uri"]
            or challenge != code["code_challenge"]
        ):
            self._json({"error": "invalid_grant"}, status=400)
            return
        token = secrets.token_urlsafe(16)
        self.provider.tokens.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 60}
        if not self.provider.said.get("is_without_id_token"):
            answer["id_token"] = self.provider.id_token(code)
        self._json(answer)

    def _json(self, value: object, status: int = 200) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    served = Provider()
    sys.stdout.write(served.issuer + "\n")
    sys.stdout.flush()
    served.serve_forever()
