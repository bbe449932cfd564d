"""Thunderbird, mutt, and programs without a name: bare text, bare HTML, flowed text with delsp."""

from __future__ import annotations

from dataclasses import replace

from tests.scoring.clients.base import Client, ascii_or_utf8
from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook, flowed, flowed_delsp, wrapped

_BARE_FIELDS = (
    ("Date", "{date}"),
    ("From", "{from}"),
    ("To", "{to}"),
    ("Message-ID", "<{hex}@{domain}>"),
    ("Subject", "{subject}"),
    ("MIME-Version", "1.0"),
)
_STYLE = Style(
    attribution="thunderbird",
    labels="dated",
    date="rfc",
    forward="thunderbird",
    forward_order="sdft",
    footer_is_last=True,
)

THUNDERBIRD = Client(
    style=_STYLE,
    look=PlainLook(label_gap=" \t", finish=flowed),
    fields=(
        ("Message-ID", "<{UUID}@{domain}>"),
        ("Date", "{date}"),
        ("MIME-Version", "1.0"),
        ("User-Agent", "Mozilla Thunderbird"),
        ("Content-Language", "{language}"),
        ("To", "{to}"),
        ("From", "{from}"),
        ("Subject", "{subject}"),
    ),
    boundary="------------{hex24}",
    utf8="UTF-8",
    plain_transport="8bit",
    html_transport="8bit",
    plain_parameters="; format=flowed",
)
MUTT = Client(
    style=replace(
        _STYLE, attribution="mutt", labels="english", forward="mutt", forward_order="dfts"
    ),
    look=PlainLook(finish=wrapped(72)),
    fields=(*_BARE_FIELDS, ("Content-Disposition", "inline"), ("User-Agent", "Mutt/2.2.13")),
    pick_charset=ascii_or_utf8,
    plain_transport="8bit",
)
PLAIN = Client(style=_STYLE, look=PlainLook(), fields=_BARE_FIELDS, pick_charset=ascii_or_utf8)
FLOWED_DELSP = Client(
    style=replace(_STYLE, attribution="apple"),
    look=PlainLook(finish=flowed_delsp),
    fields=_BARE_FIELDS,
    pick_charset=ascii_or_utf8,
    plain_transport="7bit",
    plain_parameters="; format=flowed; delsp=yes",
)
HTML_ONLY = Client(
    style=replace(_STYLE, attribution="yahoo"),
    skin=Skin(line="<p>{}</p>\n", blank=""),
    fields=_BARE_FIELDS,
    pick_charset=ascii_or_utf8,
)
