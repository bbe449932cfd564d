from __future__ import annotations

import pytest

from ingest.imap.folders import Folders, nearest

PLAIN = Folders(names=frozenset({"INBOX", "Done", "A/B", "a.b"}), prefix="", separator="/")
BELOW = Folders(
    names=frozenset({"INBOX", "INBOX.Done", "INBOX.A.B", "shared.Team"}),
    prefix="INBOX.",
    separator=".",
)


@pytest.mark.parametrize(
    ("folders", "wanted", "name"),
    [
        (PLAIN, "Done", "Done"),
        (PLAIN, "inbox", "INBOX"),
        (PLAIN, "A/B", "A/B"),
        (PLAIN, "a.b", "a.b"),
        (PLAIN, "done", None),
        (BELOW, "Done", "INBOX.Done"),
        (BELOW, "INBOX.Done", "INBOX.Done"),
        (BELOW, "INBOX/Done", "INBOX.Done"),
        (BELOW, "A/B", "INBOX.A.B"),
        (BELOW, "shared/Team", "shared.Team"),
        (BELOW, "shared.Team", "shared.Team"),
        (BELOW, "Other", None),
    ],
)
def test_a_folder_is_found_however_the_server_writes_it(
    folders: Folders, wanted: str, name: str | None
) -> None:
    assert folders.find(wanted) == name


@pytest.mark.parametrize(
    ("folders", "wanted", "name"),
    [
        (PLAIN, "New/One", "New/One"),
        (BELOW, "New/One", "INBOX.New.One"),
        (BELOW, "INBOX.New", "INBOX.New"),
        (Folders(names=frozenset(), prefix="", separator=""), "a/b", "a/b"),
    ],
)
def test_a_folder_is_made_where_the_server_has_its_folders(
    folders: Folders, wanted: str, name: str
) -> None:
    assert folders.to_make(wanted) == name


def test_a_misspelt_folder_is_told_with_the_one_that_was_meant() -> None:
    assert nearest(BELOW, "INBOX.Dome") == "name one that is there: INBOX.Done"
    assert nearest(PLAIN, "xyz") == "name one that is there: A/B, Done, INBOX, a.b"


def test_a_misspelt_folder_among_very_many_and_very_long_ones_is_told_with_its_like() -> None:
    many = [f"archive/{number}" for number in range(15_000)]
    deep = "/".join(["a"] * 100_000)
    folders = Folders(names=frozenset([deep, "reports", *many]), prefix="", separator="/")

    assert nearest(folders, "report") == "name one that is there: reports"
    assert len(nearest(folders, "\u2603\u2603")) < 1100
