"""What tipline says about its work: one line per event on standard error, JSON or for people.

Our own events carry numbers, references and kinds of faults, nothing of a mail's content and no
correspondent's address. Libraries speak through the same lines from warnings upwards. aiosmtpd's
own log repeats the dialogue at debug level and, with some faults, what the peer sent: it is kept
to errors, without their details.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, Any, Final

import structlog

if TYPE_CHECKING:
    from collections.abc import MutableMapping
    from typing import TextIO

    from structlog.typing import Processor

# Loggers of libraries that would otherwise tell too much.
QUIET: Final = {
    "mail.log": logging.ERROR,
    "mail.debug": logging.CRITICAL,
    "apscheduler": logging.WARNING,
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
    "asyncio": logging.WARNING,
    # What it notes at the level of debug holds what mails say.
    "imapclient": logging.WARNING,
}
# Whose exceptions may quote what a stranger sent.
_WITHOUT_DETAILS: Final = ("mail.",)


def set_up_logs(level: str = "info", form: str = "auto", stream: TextIO | None = None) -> None:
    """Send every log line to ``stream`` (standard error) in one form.

    ``form`` is "json", "console", or "auto": console on a terminal, else JSON.
    """
    stream = stream or sys.stderr
    for_people = form == "console" or (form == "auto" and stream.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_details],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_rendering(for_people=for_people, colours=stream.isatty()),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, quiet in QUIET.items():
        logging.getLogger(name).setLevel(max(quiet, root.level))


def _rendering(*, for_people: bool, colours: bool) -> list[Processor]:
    if for_people:
        renderer = structlog.dev.ConsoleRenderer(
            colors=colours,
            exception_formatter=structlog.dev.plain_traceback,
        )
        return [renderer]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _without_details(
    logger: Any,  # noqa: ANN401 - structlog's own signature
    method: str,
    event: MutableMapping[str, Any],
) -> MutableMapping[str, Any]:
    """Take the exception's text and everything quoted from a line about a dialogue."""
    del logger, method
    record = event.get("_record")
    if record is None or not record.name.startswith(_WITHOUT_DETAILS):
        return event
    error = record.exc_info[1] if record.exc_info else None
    event["event"] = "a fault in the SMTP dialogue"
    event["fault"] = type(error).__name__ if error else "unknown"
    event.pop("exc_info", None)
    return event
