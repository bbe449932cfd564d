from __future__ import annotations

from pathlib import Path

import pytest

from store.errors import SealError, StorageUnavailable
from store.evidence import INLINE_OCTETS, ORPHANS, Evidence, SealedBody
from store.keys import Identity
from store.model import Words
from store.unit_of_work import Store
from tests.store.samples import (
    add_messages,
    add_report,
    finish,
    in_new_process,
    line_from,
    new_message,
)

CANARY = b"this account worries me: CANARY-7319"
LARGE = CANARY + bytes(INLINE_OCTETS)

SEAL_AND_WAIT = """
import sys
from pathlib import Path
from store.evidence import Evidence
from store.keys import Identity
evidence = Evidence(Path(sys.argv[1]), Identity.generate())
print(evidence.begin_writing(list), flush=True)
print(evidence.seal_body(bytes(1_000_000)).file, flush=True)
sys.stdin.readline()
"""


def files_in(evidence_folder: Path) -> list[Path]:
    return [path for path in evidence_folder.glob("??/*") if path.is_file()]


@pytest.mark.parametrize("raw", [b"", CANARY, LARGE])
def test_a_mail_is_opened_as_it_was_sealed(evidence: Evidence, raw: bytes) -> None:
    assert evidence.open_body(evidence.seal_body(raw)) == raw


def test_small_mails_go_into_the_row_and_large_ones_into_a_file(evidence: Evidence) -> None:
    assert evidence.seal_body(CANARY).file is None
    assert evidence.seal_body(LARGE).inline is None


def test_a_sealed_file_is_private_and_named_by_chance(evidence: Evidence, state_dir: Path) -> None:
    evidence.seal_body(LARGE)
    evidence.seal_body(LARGE)
    modes = {path.stat().st_mode & 0o777 for path in files_in(state_dir / "evidence")}
    assert modes == {0o600}
    assert len(files_in(state_dir / "evidence")) == 2


def test_no_file_of_the_installation_holds_a_word_of_a_mail(
    store: Store, evidence: Evidence, state_dir: Path
) -> None:
    words = evidence.seal_words(Words(subject="CANARY-7319", text="CANARY-7319"))
    with store.transaction() as work:
        for raw in (CANARY, LARGE):
            work.inbox.add([new_message(body=evidence.seal_body(raw))])
        add_report(work, words=words)
        work.commit()
    files = [path for path in state_dir.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"tipline.db", "tipline.db-wal"}
    assert [path for path in files if b"CANARY" in path.read_bytes()] == []


def test_words_are_opened_as_they_were_sealed_lone_surrogates_included(evidence: Evidence) -> None:
    words = Words(subject="Sorge \ud800", text="text\0", filenames=("a.png", None))
    assert evidence.open_words(evidence.seal_words(words)) == words


def test_another_key_opens_nothing(evidence: Evidence, state_dir: Path) -> None:
    stranger = Evidence(state_dir / "evidence", Identity.generate())
    with pytest.raises(SealError, match="sealed for another key"):
        stranger.open_body(evidence.seal_body(CANARY))


def test_a_further_recipient_can_open_what_was_sealed(state_dir: Path, identity: Identity) -> None:
    counsel = Identity.generate()
    ours = Evidence(state_dir / "evidence", identity, [counsel.to_public()])
    theirs = Evidence(state_dir / "evidence", counsel)
    assert theirs.open_body(ours.seal_body(LARGE)) == LARGE


def test_changed_octets_are_not_opened(evidence: Evidence) -> None:
    sealed = bytearray(evidence.seal_body(CANARY).inline or b"")
    sealed[-1] ^= 1
    with pytest.raises(SealError):
        evidence.open_body(SealedBody(inline=bytes(sealed)))


def test_a_missing_file_is_told_as_a_fault_of_the_storage(evidence: Evidence) -> None:
    body = evidence.seal_body(LARGE)
    evidence.discard(body)
    with pytest.raises(StorageUnavailable):
        evidence.open_body(body)


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(
    evidence: Evidence, state_dir: Path
) -> None:
    (state_dir / "evidence").write_bytes(b"a file stands where the folder should be")
    with pytest.raises(StorageUnavailable):
        evidence.seal_body(LARGE)


def test_a_kill_between_file_and_commit_leaves_a_file_that_is_put_aside(
    evidence: Evidence, state_dir: Path
) -> None:
    folder = state_dir / "evidence"
    with in_new_process(SEAL_AND_WAIT, folder) as other:
        line_from(other)
        orphan = folder / line_from(other)
        other.kill()
    assert (orphan.exists(), evidence.begin_writing(list), orphan.exists()) == (True, 1, False)
    assert (state_dir / ORPHANS / orphan.name).exists()


def test_a_half_written_file_is_swept_and_gone(evidence: Evidence, state_dir: Path) -> None:
    half = state_dir / "evidence" / "ab" / "abcd.age.part"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    assert (evidence.begin_writing(list), half.exists()) == (0, False)


def test_sweeping_keeps_what_rows_name(store: Store, evidence: Evidence) -> None:
    named = evidence.seal_body(LARGE)
    add_messages(store, body=named)
    with store.snapshot() as work:
        known = work.inbox.body_files()
    assert evidence.begin_writing(lambda: known) == 0
    assert evidence.open_body(named) == LARGE


def test_a_second_process_shares_the_folder_and_sweeps_nothing(
    evidence: Evidence, state_dir: Path
) -> None:
    evidence.begin_writing(list)
    body = evidence.seal_body(LARGE)
    with in_new_process(SEAL_AND_WAIT, state_dir / "evidence") as other:
        assert line_from(other) == "0"
        finish(other)
    assert evidence.open_body(body) == LARGE


def test_nothing_is_swept_while_another_process_writes(evidence: Evidence, state_dir: Path) -> None:
    folder = state_dir / "evidence"
    with in_new_process(SEAL_AND_WAIT, folder) as other:
        line_from(other)
        uncommitted = folder / line_from(other)
        assert evidence.begin_writing(list) == 0
        finish(other)
    assert uncommitted.exists()
