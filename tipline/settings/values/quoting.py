"""How a wrong value is quoted in what is said about it."""

from __future__ import annotations


def shown(value: object) -> str:
    """Quote a wrong value, cut short."""
    text = str(value)
    return f'"{text[:37]}..."' if len(text) > 40 else f'"{text}"'  # noqa: PLR2004 - one line's worth
