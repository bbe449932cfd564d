"""Samsung's mail program and K-9."""

from __future__ import annotations

from tests.scoring.clients.base import Client
from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook

SAMSUNG = Client(
    style=Style(
        attribution=None,
        labels="dated",
        date="short",
        original="samsung",
        forward="samsung",
        footer="samsung",
    ),
    look=PlainLook(signature="", footer=""),
    skin=Skin(
        page=(
            '<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">'
            '</head><body dir="auto">{}</body></html>'
        ),
        line='<div dir="auto">{}</div>',
        blank='<div dir="auto"><br></div>',
        signature='<div dir="auto"><br></div><div dir="auto">{}</div>',
        footer=(
            '<div dir="auto"><br></div><div id="composer_signature" dir="auto"><div '
            'style="font-size:12px;color:#575757" dir="auto">{}</div></div>'
        ),
        appended='<div dir="auto"><br></div>{}',
        rule=('<div align="left" dir="auto" style="font-size:100%;color:#000000"><div>{}</div>'),
        head="{}<div><br></div></div>",
        head_line="<div>{label} {value} </div>",
    ),
    fields=(
        ("Date", "{date}"),
        ("Subject", "{subject}"),
        ("Message-ID", "<{hex16}.{number}@email.{domain}>"),
        ("Importance", "normal"),
        ("From", "{from}"),
        ("To", "{to}"),
        ("MIME-Version", "1.0"),
    ),
    boundary="--_com.samsung.android.email_{number}0",
    plain_transport="base64",
    html_transport="base64",
)

K9 = Client(
    style=Style(
        attribution="k9",
        labels="dated",
        date="rfc",
        forward="k9",
        forward_order="fdts",
        footer="k9",
    ),
    look=PlainLook(mark=">", footer="-- \n"),
    skin=Skin(
        page=(
            '<!DOCTYPE html><html><head><title></title><style type="text/css">.k9mail{white-space:'
            "pre-wrap}</style></head><body>{}</body></html>"
        ),
        line='<div dir="auto">{}</div>',
        blank='<div dir="auto"><br></div>',
        signature='<div class="k9mail-signature">-- <br>{}</div>',
        footer='<div class="k9mail-signature">-- <br>{}</div>',
        appended='<br><br><div class="gmail_quote">{}</div>',
        attribution='<div dir="auto">{}</div>',
        quote=(
            '<blockquote class="gmail_quote" style="margin: 0pt 0pt 0pt 0.8ex; border-left: 1px '
            'solid rgb(204, 204, 204); padding-left: 1ex;">{}</blockquote>'
        ),
    ),
    fields=(
        ("Date", "{date}"),
        ("From", "{from}"),
        ("To", "{to}"),
        ("Subject", "{subject}"),
        ("User-Agent", "K-9 Mail for Android"),
        ("Message-ID", "<{UUID}@{domain}>"),
        ("MIME-Version", "1.0"),
    ),
    boundary="----{HEX}",
    plain_transport="quoted-printable",
    html_transport="quoted-printable",
)
