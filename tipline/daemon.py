"""The daemon: the only wiring, read from top to bottom.

    mailboxes, folders ---------v
    SMTP listener -> Acceptor -> [inbox] -> Pipeline -> [cases] -> Planner -> [outbox] -> Deliverer
                                                        [escalations] -> Escalator -^    Auditor

Stages meet in the database's tables only. A kill at any instruction is safe; a termination signal
stops the listener, finishes the work at hand, gives up leases and ends.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Final

import structlog

from ingest.accept import Acceptor
from notifier.duty import present
from notifier.lint import doubts
from notifier.schedule import Schedule
from store.model import Clock, utc_now
from store.unit_of_work import lock_for_daemon
from tipline.activation import handed_over
from tipline.doors import OpenDoors, open_doors
from tipline.health import Health, Systemd, watchdog_interval
from tipline.installation import Installation, opened
from tipline.settings import Settings
from tipline.settings.doubts import doubts as doubts_of
from tipline.settings.places import places
from tipline.stages import Stage
from tipline.waiting import release_dead_commands
from tipline.watching import Watch, look_at_folders, watch
from tipline.wiring import Wiring, outfit

# The name of the daemon's leases: there is one daemon on a database.
OWNER: Final = "daemon"
# Every stage looks for work by itself this often, in seconds; signals only make it faster.
TICK_SECONDS: Final = 1.0
AUDIT_SECONDS: Final = 60.0
CALENDAR_SECONDS: Final = 10.0
# How often it is looked whose digest or which handover is due.
HANDOVER_SECONDS: Final = 15.0
# How often it is looked which login needs a new token.
RENEWING_SECONDS: Final = 15.0
HEALTH_SECONDS: Final = 5.0
# A stage that has made no round for so long is stuck, and the watchdog is no longer fed.
STUCK_AFTER: Final = timedelta(minutes=15)

log = structlog.get_logger()


def run(settings: Settings) -> None:
    """Run the daemon until SIGTERM, SIGINT or SIGHUP.

    Raises StoreError, ConfigurationError or OSError, with the remedy, when it cannot start.
    """
    asyncio.run(serve(settings))


async def serve(
    settings: Settings,
    clock: Clock = utc_now,
    stopping: asyncio.Event | None = None,
    on_ready: Callable[[int], None] = lambda _: None,
) -> None:
    """Run the daemon until ``stopping`` is set; ``on_ready`` gets the SMTP port."""
    stopping = stopping or _set_by_signals()
    handed = handed_over()
    prepared = outfit(settings)
    where = places(settings)
    async with AsyncExitStack() as stack:
        lock = lock_for_daemon(where.state)
        stack.callback(lock.close)
        installation = stack.enter_context(opened(settings, writing=True))
        _take_over(installation)

        wiring = Wiring(outfit=prepared, installation=installation, clock=clock)
        health = Health(where.health, utc_now)
        watched = watch(wiring, health.late)
        stages = _Stages(wiring, watched, health.saw)
        health.expect(stage.name for stage in stages.all)
        stack.push_async_callback(stages.close)
        acceptor = Acceptor(installation.store, installation.evidence, stages.wake_reading)
        stack.push_async_callback(acceptor.close)
        doors = await open_doors(wiring, acceptor, handed, stack)

        schedule = Schedule()
        stack.callback(schedule.stop)
        for stage in stages.all:
            schedule.every(stages.seconds(stage), stage.name, stage.wake)
        systemd = Systemd()
        canaries = watched.canaries

        def tell_health() -> None:
            _tell_health(health, systemd, canaries.seconds if canaries else None)

        schedule.every(_health_seconds(), "health", tell_health)
        schedule.start()

        _announce(settings, doors)
        _tell_doubts(wiring)
        systemd.ready(f"accepting mail by {'; '.join(doors.places) or 'no listener'}")
        on_ready(doors.port)
        await stopping.wait()
        log.info("daemon.stopping")
        systemd.stopping()


def _take_over(installation: Installation) -> None:
    """Give up the leases that a killed predecessor still holds; it had our name."""
    with installation.store.transaction() as work:
        work.inbox.release(OWNER)
        work.sending.release_below(OWNER)
        release_dead_commands(work)
        work.commit()


class _Stages:
    """The loops between the tables, and who wakes whom."""

    def __init__(self, wiring: Wiring, watch: Watch, on_round: Callable[[str], None]) -> None:
        self._stopping = False
        self._couriers = [to_staff := wiring.courier()]
        self._readers = wiring.readers()
        self._readers.warm_up()

        alert = wiring.staff_deliverer(f"{OWNER}/staff", self._is_stopping, to_staff).step
        self.alerting = Stage("delivering to staff", alert, on_round)
        # Apart from the alerts, so that a slow relay holds none of them behind receipts.
        self.answering = []
        for number in range(wiring.connections):
            self._couriers.append(carrier := wiring.courier())
            name = f"{OWNER}/reporters {number}"
            answer = wiring.reporter_deliverer(name, self._is_stopping, carrier).step
            self.answering.append(Stage(f"delivering to reporters {number}", answer, on_round))
        # Several, so that a gateway that hangs holds up no other for long.
        self.telling = []
        for number in range(wiring.outfit.channels.at_once):
            tell = wiring.channel_deliverer(f"{OWNER}/channel {number}", self._is_stopping).step
            self.telling.append(Stage(f"telling {number}", tell, on_round))
        self._couriers.append(past := wiring.courier())
        escalating = wiring.last_word(past).watch(wiring.escalator().step)
        escalate = _then(escalating, self.alerting, *self.telling)
        self.escalating = Stage("escalating", escalate, on_round)
        detour = _then(wiring.second_way().step, *self.telling)
        self.standing_in = Stage("standing in", detour, on_round)
        plan = _then(wiring.planner().step, self.escalating, self.alerting, *self.answering)
        self.planning = Stage("planning", plan, on_round)
        tell = _then(wiring.regular_mails().step, self.alerting)
        self.handing_over = Stage("handing over", tell, on_round)
        obey = _then(wiring.mail_commands().step, self.planning, self.escalating, self.alerting)
        self.commanding = Stage("commanding", obey, on_round)
        # One stage per reader: while a mail takes its whole time, the others go on.
        self.reading = []
        for number in range(wiring.outfit.settings.reading.workers):
            name = f"{OWNER}/{number}"
            pipeline = wiring.pipeline(self._readers, name, self._wake_deciding)
            self.reading.append(Stage(f"reading {number}", pipeline.step, on_round))
        # Each mailbox has a stage, a thread and a connection of its own.
        self._mailboxes = wiring.mailboxes(self.wake_reading)
        self.fetching = [
            Stage(f"mailbox {mailbox.name}", mailbox.step, on_round) for mailbox in self._mailboxes
        ]
        folders = wiring.folders(self.wake_reading)
        self.looking = [Stage(f"folder {folder.name}", folder.step, on_round) for folder in folders]
        calendars = wiring.calendars()
        # Before the first step is due: nobody is told by a plan that the file has not.
        calendars.step()
        self.reading_calendars = Stage("reading calendars", _once(calendars.step), on_round)
        self.beating = Stage("heartbeat", watch.heartbeat.step, on_round)
        looks = (*watch.looks, calendars.look(), look_at_folders(folders))
        audit = wiring.auditor(looks, watch.heartbeat.all_is_well).step
        self.auditing = Stage("auditing", _once(audit), on_round)
        renew = wiring.installation.tokens.keep_fresh
        self.renewing = Stage("renewing logins", renew, on_round)
        canary = watch.canaries.step if watch.canaries else _nothing
        self.canary = Stage("canary", canary, on_round)
        self.all = (
            *self.fetching,
            *self.looking,
            *self.reading,
            self.planning,
            self.commanding,
            self.escalating,
            self.alerting,
            *self.answering,
            *self.telling,
            self.standing_in,
            self.reading_calendars,
            self.handing_over,
            self.auditing,
            self.renewing,
            self.canary,
            self.beating,
        )
        self._running = [asyncio.create_task(stage.run()) for stage in self.all]

    def seconds(self, stage: Stage) -> float:
        """Tell how often a stage looks for work by itself."""
        rare = {
            self.auditing: AUDIT_SECONDS,
            self.reading_calendars: CALENDAR_SECONDS,
            self.handing_over: HANDOVER_SECONDS,
            self.renewing: RENEWING_SECONDS,
        }
        return rare.get(stage, TICK_SECONDS)

    def wake_reading(self) -> None:
        """Have accepted mail read now."""
        for stage in self.reading:
            stage.wake()

    def _wake_deciding(self) -> None:
        """Have what was filed planned, and what was asked for by mail done."""
        self.planning.wake()
        self.commanding.wake()
        self.canary.wake()

    def _is_stopping(self) -> bool:
        return self._stopping

    async def close(self) -> None:
        """Finish the step each stage is at, then end the readers and the connection."""
        self._stopping = True
        for mailbox in self._mailboxes:
            mailbox.stop()
        for stage in self.all:
            stage.stop()
        await asyncio.gather(*self._running)
        for mailbox in self._mailboxes:
            await asyncio.to_thread(mailbox.close)
        await asyncio.to_thread(self._readers.close)
        for carrier in self._couriers:
            carrier.close()


def _then(step: Callable[[], int], *following: Stage) -> Callable[[], int]:
    """Wake the following stages whenever a step has done something."""

    def stepped() -> int:
        done = step()
        if done:
            for stage in following:
                stage.wake()
        return done

    return stepped


def _nothing() -> int:
    return 0


def _once(step: Callable[[], object]) -> Callable[[], int]:
    """Make one step a whole round: what it finds it may find again."""

    def stepped() -> int:
        step()
        return 0

    return stepped


def _tell_health(health: Health, systemd: Systemd, canary_seconds: int | None) -> None:
    """Write the health file and feed the watchdog, while every stage makes its rounds."""
    late = health.late(STUCK_AFTER)
    if late:
        log.error("daemon.stuck", stages=late)
    else:
        systemd.alive()
    health.write(stuck=", ".join(late) or None, canary_seconds=canary_seconds)


def _health_seconds() -> float:
    interval = watchdog_interval()
    return min(HEALTH_SECONDS, interval.total_seconds()) if interval else HEALTH_SECONDS


def _announce(settings: Settings, doors: OpenDoors) -> None:
    if settings.try_out:
        log.warning(
            "this is a try-out for the fictional platform Chirper; nothing is sent anywhere. "
            "For your own platform write a configuration file (systemd/tipline.example.toml)",
            mail_to=settings.addresses.reporting[0],
            outgoing=str(places(settings).outgoing),
        )
    log.info(
        "daemon.ready",
        doors=list(doors.places),
        state=str(places(settings).state),
    )


def _tell_doubts(wiring: Wiring) -> None:
    """Say what of the configuration works, and can hardly be meant."""
    now = wiring.clock()
    with wiring.installation.store.snapshot() as work:
        everybody = present(work, wiring.outfit.directory, now)
    for doubt in doubts(everybody, now):
        fault = wiring.outfit.settings.place(doubt.path, doubt.message)
        log.warning("configuration.doubtful", doubt=str(fault))
    for unsure in doubts_of(wiring.outfit.settings):
        fault = wiring.outfit.settings.place(unsure.path, f"{unsure.message}; {unsure.remedy}")
        log.warning("configuration.doubtful", doubt=str(fault))


def _set_by_signals() -> asyncio.Event:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stopping.set)
    return stopping
