"""Gmail in the browser and on the phone."""

from __future__ import annotations

from dataclasses import replace

from tests.scoring.clients.base import Client
from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook, wrapped

_FIELDS = (
    ("MIME-Version", "1.0"),
    ("Date", "{date}"),
    ("Message-ID", "<CA+{hex}@{domain}>"),
    ("Subject", "{subject}"),
    ("From", "{from}"),
    ("To", "{to}"),
)
_STYLE = Style(
    attribution="gmail",
    labels="gmail",
    date="gmail",
    forward="gmail",
    forward_order="fdst",
    footer_is_last=True,
)
_SKIN = Skin(
    page="{}",
    words='<div dir="ltr">{}</div>',
    signature=(
        '<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br>'
        '<div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature">'
        '<div dir="ltr">{}</div></div>'
    ),
    footer='<br><div style="color:rgb(119,119,119);font-size:11px">{}</div>',
    appended='<br><div class="gmail_quote gmail_quote_container">{}</div>',
    attribution='<div dir="ltr" class="gmail_attr">{}<br></div>',
    quote=(
        '<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
        'border-left:1px solid rgb(204,204,204);padding-left:1ex"><div dir="ltr">{}</div>'
        "</blockquote>"
    ),
    rule='<div dir="ltr" class="gmail_attr">{}<br>',
    head="{}</div><br><br>",
    head_line='{label} <span dir="auto">{value}</span><br>',
    forward='<div dir="ltr">{}</div>',
)

GMAIL_WEB = Client(
    style=_STYLE,
    look=PlainLook(attribution_gap="\n\n", finish=wrapped(78)),
    skin=_SKIN,
    fields=_FIELDS,
    boundary="000000000000{hex16}",
    utf8="UTF-8",
    quoted_charset=True,
)
GMAIL_APP = replace(
    GMAIL_WEB,
    style=replace(_STYLE, footer="gmail_mobile", footer_is_last=False),
    skin=replace(
        _SKIN,
        words='<div dir="auto">{}</div>',
        line='<div dir="auto">{}</div>',
        blank='<div dir="auto"><br></div>',
    ),
)
