"""Filing what waits in the inbox once, without a daemon."""

from __future__ import annotations

import os
from collections.abc import Iterator

from store.model import utc_now
from tipline.installation import Installation
from tipline.settings import Settings
from tipline.wiring import pipeline, planner, readers


def file_waiting(settings: Settings, installation: Installation) -> Iterator[int]:
    """Read, file and plan until nothing waits; gives how many mails each step worked off.

    Nothing is sent: what is queued goes out when the daemon runs.
    """
    reading = readers(settings)
    owner = f"command {os.getpid()}"
    work = pipeline(settings, installation, reading, utc_now, owner=owner)
    planning = planner(settings, installation, utc_now)
    try:
        while done := work.step():
            yield done
        while planning.step():
            pass
    finally:
        reading.close()
