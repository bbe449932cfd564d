from __future__ import annotations

from store.openings import Opening
from store.unit_of_work import Store
from tests.store.samples import NOW, add_messages


def test_every_look_at_sealed_words_is_kept_with_who_and_why(store: Store) -> None:
    (first, second) = add_messages(store, 2)
    looks = [
        Opening(at=NOW, who=who, why="duty", inbound_id=number)
        for who, number in (("anna", first), ("ben", second), ("cleo", first))
    ]
    with store.transaction() as work:
        for look in looks:
            work.openings.add(look)
        assert work.openings.of_message(first) == [looks[0], looks[2]]
