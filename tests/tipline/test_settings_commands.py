from __future__ import annotations

from datetime import timedelta
from typing import get_args

import pytest
from pydantic import ValidationError

from notifier.actions import MailRules
from store.model import StaffAction
from tipline.settings.sections.casework import ActionName, Commands


def test_settings_and_the_store_know_the_same_actions() -> None:
    assert set(get_args(ActionName)) == {action.value for action in StaffAction}


def test_closing_by_mail_is_off_unless_it_is_switched_on() -> None:
    assert "close" not in Commands().allowed
    assert frozenset(map(StaffAction, Commands().allowed)) == MailRules().allowed


def test_nothing_may_be_allowed() -> None:
    assert Commands(allowed=()).allowed == ()


def test_a_snooze_is_not_longer_by_default_than_at_most() -> None:
    with pytest.raises(ValidationError, match="longest_snooze"):
        Commands(snooze_for=timedelta(hours=9))
