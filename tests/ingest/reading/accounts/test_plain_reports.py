"""Plain reports of one account: nothing but that account is found, and it is reported."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from ingest.reading.accounts.find import find_accounts
from ingest.reading.rules import ReadingRules
from store.model import Role

REPORTS = tomllib.loads(Path(__file__).with_name("plain_reports.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("language", REPORTS)
def test_the_account_of_a_plain_report_is_reported(language: str) -> None:
    wrong = {
        text: found
        for text in REPORTS[language]
        if (found := sightings(text, language)) != [("bad_1", Role.REPORTED)]
    }
    assert wrong == {}


def sightings(text: str, language: str) -> list[tuple[str | None, Role]]:
    named = find_accounts(
        subject="", text=text, signature="", links=(), rules=ReadingRules(), language=language
    )
    return [(each.account.handle, each.role) for each in named.sightings]
