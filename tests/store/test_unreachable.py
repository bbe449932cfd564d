from __future__ import annotations

from store.model import OutboxKind
from store.unit_of_work import Store
from store.unreachable import Mark
from tests.store.samples import NOW, outgoing


def test_a_mark_stays_on_an_address_in_any_case_until_it_is_taken_off(store: Store) -> None:
    with store.transaction() as work:
        number = work.outbox.queue(outgoing("key", OutboxKind.ACKNOWLEDGEMENT), NOW)
        assert number is not None
        mark = Mark(at=NOW, outbox_id=number, reason="5.1.1")
        marked = [
            work.unreachable.mark(each, mark) for each in ("Maria@x.example", "maria@X.example")
        ]
        known = work.unreachable.of("MARIA@x.example")
        cleared = [work.unreachable.clear("maria@x.Example") for _ in range(2)]
        assert work.unreachable.of("maria@x.example") is None
    assert (marked, known, cleared) == ([True, False], mark, [True, False])
