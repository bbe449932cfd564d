from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outside import posting
from outside.oauth.endpoint import LONGEST_WAIT, Granted, Post, ask, post
from outside.oauth.errors import LoginError
from outside.oauth.grants import Grant, GrantKind, renewal
from outside.oauth.urls import check_endpoint
from tests.outside.authority import Answer
from tests.outside.desk import at_once

if TYPE_CHECKING:
    from tests.outside.authority import Authority

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def asked(grant: Grant, send: Post = at_once) -> Granted:
    return ask(grant, renewal(grant, None, NOW), send)


def refused(grant: Grant) -> LoginError:
    with pytest.raises(LoginError) as caught:
        asked(grant)
    return caught.value


def test_a_process_of_its_own_asks(app: Grant, authority: Authority) -> None:
    granted = asked(app, post)
    assert granted.access_token == "canary-access-1"
    assert granted.expires_after == timedelta(hours=1)
    assert authority.headers[0]["content-type"] == "application/x-www-form-urlencoded"


def read_if_there(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def test_the_secret_is_in_no_list_of_processes(app: Grant, authority: Authority) -> None:
    authority.hangs_for = 1.0
    thread = threading.Thread(target=asked, args=(app, post))
    thread.start()
    while not authority.posts:
        time.sleep(0.01)
    processes = [
        (path.read_bytes(), (path.parent / "environ").read_bytes())
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if b"outside.posting" in read_if_there(path)
    ]
    thread.join()
    assert processes
    assert not any(b"canary" in shown for process in processes for shown in process)


def test_an_endpoint_that_hangs_is_left(app: Grant, authority: Authority) -> None:
    authority.hangs_for = 3.0
    with pytest.raises(LoginError, match=r"no answer within 0\.5 seconds") as caught:
        asked(app, lambda request, _: post(request, timedelta(seconds=0.5)))
    assert not caught.value.for_good


def test_the_secret_can_go_in_a_header(app: Grant, authority: Authority) -> None:
    asked(replace(app, basic=True))
    assert "client_secret" not in authority.forms()[0]
    assert authority.headers[0]["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(status=500), "HTTP status 500"),
        (Answer(status=429, body={"error": "busy"}), "HTTP status 429"),
        (Answer(status=400, body={"error": "temporarily_unavailable"}), "temporarily_unavailable"),
        (Answer(body=b"x" * (posting.MAX_ANSWER_OCTETS + 1)), "longer than 262144 octets"),
    ],
)
def test_what_passes_is_tried_again(
    app: Grant, authority: Authority, answer: Answer, told: str
) -> None:
    authority.instead = [answer]
    error = refused(app)
    assert told in str(error)
    assert not error.for_good


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Answer(status=302, headers={"Location": "https://example.org/"}), "HTTP status 302"),
        (Answer(status=404, body=b"<html>"), "HTTP status 404, and no answer of a token endpoint"),
        (Answer(body=b"<html>"), "no answer of a token endpoint"),
        (Answer(body=[1]), "no answer of a token endpoint"),
        (Answer(body=b"[" * 100_000), "no answer of a token endpoint"),
        (Answer(status=403, body={"access_token": "x"}), "HTTP status 403"),
        (Answer(body={}), "missing_token"),
        (Answer(body={"access_token": 7}), "no usable token"),
        (Answer(body={"access_token": "a b"}), "no usable token"),
        (Answer(body={"access_token": "a\x01auth=b"}), "no usable token"),
        (Answer(body={"access_token": "a", "token_type": "mac"}), "no usable token"),
        (Answer(body={"access_token": "a", "expires_in": "soon"}), "no usable token"),
        (Answer(body={"access_token": "a", "scope": 7}), "no usable token"),
        (Answer(body=b'{"access_token": "a", "expires_in": 1e999}'), "no usable token"),
        (Answer(status=400, body={"error": "invalid_scope"}), "compare scopes in [oauth.m365]"),
        (Answer(status=400, body={"error": "unauthorized_client"}), "administrator"),
        (Answer(status=400, body={"error": ["x"], "error_description": {}}), "gives no token"),
    ],
)
def test_what_needs_a_person_says_so(
    app: Grant, authority: Authority, answer: Answer, told: str
) -> None:
    authority.instead = [answer]
    error = refused(app)
    assert told in str(error)
    assert error.for_good
    assert len(authority.posts) == 1


def test_a_redirection_is_not_followed(app: Grant, authority: Authority) -> None:
    authority.instead = [Answer(status=307, headers={"Location": f"{authority.url}/elsewhere"})]
    refused(app)
    assert [path for path, _ in authority.posts] == ["/token"]


def test_an_endpoint_that_repeats_our_secret_is_not_quoted(app: Grant) -> None:
    assert app.client_secret
    assert app.client_secret.path
    app.client_secret.path.write_text("canary-wrong-secret")
    error = refused(app)
    assert "canary" not in f"{error}{error!r}{error.__context__!r}{error.__cause__!r}"
    assert "invalid_client: wrong: ***" in str(error)
    # Only the first line of what it said, and how to mend it.
    assert "Trace" not in str(error)
    assert "compare client_id in [oauth.m365]" in str(error)


@pytest.mark.parametrize(
    ("given_back", "wait"),
    [
        ("30", timedelta(seconds=30)),
        ("86400", LONGEST_WAIT),
        ("99999999999999999999", None),
        ("-5", None),
        ("soon", None),
        (timedelta(days=-1), timedelta(0)),
        (timedelta(days=1), LONGEST_WAIT),
    ],
)
def test_how_long_to_wait_is_read(
    app: Grant, authority: Authority, given_back: str | timedelta, wait: timedelta | None
) -> None:
    if isinstance(given_back, timedelta):
        given_back = format_datetime(datetime.now(UTC) + given_back)
    authority.instead = [Answer(status=429, headers={"Retry-After": given_back})]
    assert refused(app).retry_after == wait


def test_nobody_listening_is_out_of_reach(app: Grant) -> None:
    error = refused(replace(app, token_url="http://127.0.0.1:1/token"))
    assert str(error) == "127.0.0.1:1: out of reach: Connection refused"
    assert not error.for_good


def test_a_certificate_that_nobody_vouches_for_is_refused(
    app: Grant, certificate: Path, encrypted_port: int
) -> None:
    encrypted = replace(app, token_url=f"https://localhost:{encrypted_port}/token")
    assert "its certificate is not trusted" in str(refused(encrypted))
    trusting = replace(encrypted, ca_file=certificate)
    assert asked(trusting).access_token == "canary-access-1"
    missing = replace(encrypted, ca_file=certificate.with_name("none.pem"))
    assert "No such file" in str(refused(missing))


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example/token",
        "ftp://login.example/token",
        "login.example/token",
        "https://",
        "https://us:secret@login.example/token",
        "https://login.example/token#part",
        "https://login.example:port/token",
        "https://login.example/to ken",
        "https://login.example/\r\nHost: other",
        "http://127.0.0.1.example.org/token",
        "file:///etc/passwd",
    ],
)
def test_secrets_are_sent_over_https_only(app: Grant, url: str) -> None:
    with pytest.raises(ValueError, match=r"^(is not|must|Port)"):
        check_endpoint(url)
    with pytest.raises(ValueError, match=r"^(is not|must|Port)"):
        replace(app, token_url=url)


@given(st.dictionaries(st.text(), st.one_of(st.text(), st.integers(), st.none(), st.booleans())))
def test_whatever_is_answered_makes_a_token_or_a_clear_error(answer: dict[str, Any]) -> None:
    body = json.dumps({"access_token": "a"} | answer)
    grant = Grant(
        name="any",
        kind=GrantKind.CLIENT_CREDENTIALS,
        token_url="https://login.example/token",
        client_id="us",
    )
    with contextlib.suppress(LoginError):
        granted = asked(grant, lambda *_: {"status": 200, "body": body})
        assert granted.access_token.isascii()


def test_the_program_alone_says_what_is_wrong() -> None:
    request = {"url": "https://[", "body": "a=b", "headers": {}, "ca_file": None}
    done = subprocess.run(
        [sys.executable, "-m", "outside.posting"],
        input=json.dumps(request) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"trouble": "out of reach (ValueError)"}
    assert not done.stderr
