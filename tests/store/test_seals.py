from __future__ import annotations

import pytest

from store.errors import SealError
from store.keys import Identity
from store.seals import Seal


def test_a_secret_is_opened_by_the_key_it_was_sealed_for(identity: Identity) -> None:
    sealed = Seal(identity).close(b"canary")
    assert b"canary" not in sealed
    assert Seal(identity).open(sealed) == b"canary"


def test_another_key_opens_nothing(identity: Identity) -> None:
    sealed = Seal(identity).close(b"canary")
    with pytest.raises(SealError, match="another key"):
        Seal(Identity.generate()).open(sealed)
