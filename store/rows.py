"""Small help for rows that all repositories share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Table, insert

from store.model import MailTraits


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


def mail_traits(stored: dict[str, Any]) -> MailTraits:
    """Turn stored traits of a mail back into what they were made from."""
    return MailTraits(
        reverse_path=stored["reverse_path"],
        from_addresses=tuple(stored["from_addresses"]),
        message_id=stored["message_id"],
        references=tuple(stored["references"]),
        content_type=stored["content_type"],
        report_type=stored["report_type"],
        headers=tuple((name, value) for name, value in stored["headers"]),
        readable=stored["readable"],
        archived=stored["archived"],
        # Older reports were written down without these.
        perhaps_automatic=stored.get("perhaps_automatic", False),
        authentication=tuple(stored.get("authentication", ())),
        plain_from=stored.get("plain_from", True),
    )
