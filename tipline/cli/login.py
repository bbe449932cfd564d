# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline mailbox login``: a person logs in by OAuth 2, once, for a mailbox or the relay."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tipline.cli.errors import CommandError
from tipline.cli.options import ConfigOption, load
from tipline.cli.output import print_line

if TYPE_CHECKING:
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


def _grant(settings: Settings, name: str) -> Grant:
    from outside.oauth.grants import GrantKind
    from tipline.settings.logins import grants

    chosen = settings.mailboxes[name].oauth if name in settings.mailboxes else name
    if chosen is None:
        raise CommandError(f"the mailbox {name} logs in with a password; set oauth to change that")
    if chosen not in settings.oauth:
        names = ", ".join([*settings.mailboxes, *settings.oauth]) or "none are configured"
        raise typer.BadParameter(f"there is no mailbox or login {name!r}; there are: {names}")
    if settings.oauth[chosen].grant != GrantKind.REFRESH_TOKEN.value:
        kind = settings.oauth[chosen].grant
        raise CommandError(
            f'nobody needs to log in for {chosen}: it has grant = "{kind}"; '
            "tipline check tells whether it works"
        )
    return grants(settings)[chosen]


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
