"""Small help for rows that all repositories share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, insert


def insert_row(connection: Connection, table: Table, **values: Any) -> int:
    """Insert one row and give its number."""
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    if key is None:
        raise AssertionError("unreachable")
    return int(key[0])
