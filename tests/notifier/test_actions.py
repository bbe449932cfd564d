from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from notifier.actions import Actions, MailRules
from store.model import StaffAction
from store.tokens import person_tag, read_action_token
from tests.notifier.house import IDENTITY, KEY, START, person

CASE = "C-00000-00000"
ANNA = person("anna")


def actions(**changes: object) -> Actions:
    return Actions(IDENTITY, KEY, replace(MailRules(), **changes))  # type: ignore[arg-type]


def test_a_link_is_a_mail_ready_to_be_sent_by_one_person_for_one_action() -> None:
    links = actions().links(CASE, ANNA, START)
    assert links is not None
    assert links.snooze is not None
    link = urlsplit(links.snooze)
    assert link.scheme == "mailto"
    tag = link.path.removeprefix("cp+").removesuffix("@chirper.example")
    token = read_action_token(tag, KEY)
    assert token is not None
    assert (token.case, token.action) == (CASE, StaffAction.SNOOZE)
    assert (token.person, token.expires_at) == (person_tag("anna"), START + timedelta(days=2))
    assert parse_qs(link.query) == {"subject": [f"snooze {CASE}"], "body": ["snooze"]}


def test_the_reply_address_is_good_for_any_action() -> None:
    links = actions().links(CASE, ANNA, START)
    assert links is not None
    tag = links.reply_to.removeprefix("cp+").removesuffix("@chirper.example")
    token = read_action_token(tag, KEY)
    assert token is not None
    assert token.action is None


def test_what_is_not_allowed_has_no_link() -> None:
    links = actions(allowed=frozenset({StaffAction.NOTE})).links(CASE, ANNA, START)
    assert links is not None
    assert (links.take, links.snooze, links.escalate) == (None, None, None)
    assert actions(allowed=frozenset()).links(CASE, ANNA, START) is None


def test_nobody_in_particular_has_no_links() -> None:
    assert actions().links(CASE, None, START) is None


def test_an_address_too_long_for_a_token_has_no_links() -> None:
    identity = replace(IDENTITY, address=f"{'c' * 30}@chirper.example")
    assert Actions(identity, KEY, MailRules()).links(CASE, ANNA, START) is None
