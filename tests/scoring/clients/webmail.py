"""Yahoo, GMX and Proton Mail."""

from __future__ import annotations

from tests.scoring.clients.base import Client
from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook

YAHOO = Client(
    style=Style(
        attribution="yahoo",
        labels="outlook",
        date="long",
        forward="yahoo",
        forward_order="ftds",
        footer="yahoo",
    ),
    look=PlainLook(mark=" ", attribution_mark="    ", attribution_gap="  \n \n", signature=""),
    skin=Skin(
        page="<html><head></head><body>{}</body></html>",
        words=(
            '<div class="ydp{hex8}yahoo-style-wrap" style="font-family:Helvetica Neue, Helvetica, '
            'Arial, sans-serif;font-size:16px;">{}</div>'
        ),
        line='<div dir="ltr" data-setdir="false">{}</div>',
        blank='<div dir="ltr" data-setdir="false"><br></div>',
        signature='<div class="ydpsignature">{}</div>',
        footer=(
            '<br><div id="ymail_android_signature"><a id="ymail_android_signature_link" '
            'href="https://mail.onelink.me/107872968?pid=nativeplacement">{}</a></div>'
        ),
        appended=(
            '<div id="yahoo_quoted_0000000001" class="yahoo_quoted"><div style="font-family:'
            "'Helvetica Neue', Helvetica, Arial, sans-serif;font-size:13px;color:#26282a;\">"
            "{}</div></div>"
        ),
        attribution="<div>{}</div><div><br></div><div><br></div>",
        quote='<div><div id="yiv0000000001">{}</div></div>',
        head="<div>{}</div><div><br></div>",
    ),
    fields=(
        ("Date", "{date}"),
        ("From", "{from}"),
        ("To", "{to}"),
        ("Message-ID", "<{number}.{number}.1793650445000@{domain}>"),
        ("Subject", "{subject}"),
        ("MIME-Version", "1.0"),
        ("X-Mailer", "WebService/1.1.22876 YMailNorrin"),
    ),
    boundary="----=_Part_{number}_{number}.1793650445000",
    utf8="UTF-8",
    plain_transport="quoted-printable",
    html_transport="quoted-printable",
)

GMX = Client(
    style=Style(
        attribution=None,
        labels="gmx",
        mark="gmx",
        date="gmx",
        quote_order="dfts",
        forward_order="dfts",
        footer="gmx",
    ),
    skin=Skin(
        page=(
            '<html><head></head><body><div style="font-family: Verdana;font-size: 12.0px;">{}'
            "</div></body></html>"
        ),
        blank="<div>&nbsp;</div>\n",
        signature='<div>&nbsp;</div>\n<div class="signature">{}</div>',
        footer="<div>&nbsp;</div>\n<div>-- <br/>\n{}</div>",
        appended=(
            '<div>&nbsp;\n<div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px '
            '10px; border-left:2px solid #C3D9E5; word-wrap: break-word;">{}</div>\n</div>\n'
        ),
        rule="",
        head='<div style="margin:0 0 10px 0;">{}</div>\n',
        head_line="<b>{label}</b>&nbsp;{value}<br/>\n",
        forward='<div name="quoted-content">{}</div>',
    ),
    fields=(
        ("MIME-Version", "1.0"),
        ("Message-ID", "<trinity-{UUID}-1793650445000@3c-app.{domain}>"),
        ("From", "{from}"),
        ("To", "{to}"),
        ("Subject", "{subject}"),
        ("Date", "{date}"),
        ("Importance", "normal"),
        ("Sensitivity", "Normal"),
        ("X-Priority", "3"),
        ("X-Provags-ID", "V03:K1:{base64}"),
    ),
    utf8="UTF-8",
    html_transport="quoted-printable",
)

PROTON = Client(
    style=Style(
        attribution="proton",
        labels="english",
        date="long",
        forward="proton",
        forward_order="fdst",
        footer="proton",
    ),
    look=PlainLook(attribution_gap="\n\n", signature="\n"),
    skin=Skin(
        page="{}",
        line='<div style="font-family: Arial, sans-serif; font-size: 14px;">{}</div>',
        blank='<div style="font-family: Arial, sans-serif; font-size: 14px;"><br></div>',
        signature=(
            '<div style="font-family: Arial, sans-serif; font-size: 14px;" '
            'class="protonmail_signature_block"><div class="protonmail_signature_block-user">{}'
            "</div></div>"
        ),
        footer=(
            '<div class="protonmail_signature_block"><div class="protonmail_signature_block-user '
            'protonmail_signature_block-empty"></div><div class="protonmail_signature_block-proton"'
            ">{}</div></div>"
        ),
        appended='<div class="protonmail_quote">{}</div><br>',
        attribution="{}<br>\n",
        quote='<blockquote class="protonmail_quote" type="cite">{}</blockquote>',
        rule="{}<br>",
        head="{}<br>",
        head_line="{label} {value}<br>",
    ),
    fields=(
        ("Date", "{date}"),
        ("To", "{to}"),
        ("From", "{from}"),
        ("Subject", "{subject}"),
        ("Message-ID", "<{base64}=@{domain}>"),
        ("Feedback-ID", "{number}:user:proton"),
        ("X-Pm-Message-ID", "{hex}"),
        ("MIME-Version", "1.0"),
    ),
    boundary="b1_{base64}",
    plain_transport="base64",
    html_transport="base64",
)
