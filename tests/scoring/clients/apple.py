"""Apple Mail on the Mac and on the iPhone."""

from __future__ import annotations

from dataclasses import replace

from tests.scoring.clients.base import Client, ascii_or_utf8
from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook

_STYLE = Style(
    attribution="apple",
    labels="dated",
    date="apple",
    forward="apple",
    forward_order="fsdt",
    footer_is_last=True,
)
_LOOK = PlainLook(attribution_mark="> ", attribution_gap="\n> \n", signature="", forward_mark="> ")
_PAGE = '<html><head><meta http-equiv="content-type" content="text/html; charset={charset}"></head>'
_SKIN = Skin(
    page=_PAGE + '<body style="overflow-wrap: break-word; -webkit-nbsp-mode: space; '
    'line-break: after-white-space;">{}</body></html>',
    signature='<br><div><meta charset="UTF-8"><div dir="auto">{}</div></div>',
    footer='<div><br></div><div><font size="1">{}</font></div>',
    appended='<div><br><blockquote type="cite">{}</blockquote></div><br>',
    attribution='<div>{}</div><br class="Apple-interchange-newline">',
    quote="<div>{}</div>",
    rule='<div>{}</div><br class="Apple-interchange-newline">',
    head="{}<br>",
    head_line=(
        '<div style="margin-top: 0px; margin-right: 0px; margin-bottom: 0px; margin-left: 0px;">'
        '<span style="font-family: -webkit-system-font; color:rgba(0, 0, 0, 1.0);"><b>{label} '
        '</b></span><span style="font-family: -webkit-system-font">{value}<br></span></div>'
    ),
)

APPLE_MAIL = Client(
    style=_STYLE,
    look=_LOOK,
    skin=_SKIN,
    fields=(
        ("From", "{from}"),
        ("Mime-Version", "1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))"),
        ("Subject", "{subject}"),
        ("Message-Id", "<{UUID}@{domain}>"),
        ("Date", "{date}"),
        ("To", "{to}"),
        ("X-Mailer", "Apple Mail (2.3826.200.121)"),
    ),
    boundary="Apple-Mail=_{UUID}",
    pick_charset=ascii_or_utf8,
    plain_transport="quoted-printable",
    html_transport="quoted-printable",
)
IPHONE = replace(
    APPLE_MAIL,
    style=replace(_STYLE, footer="iphone", footer_is_last=False),
    skin=replace(
        _SKIN,
        page=_PAGE + '<body dir="auto">{}</body></html>',
        signature="<div><br></div>{}",
        footer='<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">{}</div>',
        appended='<div dir="ltr"><br><blockquote type="cite">{}</blockquote></div>',
        attribution="<b></b>{}<br><br>",
        quote='<div dir="ltr">\ufeff{}</div>',
    ),
    fields=(
        ("From", "{from}"),
        ("Mime-Version", "1.0 (1.0)"),
        ("Date", "{date}"),
        ("Subject", "{subject}"),
        ("Message-Id", "<{UUID}@{domain}>"),
        ("To", "{to}"),
        ("X-Mailer", "iPhone Mail (22B83)"),
    ),
    boundary="Apple-Mail-{UUID}",
    pick_charset=ascii_or_utf8,
    plain_transport="auto",
    html_transport="auto",
)
