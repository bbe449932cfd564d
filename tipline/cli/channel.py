# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline channel``: the ways to tell somebody beside mail."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_list

if TYPE_CHECKING:
    from notifier.channels import Channel, Look
    from notifier.outcomes import Outcome

app = typer.Typer(help="Ways to tell somebody beside mail.", no_args_is_help=True)

WRONG: Final = 1
# Each call is a process of its own.
AT_ONCE: Final = 4

TEST_TITLE: Final = "tipline test"
TEST_TEXT: Final = "This is a test of tipline. Nothing has happened and nothing is to be done."

WhoArgument = Annotated[
    str,
    typer.Argument(
        metavar="NAME", help="A person, one channel of theirs (anna/sms), or a channel's own name."
    ),
]


@app.command("list")
def list_channels(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the channels, which service each is for, and whether its URL can be used."""
    from notifier.channels import look
    from tipline.settings.channels import channels

    known = channels(load(config)).values()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        looks = list(pool.map(look, known))
    print_list(
        looks,
        as_json=as_json,
        record=_record,
        columns=("channel", "service", "", "url in", "reason"),
        row=_row,
        empty="No channels are configured; everybody is told by mail.",
    )


def _record(found: Look) -> dict[str, Any]:
    url_file = found.channel.url_file
    return {
        "channel": found.channel.name,
        "service": found.service or None,
        "ok": found.trouble is None,
        "trouble": found.trouble,
        "url_file": str(url_file) if url_file else None,
    }


def _row(found: Look) -> tuple[object, ...]:
    word = "ok" if found.trouble is None else "WRONG"
    return found.channel.name, found.service, word, found.channel.url_file, found.trouble


@app.command("test")
def try_channels(
    who: WhoArgument, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """Send a harmless test message to a person's channels and say what became of it."""
    from notifier.outcomes import Sent
    from tipline.settings.channels import channels

    settings = load(config)
    known = channels(settings)
    chosen = _chosen(list(known.values()), who)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        outcomes = list(pool.map(_try, chosen))
    tried = list(zip(chosen, outcomes, strict=True))
    if as_json:
        print_json([_test_record(channel, outcome) for channel, outcome in tried])
    else:
        print_list(
            tried,
            as_json=False,
            record=lambda one: _test_record(*one),
            columns=("channel", "outcome", "reason"),
            row=lambda one: (one[0].name, _word(one[1]), one[1].detail),
            empty="",
        )
    if not all(isinstance(outcome, Sent) for outcome in outcomes):
        raise typer.Exit(WRONG)


def _chosen(known: list[Channel], who: str) -> list[Channel]:
    found = [one for one in known if who in {one.name, one.name.partition("/")[0]}]
    if not found:
        names = ", ".join(one.name for one in known) or "none are configured"
        raise typer.BadParameter(f"{who!r} has no channel; there are: {names}", param_hint="NAME")
    return found


def _try(channel: Channel) -> Outcome:
    from notifier.channels import tell
    from notifier.outcomes import Deferred
    from outside.bounded import NoAnswerError

    try:
        return tell(channel, TEST_TITLE, TEST_TEXT)
    except NoAnswerError as error:
        return Deferred(detail=f"the gateway: {error}")


def _word(outcome: Outcome) -> str:
    return type(outcome).__name__.lower()


def _test_record(channel: Channel, outcome: Outcome) -> dict[str, Any]:
    return {"channel": channel.name, "outcome": _word(outcome), "detail": outcome.detail}
