# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline mailbox login`` and ``logout``: a person logs in by OAuth 2, or ends that again."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tipline.cli.errors import CommandError
from tipline.cli.options import ConfigOption, load
from tipline.cli.output import print_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outside.oauth.endpoint import Granted
    from outside.oauth.grants import Grant
    from tipline.settings import Settings

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A mailbox, or a login's own name from `oauth`.")
]
BrowserOption = Annotated[
    bool,
    typer.Option(
        "--browser", help="Log in by an address to open and to paste back, without a code."
    ),
]


# Where a provider takes back what it granted, by provider and by who logs in.
_TAKE_BACK: Final = {
    ("microsoft", "refresh-token"): (
        "Take the login back at Microsoft: the user at https://myaccount.microsoft.com (Sign out "
        "everywhere), or an administrator by Revoke-MgUserSignInSession -UserId USER."
    ),
    ("google", "refresh-token"): (
        "Take the login back at Google: the user at https://myaccount.google.com/connections."
    ),
    ("microsoft", "client-credentials"): (
        "tipline gets new tokens by itself: in the Entra admin center, remove the secret or "
        "certificate of the application, or its permission to the mailbox."
    ),
    ("google", "service-account"): (
        "tipline gets new tokens by itself: in the Google Cloud console, delete the key of the "
        "service account, or in the Admin console its domain-wide delegation."
    ),
}
_TAKE_BACK_ELSEWHERE: Final = {
    "refresh-token": "Take the login back at the provider: its users' page of applications has it.",
    "client-credentials": (
        "tipline gets new tokens by itself: remove the application's secret at the provider."
    ),
    "service-account": (
        "tipline gets new tokens by itself: remove the account's key at the provider."
    ),
}


def login(name: NameArgument, browser: BrowserOption = False, config: ConfigOption = None) -> None:
    """Log in by OAuth 2 with a browser anywhere; what comes of it is kept sealed."""
    from store.model import utc_now
    from tipline.installation import opened

    settings = load(config)
    grant = _grant(settings, name)
    with opened(settings) as installation:
        begun_at = utc_now()
        by_code = grant.device_url is not None and not browser
        granted = _with_code(grant) if by_code else _with_browser(grant)
        if granted.refresh_token is None:
            raise CommandError(
                "the login gave no refresh token, so it would end soon and is not kept; "
                f"add the scope for offline access in {grant.section}"
            )
        installation.tokens.keep(grant.name, granted, begun_at)
    print_line(f"Logged in. The login {grant.name} is kept, and renewed from now on.")


def logout(name: NameArgument, config: ConfigOption = None) -> None:
    """Forget the tokens of a login by OAuth 2, and say what to take back at the provider."""
    from tipline.installation import opened

    settings = load(config)
    chosen = _chosen(settings, name)
    with opened(settings) as installation:
        was_there = installation.tokens.forget(chosen)
    print_line(
        f"The tokens of the login {chosen} are forgotten."
        if was_there
        else f"There were no tokens of the login {chosen}."
    )
    for line in _what_is_left(settings, chosen):
        print_line(f"  {line}")


def _what_is_left(settings: Settings, name: str) -> Iterator[str]:
    """Say where the login is still good, and for whom it was."""
    entry = settings.oauth[name]
    elsewhere = _TAKE_BACK_ELSEWHERE[entry.grant]
    yield _TAKE_BACK.get((entry.provider, entry.grant), elsewhere)
    yield "Backups of the database hold the tokens, sealed: that is why they have to be taken back."
    if entry.refresh_token_file:
        yield f"Remove {entry.refresh_token_file}: else tipline logs in with what is in it."
    users = [box for box, one in settings.mailboxes.items() if one.oauth == name]
    if settings.relay and settings.relay.oauth == name:
        users.append("the relay")
    if users:
        yield (
            f"It was used by: {', '.join(users)}. Connections that are open stay so until they "
            "end; restart tipline to end them now."
        )


def _grant(settings: Settings, name: str) -> Grant:
    from outside.oauth.grants import GrantKind
    from tipline.settings.logins import grants

    chosen = _chosen(settings, name)
    if settings.oauth[chosen].grant != GrantKind.REFRESH_TOKEN.value:
        kind = settings.oauth[chosen].grant
        raise CommandError(
            f'nobody needs to log in for {chosen}: it has grant = "{kind}"; '
            "tipline check tells whether it works"
        )
    return grants(settings)[chosen]


def _chosen(settings: Settings, name: str) -> str:
    """Give the login that a mailbox uses, or that has this name itself."""
    chosen = settings.mailboxes[name].oauth if name in settings.mailboxes else name
    if chosen is None:
        raise CommandError(f"the mailbox {name} logs in with a password; set oauth to change that")
    if chosen not in settings.oauth:
        names = ", ".join([*settings.mailboxes, *settings.oauth]) or "none are configured"
        raise typer.BadParameter(f"there is no mailbox or login {name!r}; there are: {names}")
    return chosen


def _with_code(grant: Grant) -> Granted:
    from outside.oauth import device
    from store.model import utc_now

    shown = device.begin(grant, utc_now())
    print_line(f"Open {shown.address} in a browser, and type the code {shown.code}")
    print_line("Log in there as the user whose mailbox it is, or who may use it. Waiting ...")
    # Also where somebody reads it through a pipe.
    sys.stdout.flush()
    return device.wait(grant, shown, utc_now)


def _with_browser(grant: Grant) -> Granted:
    from outside.oauth import browser
    from store.model import utc_now

    begun = browser.begin(grant)
    print_line(f"Open this address in a browser, and log in:\n\n{begun.address}\n")
    print_line(f"It ends at an address that begins with {browser.REDIRECT} and shows no page.")
    pasted = typer.prompt("Paste that address", hide_input=True)
    return browser.finish(grant, begun, pasted, utc_now())
