"""Mails made to stop whoever reads them: each family grows with one number, its octets.

A family is a shape, not one mail: what is quick at a kilobyte and endless at a megabyte shows only
when it grows. ``FAMILIES`` maps its name to a function that writes a mail of about so many octets.
All words are neutral, all names invented.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from typing import Final

Maker = Callable[[int], bytes]

HEAD: Final = (
    b"From: Maria <maria@mail.example>\r\nTo: cp@chirper.example\r\nSubject: please look\r\n"
)
MIME: Final = b"MIME-Version: 1.0\r\n"
WORDS: Final = b"This account worries me: https://chirper.example/Alex_1\r\n"

FAMILIES: Final[dict[str, Maker]] = {}


def _family(maker: Maker) -> Maker:
    FAMILIES[maker.__name__.strip("_")] = maker
    return maker


def filled(piece: bytes, size: int) -> bytes:
    """Repeat a piece up to a size."""
    return piece * max(1, size // len(piece))


def numbered(size: int, write: Callable[[int], bytes]) -> bytes:
    """Write pieces that differ by their number up to a size."""
    pieces: list[bytes] = []
    octets = 0
    while octets < size:
        pieces.append(write(len(pieces)))
        octets += len(pieces[-1])
    return b"".join(pieces)


def plain(text: bytes, head: bytes = b"") -> bytes:
    """Write a mail of plain text."""
    return HEAD + head + MIME + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + WORDS + text


def html(markup: bytes) -> bytes:
    """Write a mail of HTML."""
    return HEAD + MIME + b"Content-Type: text/html; charset=utf-8\r\n\r\n<p>" + WORDS + markup


def multipart(parts: bytes, subtype: bytes = b"mixed", boundary: bytes = b"b") -> bytes:
    """Write a mail of parts, whose boundary lines are already there."""
    kind = b"Content-Type: multipart/" + subtype + b"; boundary=" + boundary + b"\r\n\r\n"
    return HEAD + MIME + kind + parts


def attached(content: bytes, kind: bytes, name: bytes) -> bytes:
    """Write a mail with words and one attachment in base64."""
    return multipart(
        b"--b\r\nContent-Type: text/plain\r\n\r\n" + WORDS + b"--b\r\nContent-Type: " + kind
        + b"; name=" + name + b"\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=" + name + b"\r\n\r\n"
        + base64.encodebytes(content) + b"--b--\r\n"
    )  # fmt: skip


# Texts that one piece repeated makes.
_TEXTS: Final[dict[str, bytes]] = {
    "text_one_word": b"a",
    "text_ordinary": b"I saw it yesterday and would be glad if somebody looked at it.\r\n",
    "spaces": b" ",
    "tabs_and_spaces": b"\t ",
    "empty_lines": b"\r\n",
    "spaces_before_line_ends": b"      \r\n",
    "at_signs": b"@",
    "at_signs_apart": b"@ ",
    "handles": b"@alex_1 ",
    "handles_joined": b"@alex_1",
    "dots": b".",
    "colons": b"user: ",
    "hyphens": b"-",
    "underscores": b"_",
    "underscores_lines": b"________________________________\r\n",
    "slashes": b"/",
    "opening_brackets": b"[",
    "opening_round": b"(",
    "angle_open": b"<",
    "brackets": b"[x](y)",
    "digits": b"1",
    "digits_apart": b"1 ",
    "numbers_labelled": b"id: 12345678901 ",
    "phone_numbers": b"+49 151 1234567 ",
    "phone_digits_hyphens": b"1-",
    "mail_addresses": b"alex@mail.example ",
    "mail_addresses_joined": b"alex@mail.example",
    "domains": b"chirper.example ",
    "domains_joined": b"chirper.example.",
    "domain_labels": b"a.",
    "urls": b"https://chirper.example/alex_1 ",
    "urls_joined": b"https://chirper.example/alex_1",
    "schemes": b"https://",
    "schemes_defanged": b"hxxps[:]//chirper[.]example/alex ",
    "dots_defanged": b"[.]",
    "dots_spelled": b"a (dot) b ",
    "www": b"www.",
    "percent": b"%25",
    "url_percent": b"https://chirper.example/%2525 ",
    "url_with_many_parameters": b"a=b&",
    "url_fragments": b"#",
    "labels": b"user user user user ",
    "labels_colon": b"user: user: ",
    "labels_is": b"the account is is is is ",
    "labels_called": b"the user called called called ",
    "labels_german": "der Nutzer heißt heißt namens ".encode(),
    "labels_japanese": "ユーザー名はアカウント".encode(),
    "labels_arabic": "حساب باسم المستخدم ".encode(),
    "platforms": b"instagram tiktok discord ",
    "platform_handles": b"alex on Instagram, ",
    "platform_on": b"on Instagram on Instagram ",
    "negations": b"not not never no ",
    "urgent": b"meet tomorrow at the station ",
    "urgent_negated": b"not tomorrow not not meet ",
    "quoted_lines": b"> quoted line\r\n",
    "quote_marks": b">",
    "quote_marks_deep": b"> > > > > > > > > > > > > > > > > > > > > > > > > > >\r\n",
    "attributions": b"On Mon, 5 Jan 2026 at 10:00, Alex <alex@mail.example> wrote:\r\n",
    "attributions_unfinished": b"On Mon, 5 Jan 2026 at 10:00, Alex\r\n",
    "on": b"On ",
    "wrote": b" wrote:",
    "forward_blocks": b"From: Alex\r\nSent: Monday\r\nTo: Maria\r\nSubject: hello\r\n\r\n",
    "forward_fields": b"From: ",
    "forward_marks": b"---------- Forwarded message ---------\r\n",
    "original_marks": b"-----Original Message-----\r\n",
    "signature_marks": b"-- \r\n",
    "closings": b"Kind regards\r\nMaria\r\n\r\n",
    "disclaimers": b"This message is confidential and intended only for the addressee.\r\n",
    "mobile_footers": b"Sent from my iPhone\r\n\r\n",
    "uuencode_begins": b"begin 644 file\r\n",
    "uuencode_lines": b"M" + b"A" * 60 + b"\r\n",
    "pgp_begins": b"-----BEGIN PGP MESSAGE-----\r\n",
    "pgp_signed_begins": b"-----BEGIN PGP SIGNED MESSAGE-----\r\n",
    "dates": b"2026-11-22 10:00 ",
    "times": b"@ 5 pm ",
    "prices": b"$5.00 @ ",
    "emoji": "👩‍👩‍👧".encode(),
    "combining": b"e" + "\u0301".encode() * 50,
    "zero_width": "a\u200b".encode(),
    "bidi": "\u202eabc\u202c".encode(),
    "full_width": "＠ａｌｅｘ ".encode(),
    "cyrillic": "пожалуйста посмотрите ".encode(),
    "arabic": "هذا الحساب يقلقني ".encode(),
    "hindi": "यह खाता मुझे चिंतित करता है ".encode(),
    "chinese": "这个账号让我担心".encode(),
    "korean": "이 계정이 걱정됩니다 ".encode(),
    "many_scripts": "aяあ한ع".encode(),
    "nul": b"\0",
    "line_feeds": b"\n",
    "carriage_returns": b"\r",
    "form_feeds": b"\x0c",
    "control": bytes(range(1, 32)),
    "broken_utf8": b"\xc3\x28",
    "high_octets": b"\xff\xfe",
    "lone_surrogates": b"\xed\xa0\x80",
    "tables": b"| alex | instagram |\r\n",
    "headers_in_body": b"X-Field: value\r\n",
    "own_receipts": b"> We received your report C-4F7KM-2Q9XH\r\n",
    "wide_lines": b"a" * 5000 + b"\r\n",
    "quotation_marks": b'"alex" ',
    "apostrophes": b"'",
    "commas": b",",
    "equals_signs": b"=",
    "ampersands": b"&",
    "backslashes": b"\\",
    "backticks": b"`",
    "stars": b"*",
    "pipes": b"|",
    "exclamation": b"!?",
    "semicolons": b"a;",
}  # fmt: skip

# HTML that one piece repeated makes.
_PAGES: Final[dict[str, bytes]] = {
    "nested": b"<div>",
    "nested_quotes": b"<blockquote>",
    "nested_inline": b"<b><i><u>",
    "nested_lists": b"<ul><li>",
    "nested_tables": b"<table><tr><td>",
    "nested_tables_closed": b"<table><tr><td>x</td></tr></table>",
    "closing_only": b"</div>",
    "tags": b"<br>",
    "paragraphs": b"<p>some words</p>",
    "spans": b"<span style='color:red'>a</span>",
    "rows": b"<tr><td>a<td>b",
    "cells": b"<table><tr>" + b"<td>a</td>" * 1000 + b"</tr></table>",
    "unclosed_tags": b"<a ",
    "unclosed_attributes": b"<a href='",
    "unclosed_comments": b"<!-- ",
    "comments": b"<!-- a -->",
    "conditional_comments": b"<!--[if mso]>a<![endif]-->",
    "cdata": b"<![CDATA[",
    "processing": b"<?xml ",
    "doctypes": b"<!DOCTYPE html>",
    "entities": b"&amp;",
    "entities_numeric": b"&#64;",
    "entities_unfinished": b"&#",
    "entities_unknown": b"&abcdefgh;",
    "angle": b"<",
    "links": b"<a href='https://chirper.example/alex_1'>alex</a> ",
    "links_nested": b"<a href='https://chirper.example/alex_1'>",
    "links_without_text": b"<a href='https://chirper.example/alex_1'></a>",
    "images": b"<img src='cid:a' alt='a'>",
    "styles": b"<style>p{color:red}</style>",
    "style_unclosed": b"<style>",
    "style_rules": b"<style>" + b"p.a > b ~ c + d {color: red}\n" * 100 + b"</style>",
    "scripts": b"<script>a</script>",
    "script_unclosed": b"<script>",
    "hidden": b"<div style='display:none'>a",
    "attributes": b"<p " + b"a='b' " * 1000 + b">",
    "gmail_quotes": b"<div class='gmail_quote'>",
    "outlook_blocks": b"<div style='border:none;border-top:solid #E1E1E1 1.0pt'><p>From: a",
    "pre": b"<pre>a  b</pre>",
    "forms": b"<form><select><option>a",
    "svg": b"<svg><g>",
    "math": b"<math><mi>",
    "templates": b"<template>",
    "frames": b"<iframe>",
    "titles": b"<title>",
    "textareas": b"<textarea>",
    "plaintext": b"<plaintext>",
    "heads": b"<head>",
    "bodies": b"<body>",
    "meta": b"<meta charset=utf-16>",
    "base": b"<base href='https://chirper.example/'>",
    "nul": b"<p>\0",
}  # fmt: skip

# Header fields that one piece repeated makes: (before, piece).
_FIELDS: Final[dict[str, tuple[bytes, bytes]]] = {
    "one_line": (b"X-Long: ", b"a"),
    "one_line_of_words": (b"X-Long: ", b"a "),
    "folded": (b"X-Long: a", b"\r\n a"),
    "folded_empty": (b"X-Long: a", b"\r\n \r\n"),
    "many": (b"X-0: a\r\n", b"X-Field: value\r\n"),
    "many_received": (
        b"",
        b"Received: from a (b [192.0.2.1]) by c; Sun, 22 Nov 2026 03:00:00 +0000\r\n",
    ),
    "many_subjects": (b"", b"Subject: hello\r\n"),
    "many_from": (b"", b"From: Alex <alex@mail.example>\r\n"),
    "many_content_types": (b"", b"Content-Type: text/plain\r\n"),
    "addresses": (b"To: ", b"Alex <alex@mail.example>, "),
    "addresses_from": (b"From: ", b"Alex <alex@mail.example>, "),
    "addresses_bare": (b"Cc: ", b"alex@mail.example,"),
    "address_groups": (b"To: ", b"a: b@c, ;"),
    "address_comments": (b"Reply-To: ", b"(a"),
    "address_comments_closed": (b"Reply-To: ", b"(((a)))"),
    "address_quotes": (b"From: ", b'"'),
    "address_quotes_escaped": (b'From: "', b'\\"'),
    "address_angles": (b"From: ", b"<"),
    "address_routes": (b"From: <", b"@a,"),
    "references": (b"References: ", b"<a@mail.example> "),
    "references_unclosed": (b"References: ", b"<a@"),
    "references_bare": (b"References: ", b"a@b "),
    "in_reply_to": (b"In-Reply-To: ", b"<"),
    "message_id": (b"Message-ID: <", b"a"),
    "date": (b"Date: ", b"Sun, 22 Nov 2026 "),
    "date_numbers": (b"Date: ", b"1 "),
    "date_comments": (b"Date: Sun, 22 Nov 2026 03:00:00 +0000 ", b"("),
    "date_digits": (b"Date: Sun, 22 Nov ", b"9"),
    "words_q": (b"Subject: ", b"=?utf-8?q?hello?= "),
    "words_q_joined": (b"Subject: ", b"=?utf-8?q?hello?="),
    "words_b": (b"Subject: ", b"=?utf-8?b?aGVsbG8=?= "),
    "words_folded": (b"Subject: a", b"\r\n =?utf-8?q?hello?="),
    "words_unfinished": (b"Subject: ", b"=?utf-8?q?"),
    "words_marks": (b"Subject: ", b"=?"),
    "words_questions": (b"Subject: ", b"?"),
    "words_in_from": (b"From: ", b"=?utf-8?q?hello?= <alex@mail.example>, "),
    "words_iso2022": (b"Subject: ", b"=?iso-2022-jp?b?GyRCJCIbKEI=?= "),
    "words_unknown": (b"Subject: ", b"=?nothing?q?hello?= "),
    "subject_raw": (b"Subject: ", b"\xc3\xbc"),
    "subject_re": (b"Subject: ", b"Re: "),
    "subject_fwd": (b"Subject: ", b"Fwd: Re: "),
    "subject_handles": (b"Subject: ", b"@alex "),
    "parameters": (b"Content-Type: text/plain", b"; a=b"),
    "parameters_quoted": (b'Content-Type: text/plain; name="', b'\\"'),
    "parameters_semicolons": (b"Content-Type: text/plain", b";"),
    "parameters_unclosed": (b"Content-Type: text/plain", b'; a="'),
    "disposition_percent": (b"Content-Disposition: attachment; filename*=utf-8''", b"%C3%BC"),
    "boundary_long": (b"Content-Type: multipart/mixed; boundary=", b"b"),
    "charset_long": (b"Content-Type: text/plain; charset=", b"u"),
    "encoding_long": (b"Content-Transfer-Encoding: ", b"base64 "),
    "list_unsubscribe": (b"List-Unsubscribe: ", b"<mailto:a@b>, "),
    "authentication": (b"Authentication-Results: ", b"a; spf=pass "),
    "auto_submitted": (b"Auto-Submitted: ", b"(no) "),
    "content_language": (b"Content-Language: ", b"en, "),
    "return_path": (b"Return-Path: ", b"<"),
    "no_colon": (b"", b"word word\r\n"),
    "colons": (b"", b":"),
    "empty_names": (b"", b": a\r\n"),
    "spaces_before_colon": (b"X", b" "),
    "white_lines": (b"X-A: a\r\n", b" \r\n"),
}  # fmt: skip


def _add_repeated() -> None:
    for name, piece in _TEXTS.items():
        FAMILIES[f"text_{name}"] = lambda size, piece=piece: plain(filled(piece, size))
    for name, piece in _PAGES.items():
        FAMILIES[f"html_{name}"] = lambda size, piece=piece: html(filled(piece, size))
    for name, (begin, piece) in _FIELDS.items():
        FAMILIES[f"header_{name}"] = lambda size, begin=begin, piece=piece: (
            begin + filled(piece, size) + b"\r\n" + HEAD + b"\r\n" + WORDS
        )


_add_repeated()


# Parts.


@_family
def parts_many(size: int) -> bytes:
    """Parts beside each other."""
    return multipart(filled(b"--b\r\n\r\nword\r\n", size) + b"--b--\r\n")


@_family
def parts_empty(size: int) -> bytes:
    """Boundaries with nothing between them."""
    return multipart(filled(b"--b\r\n", size))


@_family
def parts_named(size: int) -> bytes:
    """Parts that each are an attachment."""
    piece = b"--b\r\nContent-Disposition: attachment; filename=a.png\r\n\r\nAAAA\r\n"
    return multipart(filled(piece, size))


@_family
def parts_html(size: int) -> bytes:
    """Parts that each are a page."""
    return multipart(filled(b"--b\r\nContent-Type: text/html\r\n\r\n<p>word</p>\r\n", size))


@_family
def parts_headers_only(size: int) -> bytes:
    """Parts that are only header."""
    return multipart(filled(b"--b\r\nContent-Type: text/plain\r\n", size))


@_family
def parts_deep(size: int) -> bytes:
    """Multiparts within multiparts."""
    return (
        HEAD
        + MIME
        + numbered(
            size,
            lambda n: b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n),
        )
    )


@_family
def parts_deep_one_boundary(size: int) -> bytes:
    """Multiparts within multiparts that share one boundary."""
    return HEAD + MIME + filled(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", size)


@_family
def parts_deep_closed(size: int) -> bytes:
    """Multiparts within multiparts, each of which ends."""
    depth = size // 90
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    closed = b"".join(b"\r\n--b%d--\r\n" % n for n in reversed(range(depth)))
    return HEAD + MIME + opened + b"\r\n" + WORDS + closed


@_family
def mails_within_mails(size: int) -> bytes:
    """A mail in a mail in a mail."""
    return HEAD + MIME + filled(b"Content-Type: message/rfc822\r\n\r\nSubject: a\r\n", size)


@_family
def mails_beside_mails(size: int) -> bytes:
    """A digest of mails."""
    return multipart(filled(b"--b\r\n\r\nSubject: a\r\n\r\nword\r\n", size), b"digest")


@_family
def mails_reported(size: int) -> bytes:
    """Delivery reports without end."""
    piece = b"--b\r\nContent-Type: message/delivery-status\r\n\r\nStatus: 5.1.1\r\n\r\n"
    return multipart(filled(piece, size), b"report")


@_family
def delivery_status_groups(size: int) -> bytes:
    """One delivery report about everybody."""
    piece = b"Final-Recipient: rfc822; a@mail.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    head = b"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n\r\n"
    return multipart(head + filled(piece, size) + b"--b--\r\n", b"report")


@_family
def boundary_alike(size: int) -> bytes:
    """Lines that are almost the boundary."""
    return multipart(b"--b\r\n\r\n" + filled(b"--bb\r\n--\r\n--B\r\n", size))


@_family
def boundary_of_spaces(size: int) -> bytes:
    """Boundaries with white space behind them."""
    return multipart(b"--b\r\n\r\n" + filled(b"--b" + b" " * 300 + b"\r\n\r\n", size))


@_family
def boundary_missing(size: int) -> bytes:
    """A multipart that does not say its boundary."""
    return (
        HEAD + MIME + b"Content-Type: multipart/mixed\r\n\r\n" + filled(b"--b\r\n\r\na\r\n", size)
    )


@_family
def boundary_of_regular_expression(size: int) -> bytes:
    """A boundary that is an expression, and a text for it."""
    return multipart(filled(b"--(a+)+$\r\n\r\naaaaaaaa\r\n", size), boundary=b'"(a+)+$"')


@_family
def alternatives_many(size: int) -> bytes:
    """The same words in any number of ways."""
    return multipart(
        filled(b"--b\r\nContent-Type: text/html\r\n\r\n<p>a\r\n--b\r\n\r\na\r\n", size),
        b"alternative",
    )


@_family
def preamble_long(size: int) -> bytes:
    """Words before the first part."""
    return multipart(filled(b"word word\r\n", size) + b"--b\r\n\r\nword\r\n--b--\r\n")


@_family
def epilogue_long(size: int) -> bytes:
    """Words behind the last part."""
    return multipart(b"--b\r\n\r\nword\r\n--b--\r\n" + filled(b"--b\r\n\r\nword\r\n", size))


@_family
def calendars(size: int) -> bytes:
    """Events in parts that claim to be calendars and cards."""
    piece = b"--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
    return multipart(filled(piece, size))


@_family
def parameter_continuations(size: int) -> bytes:
    """A file name in pieces (RFC 2231)."""
    pieces = numbered(size, lambda n: b";\r\n filename*%d=a" % n)
    return HEAD + MIME + b"Content-Disposition: attachment" + pieces + b"\r\n\r\n" + WORDS


@_family
def parameter_continuations_encoded(size: int) -> bytes:
    """A file name in encoded pieces, the last ones first."""
    pieces = numbered(size, lambda n: b";\r\n name*%d*=%%41" % (1_000_000 - n))
    return HEAD + MIME + b"Content-Type: text/plain" + pieces + b"\r\n\r\n" + WORDS


# Encodings.


def _encoded(body: bytes, encoding: bytes, kind: bytes = b"text/plain; charset=utf-8") -> bytes:
    head = b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    return HEAD + MIME + head + body


_BODIES: Final[dict[str, tuple[bytes, bytes, bytes]]] = {
    "quoted_equals": (b"quoted-printable", b"utf-8", b"="),
    "quoted_soft_breaks": (b"quoted-printable", b"utf-8", b"=\r\n"),
    "quoted_words": (b"quoted-printable", b"utf-8", b"=C3=BC"),
    "quoted_broken": (b"quoted-printable", b"utf-8", b"=C=3=X"),
    "quoted_spaces": (b"quoted-printable", b"utf-8", b" " * 70 + b"\r\n"),
    "base64_broken": (b"base64", b"utf-8", b"!A"),
    "base64_padding": (b"base64", b"utf-8", b"===="),
    "base64_one_line": (b"base64", b"utf-8", b"YWFh"),
    "base64_letter_lines": (b"base64", b"utf-8", b"Y\r\n"),
    "uuencoded": (b"x-uuencode", b"utf-8", b"M" + b"A" * 60 + b"\r\n"),
    "encoding_unknown": (b"nothing", b"utf-8", b"word "),
    "charset_unknown": (b"8bit", b"nothing", b"word \xff "),
    "charset_utf7": (b"7bit", b"utf-7", b"+AGEAYQ-"),
    "charset_utf7_shifts": (b"7bit", b"utf-7", b"+-+"),
    "charset_utf16": (b"8bit", b"utf-16", b"a\0"),
    "charset_utf16_surrogates": (b"8bit", b"utf-16-le", b"\0\xd8"),
    "charset_utf32": (b"8bit", b"utf-32", b"\xff\xff\xff\xff"),
    "charset_iso2022_escapes": (b"7bit", b"iso-2022-jp", b"\x1b$B\x1b(B"),
    "charset_iso2022_words": (b"7bit", b"iso-2022-jp", b'\x1b$B$"\x1b(B'),
    "charset_iso2022_kr": (b"7bit", b"iso-2022-kr", b"\x0e\x0f"),
    "charset_hz": (b"7bit", b"hz", b"~{~}"),
    "charset_liar_ascii": (b"8bit", b"us-ascii", "жа".encode()),
    "charset_liar_utf8": (b"8bit", b"utf-8", "Grüße ".encode("cp1252")),
    "charset_liar_japanese": (b"8bit", b"shift_jis", "жа".encode("koi8-r")),
    "charset_gb18030": (b"8bit", b"gb18030", b"\x84\x31\x95\x33"),
    "charset_big5": (b"8bit", b"big5", b"\xa4\x40\xff"),
    "charset_codec_hex": (b"7bit", b"hex", b"6161"),
    "charset_codec_zip": (b"7bit", b"zlib", b"aaaa"),
    "charset_codec_punycode": (b"7bit", b"punycode", b"a-b"),
    "charset_codec_idna": (b"7bit", b"idna", b"a.b"),
    "charset_codec_escape": (b"7bit", b"unicode_escape", b"\\u0061"),
    "flowed": (b"7bit", b"utf-8; format=flowed", b"word \r\n"),
    "flowed_deleted": (b"7bit", b"utf-8; format=flowed; delsp=yes", b"https:// \r\n"),
    "flowed_quotes": (b"7bit", b"utf-8; format=flowed", b">>>>>> word \r\n"),
}  # fmt: skip


def _add_encoded() -> None:
    for name, (encoding, charset, piece) in _BODIES.items():
        FAMILIES[f"body_{name}"] = lambda size, e=encoding, c=charset, piece=piece: _encoded(
            filled(piece, size), e, b"text/plain; charset=" + c
        )


_add_encoded()


@_family
def base64_bomb(size: int) -> bytes:
    """A text that is base64 of base64 of base64."""
    content = filled(WORDS, size // 3)
    for _ in range(3):
        content = base64.encodebytes(content)
    return _encoded(content, b"base64")


@_family
def charsets_many(size: int) -> bytes:
    """A charset of its own for each part."""
    return multipart(
        numbered(
            size,
            lambda n: (
                b"--b\r\nContent-Type: text/plain; charset=cp%d\r\n\r\na\xff\r\n" % (n % 2000)
            ),
        )
    )


# Files that nobody may open.


@_family
def file_zip_bomb(size: int) -> bytes:
    """A small file that unpacks to a large one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(min(size * 100, 200_000_000)))
    return attached(packed.getvalue(), b"application/zip", b"a.zip")


@_family
def file_large(size: int) -> bytes:
    """A large attachment."""
    return attached(bytes(size * 3 // 4), b"image/png", b"a.png")


@_family
def file_winmail(size: int) -> bytes:
    """A winmail.dat with a length that is a lie."""
    content = b"\x78\x9f\x3e\x22\x01\x00\x01" + b"\xff" * (size * 3 // 4)
    return attached(content, b"application/ms-tnef", b"winmail.dat")


@_family
def file_mail(size: int) -> bytes:
    """A mail as a file."""
    return attached(plain(filled(b"word\r\n", size * 3 // 4)), b"message/rfc822", b"a.eml")


@_family
def file_names(size: int) -> bytes:
    """A name without end, of folders."""
    return attached(b"a", b"image/png", b'"' + filled(b"../", size) + b'"')


# Reports of machines.


def _xarf(content: bytes) -> bytes:
    return attached(content, b"application/json", b"xarf.json")


@_family
def json_deep(size: int) -> bytes:
    """Lists within lists."""
    return _xarf(b'{"Version":"4","Report":' + filled(b"[", size * 3 // 4))


@_family
def json_deep_closed(size: int) -> bytes:
    """Objects within objects, each of which ends."""
    depth = size // 10
    return _xarf(b'{"xarf_version":"4.0.0","a":' * depth + b"1" + b"}" * depth)


@_family
def json_wide(size: int) -> bytes:
    """Keys without end."""
    return _xarf(json.dumps({f"k{n}": n for n in range(max(1, size // 18))}).encode())


@_family
def json_number(size: int) -> bytes:
    """One number of any length."""
    return _xarf(b'{"xarf_version":"4.0.0","size":' + filled(b"9", size * 3 // 4) + b"}")


@_family
def json_same_key(size: int) -> bytes:
    """The same key again and again."""
    return _xarf(b"{" + filled(b'"xarf_version":"4",', size * 3 // 4) + b'"a":1}')


@_family
def json_escapes(size: int) -> bytes:
    """Half characters."""
    return _xarf(b'{"xarf_version":"' + filled(b"\\ud800", size * 3 // 4) + b'"}')


@_family
def json_body(size: int) -> bytes:
    """JSON as the text of a mail."""
    return _encoded(filled(b'{"Version":[', size), b"7bit", b"application/json")


@_family
def json_many(size: int) -> bytes:
    """JSON files without end."""
    piece = b'--b\r\nContent-Type: application/json; name=xarf.json\r\n\r\n{"Version": "4"}\r\n'
    return multipart(filled(piece, size))


_ANCHORS: Final = b"".join(
    b"a%d: &a%d [%s]\r\n" % (n, n, b",".join([b"*a%d" % (n - 1)] * 9) if n else b"x")
    for n in range(12)
)


@_family
def yaml_bomb(size: int) -> bytes:
    """X-ARF with anchors that multiply."""
    head = b"--b\r\nContent-Type: text/plain; name=report.txt\r\n\r\nReported-From: a@b\r\n"
    return HEAD + b"X-XARF: PLAIN\r\n" + multipart(head + filled(_ANCHORS, size)).removeprefix(HEAD)


@_family
def yaml_deep(size: int) -> bytes:
    """X-ARF with lists within lists."""
    head = b"--b\r\nContent-Type: text/plain; name=report.txt\r\n\r\nReport: "
    return HEAD + b"X-ARF: Yes\r\n" + multipart(head + filled(b"[", size)).removeprefix(HEAD)


@_family
def feedback_report(size: int) -> bytes:
    """A feedback report with fields without end."""
    head = b"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
    return multipart(head + filled(b"Reported-URI: https://chirper.example/a\r\n", size), b"report")


# Shapes of a whole mail.


@_family
def nothing_but_noise(size: int) -> bytes:
    """No mail at all."""
    return filled(bytes(range(256)), size)


@_family
def no_line_ends(size: int) -> bytes:
    """Everything in one line."""
    return filled(b"From: a To: b ", size)


@_family
def no_body(size: int) -> bytes:
    """A header that never ends."""
    return HEAD + numbered(size, lambda n: b"X-%d: a\r\n" % n)


@_family
def stray_lines(size: int) -> bytes:
    """Words between the fields of a header."""
    return filled(b"From: a@mail.example\r\nword word\r\n", size) + HEAD + b"\r\n" + WORDS


@_family
def empty_lines_first(size: int) -> bytes:
    """Empty lines before the header."""
    return filled(b"\r\n", size) + plain(b"")


@_family
def marks_first(size: int) -> bytes:
    """Byte order marks before the header."""
    return filled(b"\xef\xbb\xbf", size) + plain(b"")


@_family
def carriage_returns_only(size: int) -> bytes:
    """Lines that end as on old Macs."""
    return plain(filled(b"word @alex\r\n", size)).replace(b"\r\n", b"\r")


@_family
def line_feeds_only(size: int) -> bytes:
    """Lines that end as on Unix."""
    return plain(filled(b"word @alex\r\n", size)).replace(b"\r\n", b"\n")


@_family
def mbox_lines(size: int) -> bytes:
    """Lines of an archive."""
    return b"From a@b Sun Nov 22 03:00:00 2026\r\n" + plain(
        filled(b"From a@b Sun Nov 22 03:00:00 2026\r\n", size)
    )


@_family
def urls_different(size: int) -> bytes:
    """A different account in each URL."""
    return plain(numbered(size, lambda n: b"https://chirper.example/alex_%d\r\n" % n))


@_family
def handles_different(size: int) -> bytes:
    """A different handle each time."""
    return plain(numbered(size, lambda n: b"@alex%d " % n))


@_family
def domains_different(size: int) -> bytes:
    """A different domain each time."""
    return plain(numbered(size, lambda n: b"a%d.example/b " % n))


@_family
def labels_different(size: int) -> bytes:
    """A different name behind each label."""
    return plain(numbered(size, lambda n: b"user name: alex%d\r\n" % n))


@_family
def links_different(size: int) -> bytes:
    """A different target in each link."""
    return html(numbered(size, lambda n: b"<a href='https://a%d.example/b'>c</a>\n" % n))


@_family
def urls_wrapped(size: int) -> bytes:
    """URLs within URLs within URLs."""
    url = "https%3A%2F%2Fchirper.example%2Falex"
    for _ in range(7):
        url = f"https%3A%2F%2Fsafelinks.protection.outlook.com%2F%3Furl%3D{url.replace('%', '%25')}"
    return plain(filled(url.replace("%3A", ":").replace("%2F", "/").encode() + b"\r\n", size))


@_family
def urls_wrapped_short(size: int) -> bytes:
    """Redirects that hold redirects, not encoded."""
    return plain(filled(b"https://www.google.com/url?q=", size))


@_family
def urls_proofpoint(size: int) -> bytes:
    """Wrapped URLs with codes for characters."""
    piece = b"https://urldefense.com/v3/__https://chirper.example/a*b__;" + b"Kys" * 20 + b"!!a!b$ "
    return plain(filled(piece, size))


@_family
def url_of_one_line(size: int) -> bytes:
    """One URL of any length."""
    return plain(b"https://chirper.example/" + filled(b"a", size))


@_family
def url_parameters(size: int) -> bytes:
    """One URL with parameters without end."""
    return plain(b"https://chirper.example/alex?" + filled(b"a=b&", size))


@_family
def url_host(size: int) -> bytes:
    """One host name without end."""
    return plain(b"https://" + filled(b"xn--a.", size) + b"chirper.example/alex")


@_family
def url_user(size: int) -> bytes:
    """One URL with a user name without end."""
    return plain(b"https://" + filled(b"a:@", size) + b"chirper.example/alex")


@_family
def html_attribute(size: int) -> bytes:
    """One attribute of any length."""
    return html(b"<p title='" + filled(b"a", size) + b"'>word</p>")


@_family
def html_link_target(size: int) -> bytes:
    """One link target of any length."""
    return html(b"<a href='https://chirper.example/" + filled(b"a", size) + b"'>alex</a>")


@_family
def html_table_square(size: int) -> bytes:
    """A table as wide as it is long."""
    side = max(1, int((size / 10) ** 0.5))
    return html(b"<table>" + (b"<tr>" + b"<td>a</td>" * side + b"</tr>") * side + b"</table>")


@_family
def html_table_spans(size: int) -> bytes:
    """Cells that claim a thousand columns and rows."""
    piece = b"<tr><td colspan=1000 rowspan=1000>a</td></tr>"
    return html(b"<table>" + filled(piece, size) + b"</table>")


@_family
def html_table_text(size: int) -> bytes:
    """A table whose one cell has lines without end, beside many others."""
    cell = b"<td>" + filled(b"a<br>", size // 2) + b"</td>"
    return html(b"<table><tr>" + cell + filled(b"<td>b</td>", size // 2) + b"</tr></table>")


@_family
def html_nested_and_closed(size: int) -> bytes:
    """Elements within elements, each of which ends."""
    depth = size // 11
    return html(b"<div>" * depth + b"word" + b"</div>" * depth)


@_family
def html_lists_numbered(size: int) -> bytes:
    """Lists within lists, with text at each level."""
    return html(filled(b"<ol><li>a<br>b", size))


@_family
def html_pre_wide(size: int) -> bytes:
    """One line of any length that must not be broken."""
    return html(b"<pre>" + filled(b"a  ", size) + b"</pre>")


@_family
def html_in_plain(size: int) -> bytes:
    """HTML that is called plain text."""
    return _encoded(b"<html><body>" + filled(b"<div>@alex ", size), b"8bit")


@_family
def html_with_charset_of_its_own(size: int) -> bytes:
    """HTML that says another charset than the header."""
    return html(b"<meta charset=utf-16>" + filled("<p>жа</p>".encode(), size))


@_family
def html_and_plain_differ(size: int) -> bytes:
    """Two texts that do not say the same."""
    return multipart(
        b"--b\r\nContent-Type: text/plain\r\n\r\n" + filled(b"@alex \r\n", size // 2)
        + b"--b\r\nContent-Type: text/html\r\n\r\n" + filled(b"<p>@maria</p>", size // 2),
        b"alternative",
    )  # fmt: skip
