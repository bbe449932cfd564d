# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline button``: what a site puts on its pages so that a report is one click away."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipline.cli.errors import CommandError
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_line

if TYPE_CHECKING:
    from tipline.button.links import Wanted
    from tipline.settings import Settings


class Form(StrEnum):
    """What is printed of a button."""

    LINK = "link"
    HTML = "html"
    SVG = "svg"
    QR_SVG = "qr-svg"
    QR_PNG = "qr-png"


LanguageOption = Annotated[
    list[str] | None,
    typer.Option("--language", metavar="CODE", help="A language such as de; again for more."),
]
AddressOption = Annotated[
    str | None,
    typer.Option("--address", metavar="ADDRESS", help="Where reports go; else our first address."),
]
AccountOption = Annotated[
    str,
    typer.Option(
        "--account",
        metavar="TEXT",
        help="What stands in the form as the account, such as @{account} for your site to fill.",
    ),
]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FOLDER", help="Write all files into this folder."),
]
PrintOption = Annotated[
    Form, typer.Option("--print", help="What to print where no folder is given.")
]


def button(  # noqa: PLR0913, PLR0917 - a command has this many options
    language: LanguageOption = None,
    address: AddressOption = None,
    account: AccountOption = "",
    output: OutputOption = None,
    what: PrintOption = Form.HTML,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Make a reporting button: a link that begins a mail with a short form in it."""
    wanted = _wanted(load(config), address, account)
    chosen = _languages(language or [], everything=output is not None or as_json)
    try:
        if output is not None:
            _write(output, chosen, wanted, as_json=as_json)
        elif as_json:
            print_json([_record(each, wanted) for each in chosen])
        else:
            _print(what, chosen, wanted)
    except ValueError as error:
        raise CommandError(str(error)) from error


def _wanted(settings: Settings, address: str | None, account: str) -> Wanted:
    from ingest.addresses import ReportingAddresses
    from tipline.button.links import Wanted
    from tipline.settings.home import main_address

    chosen = address or main_address(settings)
    try:
        wanted = Wanted(address=chosen, account=account)
    except ValueError as error:
        raise CommandError(str(error)) from error
    if chosen not in ReportingAddresses(settings.addresses.reporting):
        sys.stderr.write(
            f"tipline: {chosen} is none of addresses.reporting; see to it that its mail "
            "comes here\n"
        )
    return wanted


def _languages(given: list[str], *, everything: bool) -> list[str]:
    """Read the languages asked for; ``de,fr`` is two, and de-AT is served by de."""
    from notifier.letters import FALLBACK_LANGUAGE, folder_of
    from tipline.button.links import languages

    known = languages()
    asked = [folder_of(code.strip()) for each in given for code in each.split(",") if code.strip()]
    for code in asked:
        if code not in known:
            raise CommandError(f'there is no form in "{code}"; there are {", ".join(known)}')
    if asked:
        return list(dict.fromkeys(asked))
    return list(known) if everything else [FALLBACK_LANGUAGE]


def _write(folder: Path, chosen: list[str], wanted: Wanted, *, as_json: bool) -> None:
    from tipline.button.files import all_files, write_all

    try:
        paths = write_all(folder, all_files(chosen, wanted))
    except OSError as error:
        raise CommandError(f"cannot write {error.filename or folder}: {error.strerror}") from error
    if as_json:
        print_json([str(path) for path in paths])
    else:
        print_line(f"{len(paths)} files are in {folder}; open {paths[-1]} to see them")


def _print(what: Form, chosen: list[str], wanted: Wanted) -> None:
    """Print one thing; pictures one at a time, as two in one stream are none."""
    from tipline.button.files import files_of
    from tipline.button.links import link

    if what in {Form.SVG, Form.QR_SVG, Form.QR_PNG} and len(chosen) > 1:
        raise CommandError("choose one --language for a picture, or write files with --output")
    if what is Form.QR_PNG and sys.stdout.isatty():
        raise CommandError("a PNG is nothing for a terminal; send it to a file, or use --output")
    for language in chosen:
        url, html, svg, qr_svg, qr_png = files_of(link(language, wanted), wanted)
        made = dict(zip(Form, (url, html, svg, qr_svg, qr_png), strict=True))[what]
        if what is Form.QR_PNG:
            sys.stdout.buffer.write(made.content)
        else:
            sys.stdout.write(made.content.decode())


def _record(language: str, wanted: Wanted) -> dict[str, Any]:
    from notifier.locales import direction
    from tipline.button.drawings import html_snippet, qr_svg, svg_button
    from tipline.button.files import for_code
    from tipline.button.links import link

    made = link(language, wanted)
    return {
        "language": language,
        "direction": direction(language),
        "subject": made.subject,
        "body": made.body,
        "link": made.url,
        "html": html_snippet(made, wanted),
        "svg": svg_button(made),
        "qr_svg": qr_svg(for_code(made, wanted)),
    }
