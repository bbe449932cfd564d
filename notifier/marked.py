"""One alert, two looks: plain text, and simple HTML that says the same.

An alert is written once, in plain lines with four marks: ``# `` opens a heading, ``#! `` is what
has to be seen first, ``- `` is an item of a list, and ``=> LABEL <mailto:...>`` is something to do.
In HTML that is a button large enough for a thumb. Nothing else becomes a link, and nothing is
loaded: what a mail program adds by itself is kept away as far as it can be told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from html import escape
from itertools import groupby
from typing import Final

_DO: Final = re.compile(r"=> (.+) <(mailto:[^<>\s]+)>")
_HEADING: Final = "# "
_FIRST: Final = "#! "
_ITEM: Final = "- "
_FONT: Final = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif"
# Without it, phones make links of numbers, dates and addresses.
_NO_LINKS: Final = (
    '<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">'
    '<meta name="x-apple-disable-message-reformatting">'
)


def as_text(marked: str) -> str:
    """Write an alert as plain text."""
    return "\n".join(_text_line(line) for line in marked.split("\n"))


def _text_line(line: str) -> str:
    if found := _DO.fullmatch(line):
        return f"{found[1]}:\n{found[2]}"
    if line.startswith(_HEADING):
        return line.removeprefix(_HEADING).upper()
    return line.removeprefix(_FIRST)


def as_html(marked: str, title: str, language: str, links: Collection[str]) -> str:
    """Write an alert as HTML; of what is to be done only ``links`` become buttons."""
    body = "\n".join(_blocks(marked, links))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}" dir="ltr">\n<head>\n'
        f'<meta charset="utf-8">{_NO_LINKS}\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        f'<body style="margin:0;padding:0">\n<div style="max-width:38em;margin:0 auto;'
        f'padding:16px;{_FONT};font-size:16px;line-height:1.45">\n{body}\n</div>\n</body>\n</html>\n'
    )


def _blocks(marked: str, links: Collection[str]) -> Iterable[str]:
    for kind, lines in groupby(marked.strip("\n").split("\n"), _kind):
        drawn = [line.removeprefix(kind) for line in lines]
        match kind:
            case "# ":
                yield from (_heading(line) for line in drawn)
            case "#! ":
                yield from (_first(line) for line in drawn)
            case "- ":
                yield _listed(drawn)
            case "=> ":
                yield _buttons(drawn, links)
            case _:
                yield from (_paragraph(line) for line in drawn if line.strip())


def _kind(line: str) -> str:
    marks = (_FIRST, _HEADING, _ITEM, "=> ")
    return next((mark for mark in marks if line.startswith(mark)), "")


def _heading(line: str) -> str:
    style = "font-size:16px;line-height:1.3;margin:22px 0 6px"
    return f'<h2 style="{style}">{_shown(line)}</h2>'


def _first(line: str) -> str:
    style = "border:2px solid #b3261e;border-radius:6px;padding:10px 14px;margin:0 0 14px"
    return f'<p style="{style}"><strong>{_shown(line)}</strong></p>'


def _paragraph(line: str) -> str:
    return f'<p style="margin:8px 0">{_shown(line)}</p>'


def _listed(lines: list[str]) -> str:
    items = "".join(f'<li style="margin:3px 0">{_shown(line)}</li>' for line in lines)
    return f'<ul style="margin:6px 0;padding-left:1.3em">{items}</ul>'


def _buttons(lines: list[str], links: Collection[str]) -> str:
    rows = "".join(
        _button(f"=> {line}", links, is_main=number == 0) for number, line in enumerate(lines)
    )
    return (
        '<table role="presentation" cellspacing="0" cellpadding="0" border="0" '
        f'style="width:100%;max-width:24em;border-collapse:separate">{rows}</table>'
    )


def _button(line: str, links: Collection[str], *, is_main: bool) -> str:
    """Draw something to do; the first one stands out, as it is what is wanted most."""
    found = _DO.fullmatch(line)
    if found is None or found[2] not in links:
        return f"<tr><td>{_shown(line)}</td></tr>"
    ground, ink = ("#0b57d0", "#ffffff") if is_main else ("#ffffff", "#0b3d91")
    # A cell with a colour is a button in Outlook as well, which knows no padding of a link.
    link = (
        f'<a href="{escape(found[2])}" style="display:block;padding:15px 20px;color:{ink};'
        f'font-size:18px;font-weight:600;text-decoration:none">{escape(found[1])}</a>'
    )
    cell = "border:2px solid #0b57d0;border-radius:8px;mso-padding-alt:15px 20px"
    gap = '<tr><td height="10" style="height:10px;line-height:10px;font-size:1px">&nbsp;</td></tr>'
    return f'<tr><td align="center" bgcolor="{ground}" style="{cell}">{link}</td></tr>{gap}'


def _shown(text: str) -> str:
    """Escape a text, with nothing in it that a program would take for an address or a page."""
    escaped = escape(text)
    # Both halves stay readable; no program sees one word in them.
    return re.sub(r"(?<=\w)@(?=\w)|(?<=/)/|(?<=\])(?=\w)", _apart, escaped)


def _apart(found: re.Match[str]) -> str:
    return f"<span>{found[0]}</span>"
