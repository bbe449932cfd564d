"""A token endpoint on loopback that keeps the rules strictly, remembers, and can be told to fail.

A refresh token is good for one use; using one twice takes the login back, as real ones do.
"""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

import jwt

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "canary-client-secret"
DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass
class Answer:
    """What to answer instead: a body (JSON unless it is octets), a status, header fields."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):  # noqa: N818 - what the endpoint says
    """An error as RFC 6749 section 5.2 has it."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(code)
        self.body = {"error": code, "error_description": description}


@dataclass
class Authority:
    """The endpoint. ``valid`` are the access tokens that mail servers take, and for whom.

    Of those it gave out only the newest count, so many as ``generations`` says.
    """

    port: int = 0
    expires_in: int | None = 3600
    rotates: bool = True
    generations: int = 1000
    username: str = "cp@chirper.example"
    public_key: Any = None
    pending: int = 0
    instead: list[Answer] = field(default_factory=list)
    hangs_for: float = 0.0
    posts: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    valid: dict[str, str] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)
    is_revoked: bool = False
    extra: dict[str, Any] = field(default_factory=dict)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[str]:
        """Which grants were asked for, in order."""
        return [form["grant_type"] for path, form in self.posts if path == "/token"]

    def forms(self, path: str = "/token") -> list[dict[str, str]]:
        return [form for at, form in self.posts if at == path]

    def first_refresh_token(self) -> str:
        self.refresh_tokens.add("canary-refresh-0")
        return "canary-refresh-0"

    def invalidate(self) -> None:
        """End every access token given out so far, as a server does when time has passed."""
        self.valid.clear()

    def answer(self, path: str, form: dict[str, str], headers: dict[str, str]) -> Answer:
        with self._lock:
            self.posts.append((path, form))
            self.headers.append(headers)
            if path == "/introspect":
                return self._introspected(form)
            if self.instead:
                return self.instead.pop(0)
            try:
                return Answer(body=self._given(path, form, headers))
            except Refusal as refusal:
                return Answer(status=400, body=refusal.body)

    def _introspected(self, form: dict[str, str]) -> Answer:
        user = self.valid.get(form.get("token", ""))
        return Answer(body={"active": user is not None, "username": user or ""})

    def _given(self, path: str, form: dict[str, str], headers: dict[str, str]) -> dict[str, Any]:
        if path == "/device":
            self._know_client(form, headers)
            return {
                "device_code": "canary-device-code",
                "user_code": "WDJB-MJHT",
                "verification_uri": f"{self.url}/activate",
                "expires_in": 60,
                "interval": 1,
            }
        match form["grant_type"]:
            case "client_credentials":
                self._know_client(form, headers)
                return self._tokens(refreshing=False)
            case "refresh_token":
                self._know_client(form, headers)
                return self._refreshed(form["refresh_token"])
            case "authorization_code":
                self._know_client(form, headers)
                return self._tokens(refreshing=True)
            case code if code == DEVICE_CODE:
                return self._logged_in(form)
            case kind if kind == JWT_BEARER:
                return self._stands_for(form["assertion"])
        raise Refusal("unsupported_grant_type")

    def _know_client(self, form: dict[str, str], headers: dict[str, str]) -> None:
        given = (form.get("client_id"), form.get("client_secret"))
        basic = headers.get("authorization", "")
        if basic.startswith("Basic "):
            words = base64.b64decode(basic.removeprefix("Basic ")).decode().split(":")
            given = (unquote_plus(words[0]), unquote_plus(words[1]))
        if "client_assertion" in form:
            claims = jwt.decode(
                form["client_assertion"],
                self.public_key,
                algorithms=["PS256"],
                audience=f"{self.url}/token",
            )
            given = (claims["sub"], SECRET)
        if given != ("us", SECRET):
            # Some endpoints repeat what they were given.
            raise Refusal("invalid_client", f"wrong: {given[1]}\r\nTrace: 7")

    def _refreshed(self, token: str) -> dict[str, Any]:
        if token in self.used:
            self.is_revoked = True
        if self.is_revoked or token not in self.refresh_tokens:
            raise Refusal("invalid_grant", f"{token} is not good")
        if self.rotates:
            self.refresh_tokens.discard(token)
            self.used.add(token)
        return self._tokens(refreshing=self.rotates)

    def _logged_in(self, form: dict[str, str]) -> dict[str, Any]:
        if form["device_code"] != "canary-device-code":
            raise Refusal("invalid_grant")
        if self.pending:
            self.pending -= 1
            raise Refusal("authorization_pending")
        return self._tokens(refreshing=True)

    def _stands_for(self, assertion: str) -> dict[str, Any]:
        claims = jwt.decode(
            assertion, self.public_key, algorithms=["RS256"], audience=f"{self.url}/token"
        )
        return self._tokens(refreshing=False, user=claims["sub"])

    def _tokens(self, *, refreshing: bool, user: str | None = None) -> dict[str, Any]:
        self._count += 1
        token = f"canary-access-{self._count}"
        self.valid[token] = user or self.username
        for old in list(self.valid)[: -self.generations]:
            del self.valid[old]
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer"}
        if self.expires_in is not None:
            answer["expires_in"] = self.expires_in
        if refreshing:
            answer["refresh_token"] = f"canary-refresh-{self._count}"
            self.refresh_tokens.add(answer["refresh_token"])
        return answer | self.extra


@contextlib.contextmanager
def running(authority: Authority, tls: ssl.SSLContext | None = None) -> Iterator[Authority]:
    class Asked(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {key: values[0] for key, values in parse_qs(text).items()}
            headers = {key.lower(): value for key, value in self.headers.items()}
            answer = authority.answer(urlsplit(self.path).path, form, headers)
            time.sleep(authority.hangs_for)
            body = (
                answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            )
            with contextlib.suppress(OSError):
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Asked)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    authority.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
