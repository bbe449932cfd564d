"""The reporting button as files, by language, and a page that shows them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from tipline.button.drawings import html_snippet, qr_png, qr_svg, svg_button
from tipline.button.links import Link, Wanted, link

OVERVIEW: Final = "index.html"
"""The page that shows all of them, for whoever puts them into a site."""


class Made(NamedTuple):
    """A file: its name and what is in it."""

    name: str
    content: bytes


def all_files(languages: Iterable[str], wanted: Wanted) -> Iterator[Made]:
    """Make the files of some languages, and the page that shows them."""
    links = [link(language, wanted) for language in languages]
    for each in links:
        yield from files_of(each, wanted)
    yield Made(OVERVIEW, _overview(links, wanted).encode())


def files_of(made: Link, wanted: Wanted) -> tuple[Made, ...]:
    """Make the files of one language."""
    name, code = made.language, for_code(made, wanted)
    return (
        Made(f"link.{name}.txt", f"{made.url}\n".encode()),
        Made(f"button.{name}.html", html_snippet(made, wanted).encode()),
        Made(f"button.{name}.svg", svg_button(made).encode()),
        Made(f"qr.{name}.svg", qr_svg(code).encode()),
        Made(f"qr.{name}.png", qr_png(code)),
    )


def for_code(made: Link, wanted: Wanted) -> Link:
    """Give the link for a QR code: nobody fills in a printed one, so its account is left empty."""
    return link(made.language, replace(wanted, account="")) if wanted.is_template else made


def write_all(folder: Path, files: Iterable[Made]) -> list[Path]:
    """Write files into a folder, over those of the same names. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, content in files:
        path = folder / name
        path.write_bytes(content)
        paths.append(path)
    return paths


def _overview(links: list[Link], wanted: Wanted) -> str:
    sections = "".join(
        f'<section>\n<h2 lang="en">{each.language}</h2>\n{html_snippet(each, wanted)}'
        f'<p><img src="qr.{each.language}.svg" alt="QR code of the link" width="200"></p>\n'
        "</section>\n"
        for each in links
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Reporting button: {escape(wanted.address)}</title>\n</head>\n"
        '<body style="font-family:system-ui,sans-serif;margin:16px;max-width:60em">\n'
        f"<h1>Reporting button: {escape(wanted.address)}</h1>\n{sections}</body>\n</html>\n"
    )
