"""Outlook for Windows (Word's HTML, or plain text) and Outlook on the web over Exchange."""

from __future__ import annotations

from dataclasses import replace

from tests.scoring.clients.base import Client
from tests.scoring.letter import Style
from tests.scoring.markup import Skin
from tests.scoring.plain import PlainLook

# What Windows of a country offers first, after the western one.
_CODE_PAGES = {
    "pl": "iso-8859-2",
    "tr": "windows-1254",
    "ru": "koi8-r",
    "uk": "windows-1251",
    "ar": "windows-1256",
    "ja": "iso-2022-jp",
    "ko": "ks_c_5601-1987",
    "zh": "gb2312",
    "vi": "windows-1258",
}

_OUTLOOK_FIELDS = (
    ("From", "{from}"),
    ("To", "{to}"),
    ("Subject", "{subject}"),
    ("Date", "{date}"),
    ("Message-ID", "<000001dc{hex8}${hex8b}$@{domain}>"),
    ("MIME-Version", "1.0"),
    ("X-Mailer", "Microsoft Outlook 16.0"),
    ("Thread-Index", "Adx{base64}=="),
    ("Content-Language", "{language}"),
)
_WORD_PAGE = """\
<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:w="urn:schemas-microsoft-com:office:word" \
xmlns:m="http://schemas.microsoft.com/office/2004/12/omml" \
xmlns="http://www.w3.org/TR/REC-html40"><head>\
<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset={charset}">\
<meta name=Generator content="Microsoft Word 15 (filtered medium)"><style><!--
/* Font Definitions */
@font-face
\t{font-family:"Cambria Math";
\tpanose-1:2 4 5 3 5 4 6 3 2 4;}
/* Style Definitions */
p.MsoNormal, li.MsoNormal, div.MsoNormal
\t{margin:0cm;
\tfont-size:11.0pt;
\tfont-family:"Calibri",sans-serif;
\tmso-fareast-language:EN-US;}
a:link, span.MsoHyperlink
\t{mso-style-priority:99;
\tcolor:#0563C1;
\ttext-decoration:underline;}
@page WordSection1
\t{size:612.0pt 792.0pt;
\tmargin:70.85pt 70.85pt 2.0cm 70.85pt;}
--></style><!--[if gte mso 9]><xml>
<o:shapedefaults v:ext="edit" spidmax="1026" />
</xml><![endif]--></head><body lang=EN-US link="#0563C1" vlink="#954F72" \
style='word-wrap:break-word'><div class=WordSection1>{}</div></body></html>"""
_WORD = Skin(
    page=_WORD_PAGE,
    line="<p class=MsoNormal>{}<o:p></o:p></p>\n",
    blank="<p class=MsoNormal><o:p>&nbsp;</o:p></p>\n",
    signature="<p class=MsoNormal><o:p>&nbsp;</o:p></p><div>{}</div>",
    footer="<p class=MsoNormal><span style='font-size:8.0pt;color:gray'>{}<o:p></o:p></span></p>",
    attribution="<p class=MsoNormal>{}<o:p></o:p></p>",
    quote="<blockquote style='margin-top:5.0pt;margin-bottom:5.0pt'><div>{}</div></blockquote>",
    rule="",
    head=(
        "<p class=MsoNormal><o:p>&nbsp;</o:p></p><div><div style='border:none;"
        "border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal>"
        "{}<o:p></o:p></p></div></div><p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    ),
    head_line="<b><span lang=EN-US>{label}</span></b><span lang=EN-US> {value}<br></span>",
)
_STYLE = Style(attribution=None, labels="outlook", date="long", mark="outlook", footer_is_last=True)


def code_page(text: str, language: str) -> str:
    """Pick the smallest charset that a Windows of the country offers."""
    for charset in ("windows-1252", _CODE_PAGES.get(language, "utf-8")):
        try:
            text.replace("\u202f", " ").encode(charset)
        except UnicodeEncodeError:
            continue
        return charset
    return "utf-8"


OUTLOOK = Client(
    style=_STYLE,
    look=PlainLook(signature=""),
    skin=_WORD,
    fields=_OUTLOOK_FIELDS,
    boundary="----=_NextPart_000_0001_01DC{HEX8}.{HEX8b}",
    preamble="This is a multipart message in MIME format.\r\n\r\n",
    pick_charset=code_page,
    quoted_charset=True,
    plain_transport="quoted-printable",
    html_transport="quoted-printable",
)
OUTLOOK_PLAIN = replace(
    OUTLOOK,
    style=replace(_STYLE, original="outlook", forward="outlook"),
    skin=None,
    plain_transport="8bit",
)
OUTLOOK_WEB = Client(
    style=replace(
        _STYLE,
        original="owa",
        forward="owa",
        footer="outlook_mobile",
        footer_is_last=False,
    ),
    look=PlainLook(signature=""),
    skin=Skin(
        page=(
            '<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; '
            'charset={charset}">\n<style type="text/css" style="display:none;"> P '
            '{margin-top:0;margin-bottom:0;} </style>\n</head>\n<body dir="ltr">\n{}\n'
            "</body>\n</html>\n"
        ),
        line=(
            '<div class="elementToProof" style="font-family: Aptos, Calibri, Helvetica, '
            'sans-serif; font-size: 12pt; color: rgb(0, 0, 0);">\n{}</div>\n'
        ),
        blank=(
            '<div class="elementToProof" style="font-family: Aptos, Calibri, Helvetica, '
            'sans-serif; font-size: 12pt; color: rgb(0, 0, 0);">\n<br>\n</div>\n'
        ),
        signature='<div id="Signature">{}</div>\n',
        footer='<div id="ms-outlook-mobile-signature"><a href="https://aka.ms/o0ukef">{}</a></div>',
        rule=(
            '<div id="appendonsend"></div>\n<hr style="display:inline-block;width:98%" '
            'tabindex="-1">\n'
        ),
        head=(
            '<div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif" '
            'style="font-size:11pt" color="#000000">{}</font>\n<div>&nbsp;</div>\n</div>\n'
        ),
    ),
    fields=(
        ("From", "{from}"),
        ("To", "{to}"),
        ("Subject", "{subject}"),
        ("Thread-Topic", "{subject}"),
        ("Thread-Index", "AQH{base64}=="),
        ("Date", "{date}"),
        ("Message-ID", "<AM0PR01MB{HEX8}@AM0PR01MB0001.{domain}>"),
        ("Accept-Language", "{language}, en-US"),
        ("Content-Language", "{language}"),
        ("X-MS-Has-Attach", ""),
        ("X-MS-TNEF-Correlator", ""),
        ("MIME-Version", "1.0"),
    ),
    boundary="_000_AM0PR01MB{HEX8}AM0PR01MB0001_",
    pick_charset=lambda text, language: (
        "iso-8859-1" if code_page(text, language) == "windows-1252" and _is_latin(text) else "utf-8"
    ),
    quoted_charset=True,
    plain_transport="quoted-printable",
    html_transport="quoted-printable",
)


def _is_latin(text: str) -> bool:
    return all(ord(character) < 256 for character in text)
