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
    from notifier.letters import Letter
    from notifier.template_check import Sample

app = typer.Typer(help="Templates of the letters we send.", no_args_is_help=True)

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="A letter, such as receipt; see template list.")
]
LanguageOption = Annotated[
    str, typer.Option("--language", metavar="CODE", help="The language, such as en or pt-br.")
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
def list_templates(as_json: JsonOption = False, config: ConfigOption = None) -> None:
    """List the letters, their languages, and which templates are your own."""
    from notifier.samples import samples

    composer = _composer(config)
    listed = [_listed(composer, name, each) for name, each in samples(composer).items()]
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
def preview_template(
    name: NameArgument,
    language: LanguageOption = "en",
    html: HtmlOption = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Print a letter with invented values, as it would be sent."""
    letter = _letter(_composer(config), name, language)
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


def _letter(composer: Composer, name: str, language: str) -> Letter:
    """Fill a template strictly: a faulty one is told here and not replaced by ours."""
    from notifier.letters import folder_of
    from notifier.samples import samples
    from notifier.template_check import fill

    known = samples(composer)
    sample = known.get(name)
    if sample is None:
        raise CommandError(f'there is no letter "{name}"; there are {", ".join(sorted(known))}')
    languages = _listed(composer, name, sample).languages
    if folder_of(language) not in languages:
        raise CommandError(f"{name} is there in {', '.join(languages)}; choose one of them")
    faults = fill(composer.letters, name, folder_of(language), sample)
    if isinstance(faults, str):
        raise CommandError(faults)
    return faults


def _listed(composer: Composer, name: str, sample: Sample) -> _Listed:
    from notifier.letters import HTML, LAYOUT, TEXT

    letters = composer.letters
    files = {f"{name}{TEXT}", f"{name}{HTML}"} if sample.has_html else {f"{name}{TEXT}"}
    paths = [
        path
        for path in letters.templates.list_templates(extensions=["j2"])
        if path.rpartition("/")[2] in files or (sample.has_html and path == LAYOUT)
    ]
    places = [letters.place(path) for path in paths]
    own = letters.own_folder
    return _Listed(
        name=name,
        languages=tuple(sorted({path.partition("/")[0] for path in paths if path.endswith(TEXT)})),
        html=sample.has_html,
        own=tuple(place for place in places if own and place.is_relative_to(own)),
    )
