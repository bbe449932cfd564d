from __future__ import annotations

import re

import pytest

from ingest import replies
from ingest.replies import reply_to_fault
from store.errors import SealError, StorageFull, StorageUnavailable

ALL = [
    value for name, value in vars(replies).items() if name.isupper() and not name.startswith("_")
]


@pytest.mark.parametrize("reply", ALL)
def test_every_reply_has_a_code_and_an_enhanced_code_of_its_class(reply: str) -> None:
    found = re.fullmatch(r"([245])\d\d ([245])\.\d\.\d [A-Za-z ,]+", reply)
    assert found is not None
    assert found[1] == found[2]


@pytest.mark.parametrize(
    "error",
    [StorageFull("CANARY"), StorageUnavailable("CANARY"), SealError("CANARY"), OSError("CANARY")],
)
def test_a_fault_of_ours_is_never_final_and_never_told(error: Exception) -> None:
    assert reply_to_fault(error)[0] == "4"
    assert "CANARY" not in reply_to_fault(error)
