from __future__ import annotations

import shutil
import subprocess
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading import ParsedMessage, ReadingRules, read_message
from notifier.letters import TEMPLATES
from notifier.locales import direction
from tipline.button.drawings import html_snippet, qr_png, qr_svg, svg_button
from tipline.button.files import OVERVIEW, all_files, for_code
from tipline.button.links import LONGEST_LINK, Link, Wanted, languages, link, words

CP = Wanted(address="cp@chirper.example")
SVG = "{http://www.w3.org/2000/svg}"


class Links(HTMLParser):
    """What a browser makes of a snippet: its elements and where links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]


def mail_of(url: str) -> EmailMessage:
    """Begin the mail that a mail program begins with a link (RFC 6068)."""
    parts = urlsplit(url)
    fields = {name: value for name, (value,) in parse_qs(parts.query, strict_parsing=True).items()}
    assert parts.scheme == "mailto"
    assert set(fields) == {"subject", "body"}
    mail = EmailMessage()
    mail["To"] = unquote(parts.path)
    mail["Subject"] = fields["subject"]
    mail.set_content(fields["body"].replace("\r\n", "\n"))
    return mail


def filled_in(made: Link, danger: str) -> ParsedMessage:
    mail = mail_of(made.url)
    mail.set_content(f"{mail.get_content().rstrip()} {danger}\n")
    mail["From"] = "Anna <anna@mail.example>"
    return read_message(bytes(mail), None, ReadingRules())


@pytest.mark.parametrize("delsp", ["", "; delsp=yes"])
@pytest.mark.parametrize("behind", ["", "\r\n"])
@pytest.mark.parametrize("language", languages())
def test_flowed_lines_cost_no_answer(language: str, behind: str, delsp: str) -> None:
    """A line that ends with a space goes on in the next one (RFC 3676 section 4.1)."""
    lines = link(language, CP).body.split("\r\n")
    lines[0] += f"{behind}@name_1"
    lines[5] += f"{behind}{words(language)['yes'][0]}"
    head = "From: anna@mail.example\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;"
    kind = f" charset=utf-8; format=flowed{delsp}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    raw = f"{head}{kind}{chr(13)}{chr(10)}".encode() + "\r\n".join(lines).encode()
    message = read_message(raw, None, ReadingRules())
    (sighting,) = message.sightings
    found = (sighting.account.handle, sighting.method, message.urgency, message.language)
    assert found == ("name_1", "form", "imminent_danger", language)


def test_there_is_a_form_in_each_language_that_receipts_are_written_in() -> None:
    assert set(languages()) == {path.parent.name for path in TEMPLATES.glob("*/receipt.txt.j2")}


@pytest.mark.parametrize("language", languages())
def test_a_mail_begun_with_the_link_is_read_with_certainty(language: str) -> None:
    made = link(language, Wanted(address="cp@chirper.example", account="@name_1"))
    for danger, urgent in ((words(language)["yes"][0], "imminent_danger"), ("", None)):
        message = filled_in(made, danger)
        (sighting,) = message.sightings
        found = (sighting.account.handle, sighting.method, message.language, message.urgency)
        assert found == ("name_1", "form", language, urgent)


@pytest.mark.parametrize("language", languages())
def test_the_link_fits_into_every_mail_program(language: str) -> None:
    wanted = Wanted(address=f"{'c' * 64}@chirper.example", account=f"@{'n' * 60}")
    url = link(language, wanted).url
    assert url.isascii()
    assert len(url) < LONGEST_LINK / 2
    assert "%0D%0A" in url
    assert " " not in url


def test_a_link_that_would_be_cut_is_refused() -> None:
    with pytest.raises(ValueError, match="make the account or the address shorter"):
        link("hi", Wanted(address="cp@chirper.example", account="ж" * 400))


@pytest.mark.parametrize(
    ("address", "account", "reason"),
    [
        ("cp", "", "not a mail address"),
        ("cp@a\r\nBcc: b@c", "", "not a mail address"),
        ("cp@chirper.example?cc=b@c", "", "not a mail address"),
        ("cp@chirper.example", "a\r\nb", "one line"),
        ("cp@chirper.example", "a" * 501, "longer"),
    ],
)
def test_what_cannot_stand_in_a_link_is_refused(address: str, account: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Wanted(address=address, account=account)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_no_account_breaks_out_of_the_link_or_the_page(account: str) -> None:
    if not account.isprintable():
        return
    wanted = Wanted(address="cp+a&b@chirper.example", account=account)
    if wanted.is_template:
        return
    made = link("fr", wanted)
    assert f"{words('fr')['account']}\u00a0: {account}\n" in mail_of(made.url).get_content()
    page = Links(html_snippet(made, wanted))
    assert (page.tags, page.links) == (["div", "a", "p", "bdi"], [made.url])
    drawing = ET.fromstring(svg_button(made))  # noqa: S314 - our own
    assert [each.get("href") for each in drawing.iter(f"{SVG}a")] == [made.url]


@pytest.mark.parametrize(
    "account",
    ["@{account}", "{url}", "{{ account }}", "https://chirper.example/{{ user.name|urlencode }}"],
)
def test_what_the_site_fills_in_stays_as_it_is(account: str) -> None:
    made = link("en", Wanted(address="cp@chirper.example", account=account))
    placeholder = account[account.index("{") : account.rindex("}") + 1]
    url = made.url.replace(placeholder, quote("name_1&body=x\r\n", safe=""))
    assert placeholder in made.url
    assert "name_1&body=x\n" in mail_of(url).get_content()


@pytest.mark.parametrize("account", ["{a b}", '{"x"}', "{{ x|y(z) }}", "{é}", "{<b>}", "{}"])
def test_nothing_else_stays_as_it_is(account: str) -> None:
    made = link("en", Wanted(address="cp@chirper.example", account=account))
    assert quote(account, safe="") in made.url


def test_a_domain_in_other_letters_is_written_as_mail_programs_take_it() -> None:
    made = link("de", Wanted(address="cp@zwitschern-überall.example"))
    assert made.url.startswith("mailto:cp@xn--zwitschern-berall-d3b.example?")


@pytest.mark.parametrize("language", languages())
def test_the_pieces_hold_no_script_and_nothing_from_elsewhere(language: str) -> None:
    made = link(language, CP)
    page = Links(html_snippet(made, CP))
    assert page.attributes <= {"class", "lang", "dir", "href", "style"}
    for piece in (html_snippet(made, CP), svg_button(made), qr_svg(made)):
        assert "script" not in piece
        assert "url(" not in piece
        assert "http" not in piece.replace("http://www.w3.org/2000/svg", "")
    assert f'dir="{direction(language)}"' in html_snippet(made, CP)
    assert f'lang="{language}"' in svg_button(made)


def test_arabic_runs_from_right_to_left() -> None:
    made = link("ar", CP)
    assert 'dir="rtl"' in html_snippet(made, CP)
    assert 'direction="rtl"' in svg_button(made)


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="zbarimg (zbar-tools) reads QR codes")
@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_qr_code_says_what_the_link_says(language: str, tmp_path: Path) -> None:
    made, picture = link(language, CP), tmp_path / "qr.png"
    picture.write_bytes(qr_png(made))
    read = subprocess.run(
        ["zbarimg", "--quiet", "--raw", "--nodbus", picture], capture_output=True, check=True
    )
    assert read.stdout.decode().strip() == made.url


def test_a_qr_code_has_no_placeholder_as_nobody_could_fill_it_in() -> None:
    wanted = Wanted(address="cp@chirper.example", account="@{account}")
    assert for_code(link("en", wanted), wanted) == link("en", CP)
    stated = Wanted(address="cp@chirper.example", account="@name_1")
    assert for_code(link("en", stated), stated) == link("en", stated)


def test_all_languages_come_at_once_and_one_page_shows_them() -> None:
    files = dict(all_files(languages(), CP))
    assert len(files) == 5 * len(languages()) + 1
    page = Links(files[OVERVIEW].decode())
    assert page.links == [link(language, CP).url for language in languages()]
