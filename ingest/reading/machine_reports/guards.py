"""Structured data from strangers: parsed within limits, read field by field, never trusted.

A report whose structure cannot be had raises RefusedError with a sentence; of one that can be had,
each field is checked by itself, and what is wrong with it becomes a defect beside what is right.
No sentence repeats anything of the report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, NoReturn

from ingest.reading import fields

MAX_JSON_OCTETS: Final = 8_000_000
MAX_YAML_OCTETS: Final = 64_000
MAX_DEPTH: Final = 20
# Values of one report, counted by what separates them.
MAX_VALUES: Final = 20_000
MAX_ITEMS: Final = 50
MAX_TEXT: Final = 2_000
MAX_DEFECTS: Final = 10

_BRACKETS: Final = b"[]{}"
_NOT_BRACKETS: Final = bytes(octet for octet in range(256) if octet not in _BRACKETS)
# RFC 3339 section 5.6, with a zone; anything else is refused.
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.){1,10}[a-z0-9-]{2,63}"
)


class RefusedError(ValueError):
    """The data cannot be had; the message says why."""


def load_json(octets: bytes) -> dict[str, Any]:
    """Parse a JSON object within limits."""
    if len(octets) > MAX_JSON_OCTETS:
        raise RefusedError(f"it is larger than {MAX_JSON_OCTETS} octets")
    _check_depth(octets)
    if octets.count(b",") + octets.count(b":") > MAX_VALUES:
        raise RefusedError(f"it has more than {MAX_VALUES} values")
    try:
        found = json.loads(octets.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError("it is no JSON") from error
    if not isinstance(found, dict):
        raise RefusedError("it is no JSON object")
    return found


def _no_number(_: str) -> NoReturn:
    raise RefusedError("it is no JSON")


def _check_depth(octets: bytes) -> None:
    """Count open brackets without parsing; those in strings count too, which only errs safely."""
    brackets = octets.translate(None, _NOT_BRACKETS)
    if len(brackets) > MAX_VALUES:
        raise RefusedError(f"it has more than {MAX_VALUES} values")
    depth = 0
    for octet in brackets:
        depth += 1 if octet in b"[{" else -1
        if depth > MAX_DEPTH:
            raise RefusedError(f"it is nested more than {MAX_DEPTH} deep")


def load_yaml(octets: bytes) -> dict[str, Any]:
    """Parse a YAML mapping within limits; one that repeats parts by reference is refused."""
    if len(octets) > MAX_YAML_OCTETS:
        raise RefusedError(f"it is larger than {MAX_YAML_OCTETS} octets")
    # Few mails need it, and importing it takes time.
    from ingest.reading.machine_reports.yaml_guard import load  # noqa: PLC0415 - see above

    found = load(octets.decode("utf-8-sig", "replace"))
    if not isinstance(found, dict):
        raise RefusedError("it is no YAML mapping")
    return {str(key)[:100]: value for key, value in list(found.items())[:MAX_ITEMS]}


def moment(value: object) -> datetime | None:
    """Read a time that states its zone, in the form of RFC 3339 or RFC 5322."""
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else None
    if not isinstance(value, str) or len(value) > 100:  # noqa: PLR2004 - longer is no time
        return None
    text = value.strip()
    try:
        if _MOMENT.fullmatch(text):
            return datetime.fromisoformat(text.upper().replace(" ", "T")).astimezone(UTC)
        found = parsedate_to_datetime(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError, TypeError, IndexError):
        return None


def domain(value: str | None) -> str | None:
    """Give a domain, or that of an address, in small letters; None for anything else."""
    name = (value or "").strip().rpartition("@")[2].rstrip(".").lower()
    return name if _HOST.fullmatch(name) else None


class Fields:
    """The fields of one object of a report; collects what is wrong with them."""

    def __init__(self, found: Mapping[str, Any], form: str, defects: list[str]) -> None:
        self._found = found
        self._form = form
        self._defects = defects

    def require(self, *names: str) -> None:
        """Note those of some fields that are missing."""
        for name in names:
            if self._found.get(name) in (None, ""):
                self.object_to(f"{name} is missing")

    def text(self, name: str, limit: int = 200) -> str | None:
        """Give a text on one line, no longer than a limit; a number counts as one."""
        value = self._found.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**30:
            value = str(value)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            self.object_to(f"{name} is no text")
            return None
        if len(value) > limit:
            self.object_to(f"{name} is longer than {limit} characters")
        return fields.unfold(value, limit) or None

    def moment(self, name: str) -> datetime | None:
        """Give a time that states its zone."""
        value = self._found.get(name)
        found = moment(value)
        if found is None and value not in (None, ""):
            self.object_to(f"{name} is no time with a zone")
        return found

    def flag(self, name: str) -> bool | None:
        """Give a yes or no."""
        value = self._found.get(name)
        if value is not None and not isinstance(value, bool):
            self.object_to(f"{name} is neither true nor false")
            return None
        return value

    def section(self, name: str) -> Fields:
        """Give the fields of an object below this one; none if it is none."""
        value = self._found.get(name)
        if value is not None and not isinstance(value, dict):
            self.object_to(f"{name} is no object")
        return Fields(value if isinstance(value, dict) else {}, self._form, self._defects)

    def sections(self, name: str, limit: int = MAX_ITEMS) -> list[Fields]:
        """Give the objects of a list."""
        found = (value for value in self._items(name, limit) if isinstance(value, dict))
        return [Fields(value, self._form, self._defects) for value in found]

    def words(self, name: str, limit: int = MAX_ITEMS) -> tuple[str, ...]:
        """Give the texts of a list; a single text counts as one."""
        items = self._items(name, limit)
        return tuple(fields.unfold(item, 200) for item in items if isinstance(item, str) and item)

    def octets(self, name: str) -> str | None:
        """Give a text as it is, however long: what a report carries inside."""
        value = self._found.get(name)
        return value if isinstance(value, str) else None

    def object_to(self, sentence: str) -> None:
        """Note a defect."""
        if len(self._defects) < MAX_DEFECTS:
            self._defects.append(f"{self._form}: {sentence}")

    def _items(self, name: str, limit: int) -> list[Any]:
        value = self._found.get(name)
        items = [value] if isinstance(value, str) else value
        if items is not None and not isinstance(items, list):
            self.object_to(f"{name} is no list")
        listed = items if isinstance(items, list) else []
        if len(listed) > limit:
            self.object_to(f"{name} has more than {limit} items")
        return listed[:limit]
