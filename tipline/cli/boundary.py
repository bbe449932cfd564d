# ruff: noqa: PLC0415 - imported when needed, as help must be quick
"""The one place where a fault becomes a line on standard error and an exit status.

0 done; 1 could not be done; 2 wrong usage; 70 a fault of tipline itself; 78 wrong configuration;
130 interrupted. Nobody is shown a traceback unless they ask with ``--debug``.
"""

from __future__ import annotations

import atexit
import gc
import sys
from typing import Final

from tipline.cli.app import app
from tipline.cli.output import printable

FAILED: Final = 1
INTERRUPTED: Final = 130
# sysexits.h: EX_SOFTWARE and EX_CONFIG.
OWN_FAULT: Final = 70
WRONG_CONFIGURATION: Final = 78
# New objects before garbage is looked for. What a command imports stays, and is so much that
# Python's own number of 700 made looking through it a fifth of each start.
GARBAGE_AFTER: Final = 20_000


def main() -> None:
    """Run the command line; always ends the process."""
    gc.set_threshold(max(GARBAGE_AFTER, gc.get_threshold()[0]))
    # Nor is it looked for at the end of the process, which was a third of a short command.
    atexit.register(gc.freeze)
    try:
        app(prog_name="tipline")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        if "--debug" in sys.argv[1:]:
            raise
        lines, status = _tell(error)
        for line in lines:
            sys.stderr.write(f"tipline: {printable(line)}\n")
        sys.exit(status)


def _tell(error: Exception) -> tuple[list[str], int]:
    """Put a fault into sentences for a person."""
    # Imported only now: help must not wait for what only faults need.
    from outside.oauth.errors import LoginError
    from store.errors import NotFound, SchemaMismatch, StoreError
    from tipline.cli.errors import CommandError
    from tipline.settings.errors import ConfigurationError

    match error:
        case ConfigurationError(faults=faults):
            return [str(fault) for fault in faults], WRONG_CONFIGURATION
        case NotFound(nearest=nearest) if nearest:
            return [f"{error}; the nearest are: {', '.join(nearest)}"], FAILED
        case SchemaMismatch():
            return [str(error)], WRONG_CONFIGURATION
        case StoreError() | CommandError() | LoginError():
            return [str(error)], FAILED
        case OSError():
            return [_tell_os_error(error)], FAILED
        case _:
            kind = type(error).__name__
            text = f"a fault of tipline itself ({kind}); --debug before the command shows where"
            return [text], OWN_FAULT


def _tell_os_error(error: OSError) -> str:
    reason = error.strerror or str(error) or type(error).__name__
    return f"{error.filename}: {reason}" if error.filename else reason
