from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ingest.folders.listing import Candidate, Listing
from ingest.folders.rounds import FolderRounds
from ingest.folders.settings import After, FolderSettings, Kind
from ingest.folders.settling import Settling
from store.errors import StorageFull
from store.evidence import Evidence
from store.keys import Identity
from store.model import Door, InboundMessage
from store.unit_of_work import Store
from tests.ingest.desk import START, Clock

MAIL = b"Subject: %d\n\ntext\n"
SEPARATOR = b"From m@mail.example Sat Mar  5 12:00:00 2022\n"


@dataclass
class Watched:
    """A folder that is looked after, and a clock of its own."""

    store: Store
    evidence: Evidence
    path: Path
    seconds: float = 0.0
    settings: dict[str, Any] = field(default_factory=dict)

    def rounds(self, settling: type[Settling] = Settling) -> FolderRounds:
        """Begin as a daemon does after a start."""
        settings = FolderSettings(name="drops", path=self.path, **self.settings)
        return FolderRounds(
            settings=settings,
            settling=settling(settings),
            store=self.store,
            evidence=self.evidence,
            clock=Clock(),
            monotonic=lambda: self.seconds,
        )

    def look(self, rounds: FolderRounds, seconds: float = 10.0) -> None:
        """Let time pass and have everything done that is to be done."""
        self.seconds += seconds
        while rounds.step():
            pass

    def put(self, name: str, octets: bytes) -> Path:
        path = self.path / name
        path.write_bytes(octets)
        os.utime(path, (START.timestamp(), START.timestamp()))
        return path

    def inbox(self) -> list[InboundMessage]:
        with self.store.snapshot() as work:
            return list(reversed(work.inbox.listing()))

    def files(self) -> set[str]:
        return {
            path.relative_to(self.path).as_posix()
            for path in self.path.rglob("*")
            if path.is_file()
        }

    def notes(self) -> set[str]:
        with self.store.snapshot() as work:
            return work.imports.places_in(f"{os.path.realpath(self.path)}/")


@pytest.fixture
def maildir(store: Store, evidence: Evidence, tmp_path: Path) -> Watched:
    for part in ("tmp", "new", "cur"):
        (tmp_path / "mail" / part).mkdir(parents=True)
    return Watched(store, evidence, tmp_path / "mail")


@pytest.fixture
def drop(store: Store, evidence: Evidence, tmp_path: Path) -> Watched:
    (tmp_path / "drop").mkdir()
    return Watched(store, evidence, tmp_path / "drop", settings={"kind": Kind.DROP})


def test_mails_of_a_maildir_are_taken_in_and_moved_as_seen(maildir: Watched) -> None:
    maildir.put("new/1700000000.a", MAIL % 1)
    maildir.put("cur/1700000001.b:2,RF", MAIL % 2)
    maildir.put("tmp/1700000002.c", MAIL % 3)
    maildir.look(maildir.rounds())
    assert [message.size for message in maildir.inbox()] == [len(MAIL % 1)] * 2
    assert maildir.files() == {
        ".Processed/cur/1700000000.a:2,S",
        ".Processed/cur/1700000001.b:2,FRS",
        "tmp/1700000002.c",
    }
    assert maildir.notes() == set()


def test_with_flags_only_new_mails_count_and_stay_in_the_maildir(maildir: Watched) -> None:
    maildir.settings["after"] = After.FLAG
    maildir.put("new/1.a", MAIL % 1)
    maildir.put("cur/2.b:2,", MAIL % 2)
    maildir.look(maildir.rounds())
    assert len(maildir.inbox()) == 1
    assert maildir.files() == {"cur/1.a:2,S", "cur/2.b:2,"}


def test_files_can_be_removed(maildir: Watched, drop: Watched) -> None:
    for watched, name in ((maildir, "new/1.a"), (drop, "a.eml")):
        watched.settings["after"] = After.DELETE
        watched.put(name, MAIL % 1)
        rounds = watched.rounds()
        watched.look(rounds)
        watched.look(rounds)
        assert watched.files() == set()
    assert len(drop.inbox()) == 2


def test_a_mail_tells_by_which_door_it_came_and_whether_its_writer_waits(
    maildir: Watched,
) -> None:
    fresh = int((START - timedelta(days=2)).timestamp())
    old = int((START - timedelta(days=4)).timestamp())
    maildir.put(f"new/{old}.old", MAIL % 1)
    maildir.put(f"new/{fresh}.fresh", MAIL % 2)
    maildir.look(maildir.rounds())
    seen = [
        (message.envelope.peer, message.envelope.door, message.treatment.answer)
        for message in maildir.inbox()
    ]
    assert seen == [
        (f"drops/{old}.old", Door.ARCHIVE, False),
        (f"drops/{fresh}.fresh", Door.FOLDER, True),
    ]
    assert all(message.treatment.alert for message in maildir.inbox())


def test_a_dropped_file_counts_when_it_has_not_changed_for_a_while(drop: Watched) -> None:
    rounds = drop.rounds()
    drop.put("a.eml", MAIL % 1)
    drop.look(rounds)
    (drop.path / "a.eml").write_bytes(MAIL % 1 + b"more\n")
    drop.look(rounds, 4)
    assert drop.inbox() == []
    drop.look(rounds, 4)
    assert drop.inbox() == []
    drop.look(rounds, 1)
    assert [message.size for message in drop.inbox()] == [len(MAIL % 1) + 5]
    assert drop.files() == {"processed/a.eml"}


@pytest.mark.parametrize("name", [".a.eml", "a.eml.part", "a.tmp", "a.eml.filepart", "a.eml~"])
def test_a_file_under_a_name_for_what_is_unfinished_waits_for_its_real_name(
    drop: Watched, name: str
) -> None:
    rounds = drop.rounds()
    path = drop.put(name, MAIL % 1)
    drop.look(rounds)
    drop.look(rounds)
    assert drop.inbox() == []
    path.rename(drop.path / "b.eml")
    drop.look(rounds)
    drop.look(rounds)
    assert len(drop.inbox()) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_mbox_that_is_dropped_is_taken_in_mail_by_mail(
    drop: Watched, pack: Callable[[bytes], bytes]
) -> None:
    box = b"".join(SEPARATOR + MAIL % number + b"\n" for number in range(150))
    drop.put("box", pack(box))
    rounds = drop.rounds()
    drop.look(rounds)
    drop.look(rounds)
    assert len(drop.inbox()) == 150
    assert {message.envelope.door for message in drop.inbox()} == {Door.FOLDER}
    assert drop.files() == {"processed/box"}
    assert drop.notes() == set()


def test_an_earlier_file_of_the_same_name_is_kept(drop: Watched) -> None:
    rounds = drop.rounds()
    for number in range(3):
        drop.put("a.eml", MAIL % number)
        drop.look(rounds)
        drop.look(rounds)
    assert len(drop.inbox()) == 3
    assert drop.files() == {"processed/a.eml", "processed/a-1.eml", "processed/a-2.eml"}


def test_the_same_file_put_there_again_is_a_mail_again(drop: Watched) -> None:
    # Whether it is the same report is decided where all doors meet.
    rounds = drop.rounds()
    for _ in range(2):
        drop.put("a.eml", MAIL % 1)
        drop.look(rounds)
        drop.look(rounds)
    assert len(drop.inbox()) == 2


class KilledError(BaseException):
    """Stands for the end of the process."""


class KilledBefore(Settling):
    """The process ends before the files are moved."""

    def settle(self, files: Iterable[tuple[Path, bool]]) -> list[Path]:
        del files
        raise KilledError


class KilledAfter(Settling):
    """The process ends when the files are moved, and nothing else is done."""

    def settle(self, files: Iterable[tuple[Path, bool]]) -> list[Path]:
        super().settle(files)
        raise KilledError


class Refused(Settling):
    """Nothing may be moved."""

    def settle(self, files: Iterable[tuple[Path, bool]]) -> list[Path]:
        return [path for path, _ in files]


class Overtaken(Settling):
    """A mail program opens each new mail just before we move it."""

    def settle(self, files: Iterable[tuple[Path, bool]]) -> list[Path]:
        files = list(files)
        for path, _ in files:
            if path.parent.name == "new":
                path.rename(path.parents[1] / "cur" / f"{path.name}:2,")
        return super().settle(files)


@pytest.mark.parametrize("death", [KilledBefore, KilledAfter])
@pytest.mark.parametrize("name", ["new/1.a", "a.eml", "box"])
def test_a_kill_between_commit_and_move_files_nothing_twice(
    maildir: Watched, drop: Watched, name: str, death: type[Settling]
) -> None:
    watched = maildir if name == "new/1.a" else drop
    box = SEPARATOR + MAIL % 1 + b"\n" + SEPARATOR + MAIL % 2
    path = watched.put(name, box if name == "box" else MAIL % 1)
    mails = 2 if name == "box" else 1
    killed = watched.rounds(death)
    with pytest.raises(KilledError):
        look_twice(watched, killed)
    assert len(watched.inbox()) == mails
    assert path.exists() is (death is KilledBefore)

    look_twice(watched, watched.rounds())
    assert len(watched.inbox()) == mails
    assert not path.exists()
    assert watched.notes() == set()


def look_twice(watched: Watched, rounds: FolderRounds) -> None:
    """Look often enough for a dropped file to be taken for whole."""
    watched.look(rounds)
    watched.look(rounds)


def test_a_file_that_cannot_be_moved_is_told_and_taken_in_once(drop: Watched) -> None:
    drop.put("a.eml", MAIL % 1)
    rounds = drop.rounds(Refused)
    look_twice(drop, rounds)
    look_twice(drop, rounds)
    assert len(drop.inbox()) == 1
    assert rounds.fault == f"{drop.path / 'a.eml'} cannot be moved away"


def test_another_file_in_the_place_of_one_that_was_not_moved_is_taken_in(drop: Watched) -> None:
    drop.put("a.eml", MAIL % 1)
    look_twice(drop, drop.rounds(Refused))
    drop.put("a.eml", MAIL % 22)
    look_twice(drop, drop.rounds())
    assert [message.size for message in drop.inbox()] == [len(MAIL % 1), len(MAIL % 22)]


class Replaced(Settling):
    """Another mail is put in the place of each just before it is moved, once."""

    done = False

    def settle(self, files: Iterable[tuple[Path, bool]]) -> list[Path]:
        if not self.done:
            self.done = True
            other = self._settings.path / "other.tmp"
            other.write_bytes(MAIL % 9)
            os.utime(other, (START.timestamp(), START.timestamp()))
            other.rename(self._settings.path / "a.eml")
        return super().settle(files)


def test_a_mail_put_in_the_place_of_one_that_is_being_moved_is_not_lost(drop: Watched) -> None:
    drop.put("a.eml", MAIL % 1)
    rounds = drop.rounds(Replaced)
    look_twice(drop, rounds)
    look_twice(drop, rounds)
    digests = [hashlib.sha256(MAIL % number).hexdigest() for number in (1, 9)]
    with drop.store.snapshot() as work:
        assert work.inbox.holds(digests) == set(digests)
    assert drop.files() == {"processed/a.eml"}


def test_a_file_that_turns_into_a_pipe_or_link_meanwhile_holds_nothing_up(
    drop: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_bytes(b"not for others")
    for name in ("a.eml", "b.eml", "c.eml"):
        drop.put(name, MAIL % 1)
    listed = Listing.candidates

    def candidates(listing: Listing) -> list[Candidate]:
        found = listed(listing)
        if found:
            for name in ("a.eml", "b.eml"):
                (drop.path / name).unlink(missing_ok=True)
            os.mkfifo(drop.path / "a.eml")
            (drop.path / "b.eml").symlink_to(tmp_path / "secret")
        return found

    monkeypatch.setattr(Listing, "candidates", candidates)
    look_twice(drop, drop.rounds())
    assert [message.size for message in drop.inbox()] == [len(MAIL % 1)]


def test_a_mail_that_a_mail_program_moves_meanwhile_is_not_filed_twice(maildir: Watched) -> None:
    maildir.put("new/1.a", MAIL % 1)
    look_twice(maildir, maildir.rounds(Overtaken))
    assert len(maildir.inbox()) == 1
    assert maildir.files() == {".Processed/cur/1.a:2,S"}


def test_a_mail_above_the_limit_is_begun_and_put_apart(maildir: Watched) -> None:
    maildir.settings["max_size"] = 100
    maildir.put("new/1.a", b"Subject: large\n\n" + b"x" * 200)
    maildir.look(maildir.rounds())
    (message,) = maildir.inbox()
    assert message.size == 216
    assert message.treatment.cut is not None
    assert message.treatment.cut.endswith(f"the rest is in {maildir.path / '.Failed'}")
    assert maildir.files() == {".Failed/new/1.a"}


def test_a_damaged_file_is_tried_for_a_minute_and_then_becomes_a_case(drop: Watched) -> None:
    packed = gzip.compress(b"".join(SEPARATOR + MAIL % number + b"\n" for number in range(9)))
    drop.put("box.gz", packed[:-9])
    rounds = drop.rounds()
    drop.look(rounds)
    drop.look(rounds)
    before = len(drop.inbox())
    assert rounds.fault is not None
    assert "is damaged" in rounds.fault
    drop.look(rounds, 30)
    assert len(drop.inbox()) == before
    drop.look(rounds, 30)
    last = drop.inbox()[-1]
    assert last.treatment.cut is not None
    assert last.treatment.cut.startswith("could not be read: ")
    assert drop.files() == {"failed/box.gz"}
    drop.look(rounds)
    assert rounds.fault is None


def test_a_folder_that_is_missing_is_a_fault_until_it_is_there(drop: Watched) -> None:
    drop.path.rmdir()
    rounds = drop.rounds()
    drop.look(rounds)
    assert rounds.fault == f"{drop.path}: No such file or directory"
    drop.path.mkdir()
    drop.look(rounds)
    assert rounds.fault is None


def test_links_are_not_followed_and_told(drop: Watched, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(MAIL % 1)
    (drop.path / "link.eml").symlink_to(tmp_path / "elsewhere")
    rounds = drop.rounds()
    drop.look(rounds)
    drop.look(rounds)
    assert drop.inbox() == []
    assert rounds.fault == f"{drop.path / 'link.eml'} is no file"


class Full(Evidence):
    """A disk that is nearly full."""

    def require_room(self) -> None:
        raise StorageFull("the disk is nearly full")


def test_a_full_disk_leaves_the_files_where_they_are(
    maildir: Watched, identity: Identity, tmp_path: Path
) -> None:
    roomy, maildir.evidence = maildir.evidence, Full(tmp_path / "evidence", identity)
    maildir.put("new/1.a", MAIL % 1)
    rounds = maildir.rounds()
    with pytest.raises(StorageFull):
        maildir.look(rounds)
    assert maildir.files() == {"new/1.a"}
    maildir.evidence = roomy
    maildir.look(maildir.rounds())
    assert len(maildir.inbox()) == 1


def test_many_mails_are_taken_in_a_batch_at_a_time(maildir: Watched) -> None:
    for number in range(150):
        maildir.put(f"new/{number:03}.a", MAIL % number)
    rounds = maildir.rounds()
    maildir.seconds += 10
    steps = [rounds.step() for _ in range(4)]
    assert steps == [64, 64, 22, 0]
    assert len(maildir.inbox()) == 150


def test_any_number_of_files_can_be_gone(drop: Watched) -> None:
    with drop.store.transaction() as work:
        work.imports.forget([f"/srv/{number}" for number in range(300_000)])
        work.commit()
