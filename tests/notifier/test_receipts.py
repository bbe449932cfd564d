from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import lxml.html
import pytest

from notifier.compose import Composer, Greeting, Posting
from notifier.contacts import contacts_for
from notifier.promises import Promises
from notifier.receipts import ReceiptFacts, account_line, write_collective, write_receipt
from store.model import AccountReference
from tests.notifier.house import IDENTITY
from tests.notifier.mails import (
    COMPOSER,
    POSTING,
    REPLY_TO,
    REPORT,
    parsed,
    part,
    receipt,
    text,
)
from tests.notifier.own_templates import LANGUAGES

FACTS = ReceiptFacts()
ACCOUNTS = tuple(
    AccountReference(platform="chirper", handle=f"name{number}") for number in range(12)
)


def test_a_receipt_has_the_fields_of_an_automatic_answer() -> None:
    mail = receipt()
    assert mail.get_content_type() == "multipart/alternative"
    fields = [name for name in mail.keys() if name != "Content-Type"]  # noqa: SIM118 - no dict
    assert {name: str(mail[name]) for name in fields} == {
        "From": "Chirper Child Protection <cp@chirper.example>",
        "To": "maria@mail.example",
        "Subject": "We have received your report (R-4F7KM-2Q9XH)",
        "Date": "Sun, 22 Nov 2026 03:00:00 +0000",
        "Message-ID": "<receipt.1@tip.chirper.example>",
        "Auto-Submitted": "auto-replied",
        "X-Auto-Response-Suppress": "All",
        "X-Loop": "cp@chirper.example",
        "MIME-Version": "1.0",
        "Content-Language": "en",
        "Reply-To": "cp+token@chirper.example",
        "In-Reply-To": "<1@mail.example>",
        "References": "<0@mail.example> <1@mail.example>",
    }


def test_a_receipt_goes_out_with_the_null_reverse_path() -> None:
    mail = write_receipt(COMPOSER, REPORT, FACTS, POSTING, REPLY_TO)
    assert (mail.sender, mail.recipient) == ("", "maria@mail.example")
    assert (mail.dedupe_key, mail.report_id) == ("receipt:7", 7)


@pytest.mark.parametrize(
    "words", ["R-4F7KM-2Q9XH", "22 November 2026, 03:00 UTC", "112", "911", "999"]
)
def test_a_receipt_says_what_matters(words: str) -> None:
    assert words in text(receipt())


def test_every_line_is_one_that_mail_programs_take() -> None:
    content = write_receipt(
        COMPOSER, replace(REPORT, language="de"), FACTS, POSTING, REPLY_TO
    ).content
    lines = content.split(b"\r\n")
    assert all(b"\n" not in line and len(line) <= 998 for line in lines)


@pytest.mark.parametrize(
    ("language", "opening"),
    [
        ("en", "Thank you for"),
        ("de", "Danke, dass"),
        ("de-AT", "Danke, dass"),
        ("DE_ch", "Danke, dass"),
        ("fr", "Merci de"),
        ("sv", "Thank you for"),
        (None, "Thank you for"),
        ("../en", "Thank you for"),
    ],
)
def test_a_receipt_speaks_the_language_of_the_report(language: str | None, opening: str) -> None:
    assert text(receipt(language=language)).startswith(opening)


def test_a_mail_without_a_message_id_is_answered_without_a_thread() -> None:
    mail = receipt(traits=replace(REPORT.traits, message_id=None))
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


@pytest.mark.parametrize(
    ("posting", "reply_to"),
    [
        (replace(POSTING, recipient="a@b.example\r\nBcc: c@d.example"), REPLY_TO),
        (replace(POSTING, message_id="<1@x>\r\nBcc: c@d.example"), REPLY_TO),
        (POSTING, "cp@x.example\nBcc: c@d.example"),
    ],
)
def test_a_line_break_in_a_value_is_an_error(posting: Posting, reply_to: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        write_receipt(COMPOSER, REPORT, FACTS, posting, reply_to)


def test_an_address_outside_ascii_is_written_as_such() -> None:
    posting = replace(POSTING, recipient="mária@mail.example")
    content = write_receipt(COMPOSER, REPORT, FACTS, posting, REPLY_TO).content
    assert "To: mária@mail.example\r\n".encode() in content


def test_an_operators_own_template_goes_first(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text(
        "Subject: Ours {{ reference }}\n\n# Hello\n- one\n- two\n"
    )
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    mail = parsed(write_receipt(composer, REPORT, FACTS, POSTING, REPLY_TO))
    assert (mail["Subject"], text(mail)) == ("Ours R-4F7KM-2Q9XH", "*Hello*\n- one\n- two\n")
    german = parsed(
        write_receipt(composer, replace(REPORT, language="de"), FACTS, POSTING, REPLY_TO)
    )
    assert german["Subject"] == "Ihre Meldung ist angekommen (R-4F7KM-2Q9XH)"


def test_a_faulty_template_costs_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.txt.j2").write_text("Subject: x\n\n{{ refrence }}\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    mail = parsed(write_receipt(composer, REPORT, FACTS, POSTING, REPLY_TO))
    assert mail["Subject"] == "We have received your report (R-4F7KM-2Q9XH)"


def test_an_address_has_a_language_and_letters_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "receipt.txt.j2").write_text("Subject: Eigenes {{ reference }}\n\nText\n")
    greetings = {
        "safety@x.example": Greeting(name="safety", language="de", templates=tmp_path),
        "plain@x.example": Greeting(name="plain"),
    }
    composer = Composer(replace(IDENTITY, greetings=greetings))

    def subject(language: str | None, address: str | None) -> tuple[str, str]:
        report = replace(REPORT, language=language, address=address)
        mail = parsed(write_receipt(composer, report, FACTS, POSTING, REPLY_TO))
        return str(mail["Content-Language"]), str(mail["Subject"]).split()[0]

    assert subject(None, "safety@x.example") == ("de", "Eigenes")
    assert subject("fr", "safety@x.example")[0] == "fr"
    for address in ("plain@x.example", "cp@x.example", None):
        assert subject(None, address) == ("en", "We")
        assert subject("de", address) == ("de", "Ihre")


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_looks_say_the_same_in_every_language(language: str) -> None:
    facts = ReceiptFacts(accounts=ACCOUNTS[:2], named=True)
    for mail in (receipt(facts, language=language), collective(language)):
        shown = lxml.html.document_fromstring(part(mail, "html"))
        pieces = [each.text_content() for each in shown.iter("h2", "p", "li")]
        lines = [line.strip("*-\n ") for line in text(mail).split("\n") if line]
        assert [" ".join(piece.split()) for piece in pieces] == [
            " ".join(line.split()) for line in lines
        ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_html_loads_and_runs_nothing_and_says_its_language(language: str) -> None:
    mail = receipt(language=language)
    assert mail["Content-Language"] == language
    page = lxml.html.document_fromstring(part(mail, "html"))
    assert (page.get("lang"), page.get("dir")) == (language, "rtl" if language == "ar" else "ltr")
    tags = {element.tag for element in page.iter()}
    assert tags <= {
        "html",
        "head",
        "meta",
        "title",
        "body",
        "div",
        "span",
        "h2",
        "p",
        "ul",
        "li",
        "a",
    }
    links = contacts_for(language).links
    assert {element.get("href") for element in page.iter("a")} == links
    assert not {"src", "background", "srcset"} & {
        key for each in page.iter() for key in each.attrib
    }
    assert "url(" not in part(mail, "html")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 11, 21])
def test_a_receipt_counts_the_accounts(language: str, count: int) -> None:
    accounts = tuple(replace(ACCOUNTS[0], handle=f"n{each}") for each in range(count))
    shown = text(receipt(ReceiptFacts(accounts=accounts), language=language))
    assert "%d" not in shown
    assert "@n" not in shown
    opening = shown.partition("*")[0].partition("UTC")[2]
    assert (str(count) in opening) or count < 3
    assert shown != text(receipt(ReceiptFacts(accounts=ACCOUNTS[: count + 1]), language=language))


def test_numbers_take_the_form_of_the_language() -> None:
    forms = {
        language: [
            text(receipt(ReceiptFacts(accounts=ACCOUNTS[:count]), language=language))
            for count in (1, 2, 5)
        ]
        for language in ("ru", "ar", "pl", "en")
    }
    for language, words in {
        "ru": ("одного аккаунта", "2 аккаунтов", "5 аккаунтов"),
        "ar": ("بحساب واحد", "بحسابين", "بـ 5 حسابات"),
        "pl": ("jednego konta", "2 kont", "5 kont"),
        "en": ("one account.", "2 accounts.", "5 accounts."),
    }.items():
        assert all(word in shown for word, shown in zip(words, forms[language], strict=True))


def test_accounts_are_named_only_to_an_authenticated_sender() -> None:
    named = text(receipt(ReceiptFacts(accounts=ACCOUNTS, named=True)))
    assert "about 12 accounts:\n\n- @name0 (chirper)\n" in named
    assert "- @name9 (chirper)\n- and 2 more\n" in named
    assert "@name10" not in named
    assert "@name" not in text(receipt(ReceiptFacts(accounts=ACCOUNTS)))


@pytest.mark.parametrize(
    ("account", "line"),
    [
        (AccountReference(platform="chirper", handle="@a.b"), "@a[.]b (chirper)"),
        (
            AccountReference(platform="chirper", url="https://chirper.example/a"),
            "hXXps://chirper[.]example/a (chirper)",
        ),
        (AccountReference(platform="chirper", user_id="12"), "12 (chirper)"),
        (AccountReference(platform="chirper", handle="a\r\n# b"), "@a\ufffd\ufffd# b (chirper)"),
    ],
)
def test_nothing_in_a_named_account_can_be_tapped(account: AccountReference, line: str) -> None:
    assert account_line(account) == line


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_promises_what_is_configured(language: str) -> None:
    day = Promises(look_within=timedelta(days=3), decide_within=timedelta(days=8))
    shown = text(receipt(ReceiptFacts(promises=day), language=language))
    assert re.search(r"\b25\b|25日|25일", shown)
    assert re.search(r"\b30\b|30日|30일", shown)
    silent = text(receipt(ReceiptFacts(promises=replace(day, notices=False)), language=language))
    assert silent != shown
    assert not re.search(r"\b30\b|30日|30일", text(receipt(language=language)))


def test_an_operators_own_html_goes_first(tmp_path: Path) -> None:
    (tmp_path / "en").mkdir()
    (tmp_path / "en" / "receipt.html.j2").write_text("<p>{{ subject }} {{ handles[0] }}</p>\n")
    composer = Composer(replace(IDENTITY, templates=tmp_path))
    odd = AccountReference(platform="chirper", handle="<b>a</b>")
    facts = ReceiptFacts(accounts=(odd,), named=True)
    mail = parsed(write_receipt(composer, REPORT, facts, POSTING, REPLY_TO))
    assert part(mail, "html") == (
        "<p>We have received your report (R-4F7KM-2Q9XH) @&lt;b&gt;a&lt;/b&gt; (chirper)</p>\n"
    )
    assert text(mail).startswith("Thank you for")


def test_a_receipt_stays_small() -> None:
    # RFC 3834 section 2 asks for a few kilobytes.
    sizes = {
        language: len(
            write_receipt(
                COMPOSER, replace(REPORT, language=language), FACTS, POSTING, REPLY_TO
            ).content
        )
        for language in LANGUAGES
    }
    assert max(sizes.values()) < 24_000, sizes


def collective(language: str) -> EmailMessage:
    report = replace(REPORT, language=language)
    return parsed(write_collective(COMPOSER, report, POSTING, REPLY_TO))
