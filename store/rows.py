"""Small help for rows that all repositories share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, insert


def insert_row(connection: Connection, table: Table, **values: Any) -> int:
    """Insert one row and give its number."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    if key is None:
        raise AssertionError("unreachable")
    return int(key[0])


def angled(message_ids: Iterable[str]) -> list[str]:
    """Spell Message-IDs as our own mails bear and store them: in angle brackets, once."""
    return [f"<{message_id.strip('<>')}>" for message_id in message_ids]


def shortened(text: str | None, length: int) -> str | None:
    """Cut a text to what its column holds."""
    return None if text is None else text[:length]
