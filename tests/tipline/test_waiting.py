from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from store.model import utc_now
from store.unit_of_work import UnitOfWork, open_store
from tests.store.samples import add_messages
from tests.tipline.command import Run
from tipline.waiting import release_dead_commands


def claim(work: UnitOfWork, owner: str) -> int:
    return len(work.inbox.claim(owner, utc_now(), timedelta(minutes=20), 10, 10_000_000))


def ended_process() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize(("alive", "claimed"), [(True, 0), (False, 1)])
def test_only_the_leases_of_a_command_that_is_gone_are_given_up(
    run: Run, state: Path, *, alive: bool, claimed: int
) -> None:
    run("db", "upgrade")
    store = open_store(state)
    add_messages(store)
    with store.transaction() as work:
        process = os.getpid() if alive else ended_process()
        claim(work, f"command/{process}")
        release_dead_commands(work)
        found = claim(work, "daemon/0")
    store.close()
    assert found == claimed
