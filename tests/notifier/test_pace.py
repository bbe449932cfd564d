from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.pace import URGENT_EVERY, Mailing, Pace, decide
from store.carrying import Carriage
from tests.notifier.house import START

PACE = Pace(at_once=3, within=timedelta(minutes=10), summary_every=timedelta(minutes=5))


def mail(seconds_ago: float, alerts: int = 1, *, urgent: int = 0) -> Carriage:
    return Carriage(at=START - timedelta(seconds=seconds_ago), alerts=alerts, urgent=urgent)


@pytest.mark.parametrize(
    ("recent", "urgent", "mailing"),
    [
        pytest.param([], False, Mailing.ALL, id="the first goes at once"),
        pytest.param([mail(1), mail(1)], False, Mailing.ALL, id="below the rate"),
        pytest.param([mail(1), mail(1), mail(1)], False, Mailing.NOTHING, id="at the rate"),
        pytest.param([mail(1, 3)], False, Mailing.NOTHING, id="a summary counts all its alerts"),
        pytest.param([mail(301, 90)], False, Mailing.ALL, id="the next summary"),
        pytest.param([mail(601, 90)], False, Mailing.ALL, id="long ago"),
        pytest.param([mail(1, 3)], True, Mailing.URGENT, id="new and critical goes beside"),
        pytest.param([mail(1, 3, urgent=3)], True, Mailing.NOTHING, id="but one a minute"),
        pytest.param([mail(56, 3, urgent=3)], True, Mailing.URGENT, id="the minute is over"),
        pytest.param([mail(301, 3), mail(60, urgent=1)], False, Mailing.ALL, id="urgent between"),
        pytest.param(
            [mail(301, 1, urgent=1), *[mail(9, urgent=1)] * 4], False, Mailing.ALL, id="only urgent"
        ),
        pytest.param([mail(-3600, 90)], False, Mailing.ALL, id="before the clock went back"),
    ],
)
def test_what_goes_out_is_decided_by_the_mails_before(
    recent: list[Carriage], urgent: object, mailing: Mailing
) -> None:
    assert decide(PACE, recent, START, urgent_waits=bool(urgent)) is mailing


@given(
    recent=st.lists(
        st.builds(mail, st.floats(0, 3600), st.integers(1, 9000), urgent=st.integers(0, 3)),
        max_size=20,
    )
)
def test_nothing_new_and_critical_is_held_for_more_than_a_minute(recent: list[Carriage]) -> None:
    soon = START + URGENT_EVERY
    assert timedelta(minutes=1) > URGENT_EVERY
    assert decide(PACE, recent, soon, urgent_waits=True) is not Mailing.NOTHING


@given(arrivals=st.lists(st.integers(0, 1200), min_size=1, max_size=400))
def test_mails_are_bounded_however_many_alerts_fall_due(arrivals: list[int]) -> None:
    sent: list[Carriage] = []
    waiting = 0
    for second in range(1500):
        waiting += arrivals.count(second)
        now = START + timedelta(seconds=second)
        if waiting and decide(PACE, sent, now, urgent_waits=False) is Mailing.ALL:
            sent.append(Carriage(at=now, alerts=waiting, urgent=0))
            waiting = 0
    assert waiting == 0
    assert sum(carriage.alerts for carriage in sent) == len(arrivals)
    # Those at once in each span, and one summary for each five minutes.
    assert len(sent) <= 3 * PACE.at_once + 6


@pytest.mark.parametrize(
    "wrong",
    [{"at_once": 0}, {"within": timedelta(0)}, {"summary_every": timedelta(seconds=-1)}],
)
def test_a_rate_that_would_hold_everything_back_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"at once|longer than nothing"):
        Pace(**wrong)  # type: ignore[arg-type]  # wrong on purpose
