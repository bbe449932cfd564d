from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import phonenumbers
import pytest

from ingest.reading.category import Category
from ingest.reading.commands import written_command
from notifier.actions import Actions, MailRules
from notifier.alerts import AlertFacts
from notifier.dossier import WHYS, Dossier, Happened, ToldWhen
from store.model import AccountReference, EventKind, Severity
from store.states import CaseState
from tests.notifier.house import IDENTITY, KEY, START, person
from tests.notifier.mails import CASE, FACTS, alert, text

LANGUAGES = ("en", "de", "es", "fr", "it", "nl", "pl", "pt")
LINKS = Actions(IDENTITY, KEY, MailRules()).links(CASE.reference, person("anna"), START)
assert LINKS is not None
TAGS = {"html", "head", "meta", "title", "body", "div", "p", "h2", "ul", "li"} | {
    *("table", "tr", "td", "a", "span", "strong"),
}
DOSSIER = Dossier(
    why="imminent_danger",
    phrase="on the way",
    category="grooming_contact",
    history=(
        Happened(at=START - timedelta(days=1), what=EventKind.OPENED),
        Happened(at=START - timedelta(minutes=5), what=EventKind.RELEASED, who="Ben"),
    ),
    told=(ToldWhen(name="Ben", at=START - timedelta(minutes=15)),),
    next_names=("Cleo", "lead at chirper[.]example"),
)
WHOLE = replace(FACTS, take_as="anna", dossier=DOSSIER, actions=LINKS)


def html(mail: EmailMessage) -> str:
    page = mail.get_body(("html",))
    assert page is not None
    return str(page.get_content()).replace("\r\n", "\n")


class _Seen(HTMLParser):
    """What a reader of the page sees, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [str(value) for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_an_alert_says_in_order_what_whoever_is_woken_wants_to_know() -> None:
    shown = text(alert(WHOLE, severity=Severity.CRITICAL))
    assert shown == (
        "Waiting 15 min. Reports: 2, reporters: 1.\n"
        "\n"
        "Why CRITICAL: somebody may be in danger now (“on the way”).\n"
        "\n"
        "*Account*\n"
        "- chirper\n"
        "- Name: @Name\n"
        "- Number: 123\n"
        "- Link, not to be opened from a mail: hXXps://chirper[.]example/Name\n"
        "- Perhaps about: grooming contact\n"
        "\n"
        "*Do something*\n"
        f"Take it:\n{WHOLE.actions and WHOLE.actions.take}\n"
        f"Snooze 1 h:\n{WHOLE.actions and WHOLE.actions.snooze}\n"
        f"Tell the next step now:\n{WHOLE.actions and WHOLE.actions.escalate}\n"
        "\n"
        "Or reply to this mail; its first line is one of: take, release, snooze 2h, escalate, "
        "note …\n"
        "\n"
        "*What comes next*\n"
        "- Unless somebody takes it, told at 2026-11-22 03:15 UTC: "
        "Cleo, lead at chirper[.]example\n"
        "- This is step 1 of 3\n"
        "- Told before: Ben, last 02:45\n"
        "\n"
        "*History*\n"
        "- 11-21 03:00 opened\n"
        "- 02:55 given back, Ben\n"
        "\n"
        "*On the command line*\n"
        "- tipline case show C-4F7KM-2Q9XH\n"
        "- tipline case take C-4F7KM-2Q9XH --as anna\n"
    )


def test_an_alerts_subject_sorts_by_severity_and_fits_a_lock_screen() -> None:
    mail = alert(WHOLE)
    assert mail["Subject"] == "P2 HIGH C-4F7KM-2Q9XH open"
    assert mail["Auto-Submitted"] == "auto-generated"
    subjects = [
        str(alert(replace(facts, languages=(language,)), severity=severity, state=state)["Subject"])
        for severity in sorted(Severity, reverse=True)
        for state in (CaseState.OPEN, CaseState.TAKEN)
        for language in LANGUAGES
        for facts in _states()
    ]
    assert max(map(len, subjects)) <= 40
    ranks = [subject[:2] for subject in subjects]
    assert ranks == sorted(ranks)


def _states() -> tuple[AlertFacts, ...]:
    marks = ("nobody_on_duty", "undeliverable")
    marked = (
        AlertFacts(step=1, steps=1, repeats=0, next_alert_at=START, **{m: True}) for m in marks
    )  # type: ignore[arg-type]  # each is a mark
    return (FACTS, *marked)


def test_a_reply_to_an_alert_goes_where_it_acts_on_the_case() -> None:
    assert LINKS is not None
    assert alert(WHOLE)["Reply-To"] == LINKS.reply_to
    assert alert()["Reply-To"] is None


def test_an_alert_to_nobody_in_particular_has_no_links() -> None:
    mail = alert()
    assert "mailto:" not in text(mail)
    assert _Seen(html(mail)).links == []


def test_an_alert_without_an_account_says_so() -> None:
    assert "*Account*\n- No account is named\n" in text(alert(account=None))


def test_all_alerts_of_a_case_hang_on_one_thread() -> None:
    assert alert()["References"] == "<case.C-4F7KM-2Q9XH@tip.chirper.example>"


def test_an_alert_tells_times_in_the_zone_and_language_of_the_person() -> None:
    facts = replace(WHOLE, zone=ZoneInfo("Europe/Berlin"), languages=("de", "en"))
    shown = text(alert(facts))
    assert "Wenn niemand übernimmt, 2026-11-22 04:15 CET: Cleo" in shown
    assert "- 03:55 freigegeben, Ben" in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "account",
    [
        AccountReference(
            platform="chirper", url="https://www.chirper.example/a?b=http://c.example"
        ),
        AccountReference(platform="www.evil.example", handle="@a@masto.example"),
        AccountReference(platform="chirper", handle="a\r\nBcc: b@c.example", user_id="\u202e1"),
        AccountReference(platform="chirper", user_id="4915123456789", handle="<b>x</b>"),
    ],
)
def test_nothing_in_an_alert_can_be_tapped_but_our_own_actions(
    language: str, account: AccountReference
) -> None:
    mail = alert(replace(WHOLE, languages=(language,)), account=account)
    actions = WHOLE.actions
    assert actions is not None
    ours = [actions.take, actions.snooze, actions.escalate]
    seen = _Seen(html(mail))
    assert seen.links == ours
    assert seen.tags <= TAGS
    for shown in (text(mail), " ".join(seen.words)):
        left = shown
        for link in ours:
            left = left.replace(str(link), "")
        assert not re.search(r"(?i)https?:|www\.|\w\.\w|\r|mailto", left), left
        for region in ("US", "GB", "DE", "FR", "PL", "BR"):
            found = [match.raw_string for match in phonenumbers.PhoneNumberMatcher(left, region)]
            assert found == [], (region, left)
    assert mail["Bcc"] is None


def test_a_page_loads_nothing_and_says_what_the_text_says() -> None:
    page = html(alert(WHOLE))
    seen = _Seen(page)
    assert not re.search(r"(?i)<(?:img|script|style|link|iframe|object|form)|url\(|@import", page)
    said = " ".join(" ".join(seen.words).split())
    for line in text(alert(WHOLE)).splitlines():
        plain = line.removeprefix("- ").rstrip(":").strip("*")
        if plain and not plain.startswith("mailto:"):
            squeezed = plain.lower().replace(" ", "")
            assert squeezed in said.lower().replace(" ", ""), plain


def test_an_alert_tells_why_it_goes_to_its_address() -> None:
    shown = text(alert(replace(FACTS, step=3, repeats=2, nobody_on_duty=True)))
    assert shown.startswith("*Nobody was on duty for this step.")
    assert "- This is step 3 of 3, told 3 times" in shown
    failed = text(alert(replace(FACTS, undeliverable=True)))
    assert failed.startswith("*Nobody else could be reached")
    raised = text(alert(FACTS, state=CaseState.TAKEN, taken_by="ben"))
    assert raised.startswith("*The case is taken by ben, and has become more urgent.*")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_event_has_words_and_none_reads_as_a_command(language: str) -> None:
    for why in ("", *WHYS):
        facts = replace(WHOLE, languages=(language,), dossier=replace(DOSSIER, why=why))
        mail = alert(facts)
        assert written_command(text(mail), mail["Subject"]) is None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("category", Category)
def test_every_category_has_words_of_its_own_in_each_language(
    language: str, category: Category
) -> None:
    facts = replace(WHOLE, languages=(language,), dossier=replace(DOSSIER, category=category))
    without = replace(facts, dossier=replace(DOSSIER, category=""))
    before = text(alert(without)).splitlines()
    (line,) = [one for one in text(alert(facts)).splitlines() if one not in before]
    _, _, said = line.rpartition(": ")
    raw = category.replace("_", " ")
    same_everywhere = {("pt", "bullying")}
    assert (said == raw) is (language == "en" or (language, raw) in same_everywhere)
