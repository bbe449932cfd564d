from __future__ import annotations

from dataclasses import replace

import pytest

from notifier.samples import sample_notices
from notifier.staff_notices import Answered, NoticeFacts, NoticeKind, write_notice
from store.model import MailTraits, OutboxKind
from tests.notifier.house import START, House
from tests.notifier.mails import parsed

ANNA = "anna@chirper.example"
TOLD = next(facts for facts in sample_notices() if facts.kind is NoticeKind.TOLD)


def written(house: House, facts: NoticeFacts, answered: Answered | None = None) -> None:
    posting = house.composer.posting(OutboxKind.STAFF_NOTICE, ANNA, "key", START)
    write_notice(house.composer, facts, posting, answered or Answered())


@pytest.mark.parametrize("by", ["Ben\r\nBcc: eve@mail.example", "Ben\u2028", "B\x00en"])
def test_a_line_break_in_a_name_becomes_no_header(house: House, by: str) -> None:
    with pytest.raises(ValueError, match="line break or a control character"):
        written(house, replace(TOLD, by=by))


def test_a_reply_address_with_a_line_break_is_refused(house: House) -> None:
    with pytest.raises(ValueError, match="line break"):
        written(house, TOLD, Answered(reply_to="cp@chirper.example\r\nBcc: eve@mail.example"))


def test_a_strangers_message_id_is_not_repeated_blindly(house: House) -> None:
    traits = MailTraits(reverse_path=ANNA, message_id="<a b@c>\r\nBcc: eve@mail.example")
    posting = house.composer.posting(OutboxKind.STAFF_NOTICE, ANNA, "key", START)
    mail = parsed(write_notice(house.composer, TOLD, posting, Answered(traits=traits)))
    assert (mail["In-Reply-To"], mail["Bcc"]) == (None, None)
    assert mail["References"] == f"<case.{TOLD.reference}@tip.chirper.example>"
