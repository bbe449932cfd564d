"""What is watched of logins by OAuth 2: whether tokens come, and what runs out soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from notifier.expiry import Expiry
from store.model import LoginFailure, StoredLogin, utc_now
from tests.tipline.certificates import certificate_for
from tests.tipline.test_settings import SMALLEST, write
from tipline.installation import Installation, opened
from tipline.logins import FAILURES_TOLD, FailingLogins, login_expiries
from tipline.settings import Settings, load_settings
from tipline.settings.logins import grants
from tipline.watching import watch
from tipline.wiring import Wiring, outfit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OAUTH = """
[oauth.m365]
provider = "microsoft"
grant = "refresh-token"
tenant = "chirper.example"
client_id = "us"
"""
NOW = utc_now()
FAILURE = LoginFailure(
    at=NOW,
    reason="login.example gives no token: invalid_grant",
    remedy="log in again: tipline mailbox login m365",
    for_good=True,
    times=1,
    retry_at=NOW,
)


class Watched:
    """An installation with one login, as what is kept of it says."""

    def __init__(self, settings: Settings, installation: Installation) -> None:
        self.settings = settings
        self.installation = installation
        made_for = grants(settings)["m365"].made_for()
        self.login = StoredLogin(name="m365", made_for=made_for, version=1)

    def keeps(self, login: StoredLogin, failure: LoginFailure | None = None) -> None:
        with self.installation.store.transaction() as work:
            work.logins.keep(login)
            if failure:
                work.logins.failed(login, failure)
            work.commit()

    def failing(self) -> list[str]:
        with self.installation.store.snapshot() as work:
            return FailingLogins(self.settings).look(work, NOW)

    def expiries(self) -> list[Expiry]:
        sources = login_expiries(self.settings, self.installation.store)
        return [expiry for source in sources if (expiry := source())]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    text = f'state_dir = "{tmp_path / "state"}"\n' + SMALLEST + OAUTH
    settings = load_settings(write(tmp_path, text))
    with opened(settings) as installation:
        yield Watched(settings, installation)


def test_a_login_that_needs_a_person_is_told_at_once_with_the_remedy(watched: Watched) -> None:
    watched.keeps(watched.login)
    assert watched.failing() == []
    watched.keeps(watched.login, FAILURE)
    assert watched.failing() == ["login m365: log in again: tipline mailbox login m365"]


def test_an_endpoint_that_is_away_is_told_after_some_tries_in_the_same_words(
    watched: Watched,
) -> None:
    away = replace(FAILURE, for_good=False, remedy="", times=FAILURES_TOLD - 1)
    watched.keeps(watched.login, away)
    assert watched.failing() == []
    watched.keeps(watched.login, replace(away, times=FAILURES_TOLD))
    first = watched.failing()
    watched.keeps(watched.login, replace(away, times=FAILURES_TOLD + 1, reason="other words"))
    assert watched.failing() == first
    assert len(first) == 1


def test_a_login_that_is_configured_no_more_is_not_told_of(watched: Watched) -> None:
    watched.keeps(replace(watched.login, name="old"), FAILURE)
    assert watched.failing() == []


def test_the_end_of_a_refresh_token_is_known_ahead(watched: Watched) -> None:
    assert watched.expiries() == []
    at = NOW + timedelta(days=3)
    watched.keeps(replace(watched.login, refresh_expires_at=at))
    (expiry,) = watched.expiries()
    assert expiry.at == at
    assert "refresh token of the login m365" in expiry.what
    # One of other settings is used no more.
    watched.keeps(replace(watched.login, refresh_expires_at=at, made_for="others"))
    assert watched.expiries() == []


def test_the_ends_of_secrets_and_certificates_are_known_ahead(
    tmp_path: Path, watched: Watched
) -> None:
    certificate = certificate_for(tmp_path, 9)
    more = f"""client_secret_expires = 2027-05-01
[oauth.certified]
provider = "microsoft"
grant = "client-credentials"
tenant = "chirper.example"
client_id = "us"
certificate_file = "{certificate}"
certificate_key_file = "{tmp_path / "certificate.key"}"
"""
    watched.settings = load_settings(write(tmp_path, SMALLEST + OAUTH + more))
    secret, certified = watched.expiries()
    assert secret.what == "the client secret of the login m365"
    assert f"{secret.at:%Y-%m-%d}" == "2027-05-01"
    assert certified.what == "the certificate of the login certified"
    assert timedelta(days=8) < certified.at - NOW < timedelta(days=10)


def test_the_auditor_looks_at_both(watched: Watched) -> None:
    watched.keeps(replace(watched.login, refresh_expires_at=NOW + timedelta(days=3)), FAILURE)
    wiring = Wiring(
        outfit=outfit(watched.settings), installation=watched.installation, clock=utc_now
    )
    looks = {look.kind: look for look in watch(wiring, lambda _: ()).looks}
    with watched.installation.store.snapshot() as work:
        assert len(looks["login_failing"].look(work, NOW)) == 1  # type: ignore[arg-type]  # names
        (soon,) = looks["expiring"].look(work, NOW)  # type: ignore[misc]  # names, too
    assert "tipline mailbox login renews it" in soon
