# ruff: noqa: PLC0415, FBT002 - commands import when they run; options are switches
"""``tipline template``: what our letters say, filled with invented values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tipline.cli.errors import CommandError
from tipline.cli.options import ConfigOption, JsonOption, load
from tipline.cli.output import print_json, print_line, print_list

if TYPE_CHECKING:
    from notifier.compose import Composer
    from notifier.letters import Letter, Letters
    from notifier.template_check import Sample

app = typer.Typer(help="Templates of the letters we send.", no_args_is_help=True)

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A letter, such as receipt; see template list.")
]
LanguageOption = Annotated[
    str, typer.Option("--language", metavar="CODE", help="The language, such as en or pt-br.")
]
ForOption = Annotated[
    str | None,
    typer.Option("--for", metavar="NAME", help="As in addresses.defaults.NAME, to its reporters."),
]
HtmlOption = Annotated[bool, typer.Option("--html", help="Print the HTML, for a browser to show.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Listed:
    """A letter: the languages it is there in, whether it has HTML, and the operator's own files."""

    name: str
    languages: tuple[str, ...]
    html: bool
    own: tuple[Path, ...]


@app.command("list")
def list_templates(
    addresses: ForOption = None, as_json: JsonOption = False, config: ConfigOption = None
) -> None:
    """List the letters, their languages, and which templates are your own."""
    from notifier.samples import TO_REPORTERS, samples

    composer = _composer(config)
    letters = _letters(composer, addresses)
    known = samples(composer)
    chosen = {name: known[name] for name in TO_REPORTERS} if addresses else known
    listed = [_listed(letters, name, each) for name, each in chosen.items()]
    print_list(
        listed,
        as_json=as_json,
        record=lambda each: {
            "name": each.name,
            "languages": list(each.languages),
            "html": each.html,
            "own": [str(path) for path in each.own],
        },
        columns=("letter", "languages", "html", "your own"),
        row=lambda each: (each.name, each.languages, "yes" if each.html else "", each.own),
        empty="",
    )


@app.command("preview")
def preview_template(  # noqa: PLR0913, PLR0917 - each is an option of the command
    name: NameArgument,
    language: LanguageOption = "en",
    html: HtmlOption = False,
    addresses: ForOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print a letter with invented values, as it would be sent."""
    composer = _composer(config)
    letter = _letter(composer, _letters(composer, addresses), name, language)
    if html and letter.html is None:
        raise CommandError(f"{name} is sent as text only; leave out --html")
    if as_json:
        print_json(_record(letter))
    elif html:
        print_line(letter.html or "")
    else:
        print_line(f"Subject: {letter.subject}\n")
        print_line(letter.text)


def _record(letter: Letter) -> dict[str, Any]:
    return {
        "language": letter.language,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
    }


def _composer(config: Path | None) -> Composer:
    from notifier.compose import Composer
    from tipline.settings.mail import identity

    return Composer(identity(load(config)))


def _letters(composer: Composer, addresses: str | None) -> Letters:
    """Give what fills the letters, those to reporters who wrote to some addresses if asked."""
    if addresses is None:
        return composer.letters
    known = {each.name for each in composer.identity.greetings.values()}
    if addresses not in known:
        there = f"there are {', '.join(sorted(known))}" if known else "there are none"
        raise CommandError(f'no addresses.defaults are called "{addresses}"; {there}')
    return composer.sets.get(addresses, composer.letters)


def _letter(composer: Composer, letters: Letters, name: str, language: str) -> Letter:
    """Fill a template strictly: a faulty one is told here and not replaced by ours."""
    from notifier.letters import folder_of
    from notifier.samples import samples
    from notifier.template_check import fill

    known = samples(composer)
    sample = known.get(name)
    if sample is None:
        raise CommandError(f'there is no letter "{name}"; there are {", ".join(sorted(known))}')
    languages = _listed(letters, name, sample).languages
    if folder_of(language) not in languages:
        raise CommandError(f"{name} is there in {', '.join(languages)}; choose one of them")
    faults = fill(letters, name, folder_of(language), sample)
    if isinstance(faults, str):
        raise CommandError(faults)
    return faults


def _listed(letters: Letters, name: str, sample: Sample) -> _Listed:
    from notifier.letters import HTML, LAYOUT, TEMPLATES, TEXT

    files = {f"{name}{TEXT}", f"{name}{HTML}"} if sample.has_html else {f"{name}{TEXT}"}
    paths = [
        path
        for path in letters.templates.list_templates(extensions=["j2"])
        if path.rpartition("/")[2] in files or (sample.has_html and path == LAYOUT)
    ]
    places = [letters.place(path) for path in paths]
    return _Listed(
        name=name,
        languages=tuple(sorted({path.partition("/")[0] for path in paths if path.endswith(TEXT)})),
        html=sample.has_html,
        own=tuple(place for place in places if not place.is_relative_to(TEMPLATES)),
    )
