from __future__ import annotations

import asyncio
import time

from notifier.schedule import Schedule


async def until(condition: object, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]  # a callable
        assert time.monotonic() < deadline, "it never happened"
        await asyncio.sleep(0.01)


def test_a_function_is_called_at_the_start_and_again() -> None:
    calls: list[float] = []

    async def main() -> None:
        schedule = Schedule()
        schedule.every(0.05, "count", lambda: calls.append(time.monotonic()))
        schedule.start()
        await until(lambda: len(calls) >= 3)
        schedule.stop()

    asyncio.run(main())


def test_what_a_function_raises_does_not_stop_its_ticks() -> None:
    calls: list[str] = []

    def fail() -> None:
        calls.append("called")
        raise RuntimeError("broken")

    async def main() -> None:
        schedule = Schedule()
        schedule.every(0.02, "fail", fail)
        schedule.start()
        await until(lambda: len(calls) >= 3)
        schedule.stop()

    asyncio.run(main())


def test_a_slow_function_never_runs_twice_at_a_time() -> None:
    running: list[int] = []
    most: list[int] = []

    def slow() -> None:
        running.append(1)
        most.append(len(running))
        time.sleep(0.1)
        running.pop()

    async def main() -> None:
        schedule = Schedule()
        schedule.every(0.02, "slow", slow)
        schedule.start()
        await until(lambda: len(most) >= 3)
        schedule.stop()
        await until(lambda: not running)

    asyncio.run(main())
    assert max(most) == 1


def test_a_schedule_that_never_started_can_be_stopped() -> None:
    Schedule().stop()
