from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.model import StaffAction
from store.references import CASE_PREFIX, REPORT_PREFIX, new_reference, reply_token
from store.references import read_reply_token as read_reply
from store.tokens import ActionToken, action_token, person_tag, read_action_token

KEY = b"k" * 32
CASE = new_reference(CASE_PREFIX)
EXPIRES = datetime(2026, 11, 25, 3, 0, 7, tzinfo=UTC)


def token(case: str = CASE, person: str = "anna", action: StaffAction | None = None) -> ActionToken:
    return ActionToken(case=case, person=person_tag(person), action=action, expires_at=EXPIRES)


@given(st.sampled_from([None, *StaffAction]), st.text(max_size=20))
def test_a_token_reads_as_it_was_made(action: StaffAction | None, person: str) -> None:
    made = token(new_reference(CASE_PREFIX), person, action)
    text = action_token(made, KEY)
    assert read_action_token(text, KEY) == made
    assert text == text.lower()
    assert len(f"child-protection-reports+{text}") <= 64


def test_the_case_of_letters_does_not_matter() -> None:
    assert read_action_token(action_token(token(), KEY).upper(), KEY) == token()


def test_any_changed_character_breaks_a_token() -> None:
    text = action_token(token(action=StaffAction.TAKE), KEY)
    changed = [
        text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1 :] for at in range(len(text))
    ]
    assert [one for one in changed if read_action_token(one, KEY)] == []
    assert read_action_token(text[:-1], KEY) is None
    assert read_action_token(text + "0", KEY) is None


def test_another_installations_token_is_none() -> None:
    assert read_action_token(action_token(token(), b"o" * 32), KEY) is None


@given(st.text(max_size=60))
def test_any_text_is_no_token(text: str) -> None:
    assert read_action_token(text, KEY) is None


def test_a_token_for_one_purpose_is_good_for_no_other() -> None:
    reply = reply_token(new_reference(REPORT_PREFIX), KEY)
    assert read_action_token(reply, KEY) is None
    assert read_reply(action_token(token(), KEY), KEY) is None


def test_people_have_tags_of_their_own() -> None:
    assert len({person_tag(f"person{number}") for number in range(500)}) == 500


def test_a_token_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ActionToken(case="C", person="x", action=None, expires_at=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@given(st.sampled_from([None, *StaffAction]))
def test_no_link_becomes_a_confirmation_nor_a_confirmation_a_link(
    action: StaffAction | None,
) -> None:
    link = token(action=action)
    confirmation = replace(link, confirms=True)
    texts = [action_token(each, KEY) for each in (link, confirmation)]

    assert [read_action_token(text, KEY) for text in texts] == [link, confirmation]
    assert read_action_token(f"f{texts[0][1:]}", KEY) is None
    assert read_action_token(f"a{texts[1][1:]}", KEY) is None
