from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from store.model import MailKind
from store.states import InboxState
from store.tokens import canary_token
from tests.ingest.desk import KEY, Desk, mail
from tests.store.samples import NOW

if TYPE_CHECKING:
    from store.evidence import Evidence
    from store.unit_of_work import Store

NAME = "0123456789abcdef"
TOKEN = canary_token(NAME, KEY)
OURS = {"From": "cp@chirper.example", "Auto_Submitted": "auto-generated"}


@pytest.fixture
def desk(store: Store, evidence: Evidence) -> Desk:
    with store.transaction() as work:
        work.canaries.add(NAME, NOW)
        work.commit()
    return Desk(store, evidence)


def has_come_back(desk: Desk) -> bool:
    with desk.store.snapshot() as work:
        return bool(work.canaries.undecided())


@pytest.mark.parametrize(
    "fields",
    [
        {"Message_ID": f"<canary.00aa.{TOKEN}@chirper.example>", "Subject": "tipline canary"},
        # A relay that draws Message-IDs of its own.
        {"Message_ID": "<7@relay.example>", "Subject": f"tipline canary {TOKEN}"},
        {
            "Message_ID": "<7@relay.example>",
            "Subject": f"[EXTERNAL] TIPLINE CANARY {TOKEN}".upper(),
        },
    ],
)
def test_a_canary_that_comes_back_is_noted_and_is_no_report(
    desk: Desk, fields: dict[str, str]
) -> None:
    message = desk.file(mail("Nothing is to be done.", **OURS, **fields))
    assert (message.state, message.kind) == (InboxState.RECORDED, MailKind.CANARY)
    assert has_come_back(desk)
    with desk.store.snapshot() as work:
        assert list(work.cases.listing()) == []


@pytest.mark.parametrize(
    "token",
    [NAME + "0" * 16, canary_token(NAME, b"x" * 32), canary_token("f" * 16, KEY), TOKEN[:-1]],
)
def test_a_mail_with_a_token_that_is_not_ours_is_a_report(desk: Desk, token: str) -> None:
    message = desk.file(mail(Subject=f"tipline canary {token}"))
    assert (message.state, message.kind) == (InboxState.FILED, MailKind.REPORT)
    assert not has_come_back(desk)


def test_a_report_with_a_token_that_was_used_is_a_report(desk: Desk) -> None:
    desk.file(mail("Nothing is to be done.", **OURS, Subject=f"tipline canary {TOKEN}"))
    message = desk.file(mail(Message_ID="<2@mail.example>", Subject=f"tipline canary {TOKEN}"))
    assert (message.state, message.kind) == (InboxState.FILED, MailKind.REPORT)
