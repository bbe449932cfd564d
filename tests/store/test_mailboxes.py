from __future__ import annotations

from datetime import UTC, datetime, timedelta

from store.model import Fetch, FetchOutcome, InboundId, MailboxState, Place
from store.unit_of_work import Store
from tests.store.samples import add_messages

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
INBOX = Place(mailbox="reports", folder="INBOX", uidvalidity=4_294_967_295)
ANEW = Place(mailbox="reports", folder="INBOX", uidvalidity=2)
OTHER = Place(mailbox="other", folder="INBOX", uidvalidity=2)


def fetch(
    uid: int,
    outcome: FetchOutcome = FetchOutcome.TAKEN,
    number: InboundId | None = None,
    *,
    settled: bool = False,
    size: int = 10,
) -> Fetch:
    return Fetch(
        uid=uid,
        outcome=outcome,
        size=size,
        at=NOW,
        digest="d",
        inbound_id=number,
        reason="too large" if outcome is FetchOutcome.TOO_LARGE else None,
        settled_at=NOW if settled else None,
    )


def test_what_is_finished_is_so_only_while_the_uids_mean_the_same(store: Store) -> None:
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1), fetch(4_294_967_295)])

        assert work.mailboxes.finished(INBOX, 100) == {1, 4_294_967_295}
        assert work.mailboxes.finished(ANEW, 100) == set()
        assert work.mailboxes.finished(OTHER, 100) == set()


def test_strikes_add_up_until_the_mail_is_taken(store: Store) -> None:
    with store.transaction() as work:
        assert work.mailboxes.tried(INBOX, 5, "lost", NOW, 3) == 3
        assert work.mailboxes.tried(INBOX, 5, "refused", NOW, 10) == 13
        assert work.mailboxes.strikes(INBOX) == {5: 13}
        assert work.mailboxes.finished(INBOX, 100) == set()
        assert work.mailboxes.unsettled(INBOX) == []

        work.mailboxes.add(INBOX, [fetch(5)])

        assert work.mailboxes.strikes(INBOX) == {}
        assert work.mailboxes.finished(INBOX, 100) == {5}


def test_a_mail_is_known_under_another_number_of_its_mailbox_only(store: Store) -> None:
    [number] = add_messages(store)
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1, number=number)])

        assert work.mailboxes.holding(ANEW, ["d", "e"]) == {"d": [number]}
        assert work.mailboxes.holding(INBOX, ["d"]) == {}
        assert work.mailboxes.holding(OTHER, ["d"]) == {}


def test_each_message_is_known_by_one_mail_of_a_place(store: Store) -> None:
    first, second = add_messages(store, 2)
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1, number=first), fetch(2, number=second)])
        assert work.mailboxes.holding(ANEW, ["d"]) == {"d": [first, second]}

        work.mailboxes.add(ANEW, [fetch(1, FetchOutcome.KNOWN, first)])

        assert work.mailboxes.holding(ANEW, ["d"]) == {"d": [second]}


def test_what_is_not_settled_is_given_until_it_is(store: Store) -> None:
    with store.transaction() as work:
        many = [fetch(uid) for uid in range(1, 1202)]
        work.mailboxes.add(INBOX, [*many, fetch(2000, settled=True)])
        assert len(work.mailboxes.unsettled(INBOX)) == 1201

        work.mailboxes.settle(INBOX, range(2, 1202), NOW)

        assert [one.uid for one in work.mailboxes.unsettled(INBOX)] == [1]


def test_copying_that_was_begun_is_remembered_until_it_is_settled(store: Store) -> None:
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1), fetch(2), fetch(3)])
        work.mailboxes.begin_copying(INBOX, [1, 2], NOW, 7)
        work.mailboxes.settle(INBOX, [2], NOW)

        assert work.mailboxes.copying(INBOX, [1, 2, 3]) == {1: 7}


def test_a_mail_that_was_too_large_is_fetched_once_it_is_not(store: Store) -> None:
    [number] = add_messages(store)
    with store.transaction() as work:
        large = fetch(1, FetchOutcome.TOO_LARGE, number, size=50)
        work.mailboxes.add(INBOX, [large])

        assert work.mailboxes.finished(INBOX, 49) == {1}
        assert work.mailboxes.finished(INBOX, 50) == set()
        assert work.mailboxes.why_cut(number) == "too large"


def test_a_whole_mail_is_not_cut(store: Store) -> None:
    [number] = add_messages(store)
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1, number=number)])

        assert work.mailboxes.why_cut(number) is None


def test_mails_are_counted_by_what_became_of_them(store: Store) -> None:
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1), fetch(2), fetch(3, FetchOutcome.KNOWN)])
        work.mailboxes.add(ANEW, [fetch(1)])

        assert work.mailboxes.totals("reports") == {FetchOutcome.TAKEN: 3, FetchOutcome.KNOWN: 1}
        assert work.mailboxes.outcomes(ANEW) == {1: FetchOutcome.TAKEN}


def test_a_state_replaces_the_one_before(store: Store) -> None:
    failing = MailboxState(mailbox="reports", failing_since=NOW, fault="away", remedy="wait")
    well = MailboxState(mailbox="reports", looked_at=NOW + timedelta(minutes=1))
    with store.transaction() as work:
        assert work.mailboxes.state("reports") is None
        work.mailboxes.put_state(failing)
        assert work.mailboxes.state("reports") == failing
        work.mailboxes.put_state(well)
        assert work.mailboxes.state("reports") == well


def test_the_folders_a_mail_lay_in_besides_are_told_once_each(store: Store) -> None:
    [number, another] = add_messages(store, count=2)
    abuse = Place(mailbox="reports", folder="Abuse", uidvalidity=1)
    abuse_anew = Place(mailbox="reports", folder="Abuse", uidvalidity=2)
    known = FetchOutcome.KNOWN
    with store.transaction() as work:
        work.mailboxes.add(INBOX, [fetch(1, number=number), fetch(2, number=another)])
        # The inbox was numbered anew, and so was the other folder.
        work.mailboxes.add(ANEW, [fetch(1, known, number)])
        work.mailboxes.add(abuse, [fetch(7, known, number)])
        work.mailboxes.add(abuse_anew, [fetch(8, known, number)])

        copies = work.mailboxes.known_copies([number, another])

    assert [(copy.place, copy.uid, copy.inbound_id) for copy in copies] == [(abuse, 7, number)]
