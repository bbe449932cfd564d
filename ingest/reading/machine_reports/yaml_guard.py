"""YAML within limits: plain values only, no references, no depth (PyYAML's safe loader)."""

from __future__ import annotations

from typing import Final

import yaml

from ingest.reading.machine_reports.guards import RefusedError

MAX_DEPTH: Final = 8
MAX_EVENTS: Final = 2_000


def load(text: str) -> object:
    """Parse the first document of a text; raises RefusedError."""
    try:
        _check(text)
        found: object = next(iter(yaml.safe_load_all(text)), None)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, OverflowError) as error:
        if isinstance(error, RefusedError):
            raise
        raise RefusedError("it is no YAML") from error
    return found


def _check(text: str) -> None:
    """Walk the events, before anything is built of them.

    A reference lets a short text stand for billions of values.
    """
    depth = 0
    for number, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        if isinstance(event, yaml.AliasEvent):
            raise RefusedError("it repeats parts by reference")
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise RefusedError(f"it is nested more than {MAX_DEPTH} deep")
        if number > MAX_EVENTS:
            raise RefusedError(f"it has more than {MAX_EVENTS} values")
        if isinstance(event, yaml.DocumentEndEvent):
            return
