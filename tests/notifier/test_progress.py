from __future__ import annotations

from datetime import timedelta

import pytest

from notifier.progress import Progress, Watch, watch
from tests.notifier.house import START

PROGRESS = Progress(within=timedelta(minutes=60), grace=timedelta(minutes=15))


@pytest.mark.parametrize(
    ("acted", "reminded", "found", "again_in"),
    [
        pytest.param(0, None, Watch.WAIT, 60, id="just taken"),
        pytest.param(59, None, Watch.WAIT, 1, id="time left"),
        pytest.param(60, None, Watch.REMIND, 15, id="nothing happened"),
        pytest.param(60, 90, Watch.REMIND, 15, id="an old reminder was answered"),
        pytest.param(74, 14, Watch.WAIT, 1, id="reminded a while ago"),
        pytest.param(75, 15, Watch.GIVE_BACK, 0, id="nothing followed"),
        pytest.param(-300, None, Watch.WAIT, 60, id="the clock was set back"),
    ],
)
def test_a_taken_case_is_judged_by_when_a_person_last_did_something(
    acted: int, reminded: int | None, found: Watch, again_in: int
) -> None:
    acted_at = START - timedelta(minutes=acted)
    reminded_at = START - timedelta(minutes=reminded) if reminded is not None else None
    expected = (found, START + timedelta(minutes=again_in))
    assert watch(PROGRESS, acted_at, reminded_at, START) == expected


@pytest.mark.parametrize("wrong", ["within", "grace"])
def test_progress_without_time_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        Progress(**{wrong: timedelta(0)})
