"""The reporting button for pages: HTML, SVG, and the link as a QR code.

Plain HTML and SVG: no script, nothing from elsewhere, right to left where the language is. What
comes from outside, address and account, is escaped wherever it stands.
"""

from __future__ import annotations

import unicodedata
from html import escape
from io import BytesIO
from typing import Final

import segno

from notifier.locales import direction
from tipline.button.links import Link, Wanted, words

# White on it has a contrast of 8:1 (WCAG 2.2, 1.4.6 asks for 7:1).
_BLUE: Final = "#1a4d8f"
# At least 44 points high, so that a thumb finds it (WCAG 2.2, 2.5.5).
_STYLE: Final = (
    "display:inline-block;box-sizing:border-box;min-height:44px;padding:10px 20px;"
    f"border-radius:8px;background:{_BLUE};color:#fff;font:600 16px/1.5 system-ui,sans-serif;"
    "text-decoration:none"
)
_FONT_SIZE: Final = 16
_HEIGHT: Final = 44
# Of a letter's size, in a bold font; letters of East Asia are as wide as high.
_WIDTH_OF_LETTER: Final = 0.64
_WIDTH_OF_WIDE: Final = 1.05
# Modules of white around a QR code (ISO/IEC 18004 section 9.1).
_QUIET: Final = 4
_PIXELS: Final = 8


def html_snippet(link: Link, wanted: Wanted) -> str:
    """Write what goes into a page: the link, and the address for those whose link does nothing."""
    said, language = words(link.language), link.language
    return (
        f'<div class="tipline-report" lang="{language}" dir="{direction(language)}">\n'
        f'  <a href="{escape(link.url)}" style="{_STYLE}">{escape(said["button"])}</a>\n'
        f'  <p style="margin:8px 0">{escape(said["write"])} '
        f"<bdi>{escape(wanted.address)}</bdi></p>\n"
        "</div>\n"
    )


def svg_button(link: Link) -> str:
    """Draw the link as a button; put into a page's HTML, it can be clicked."""
    said, language = words(link.language)["button"], link.language
    width, middle = _width(said), _HEIGHT // 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}"'
        f' viewBox="0 0 {width} {_HEIGHT}" xml:lang="{language}" lang="{language}">\n'
        f'  <a href="{escape(link.url)}" aria-label="{escape(said)}">\n'
        f'    <rect width="{width}" height="{_HEIGHT}" rx="8" fill="{_BLUE}"/>\n'
        f'    <text x="{width // 2}" y="{middle}" direction="{direction(language)}"'
        ' text-anchor="middle" dominant-baseline="central" fill="#fff"'
        f' font-family="system-ui,sans-serif" font-size="{_FONT_SIZE}" font-weight="600">'
        f"{escape(said)}</text>\n"
        "  </a>\n"
        "</svg>\n"
    )


def qr_code(link: Link) -> segno.QRCode:
    """Make the QR code of a link, with a quarter of it to spare for dirt where there is room."""
    return segno.make_qr(link.url, error="l", boost_error=True)


def qr_svg(link: Link) -> str:
    """Draw the QR code as SVG."""
    out = BytesIO()
    code, title = qr_code(link), words(link.language)["button"]
    code.save(out, kind="svg", border=_QUIET, scale=4, dark="#000", light="#fff", title=title)
    return out.getvalue().decode("utf-8")


def qr_png(link: Link) -> bytes:
    """Draw the QR code as PNG."""
    out = BytesIO()
    qr_code(link).save(out, kind="png", border=_QUIET, scale=_PIXELS, dark="#000", light="#fff")
    return out.getvalue()


def _width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    plain = sum(unicodedata.category(char) != "Mn" for char in text) - wide
    letters = wide * _WIDTH_OF_WIDE + plain * _WIDTH_OF_LETTER
    return 40 + round(letters * _FONT_SIZE)
