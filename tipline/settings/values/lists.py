"""Lists of words, and JSON where the environment has to carry more."""

from __future__ import annotations

import json


def parse_list(value: object) -> object:
    """Let one word, or words separated by commas, stand for a list (as the environment has it)."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return parse_json(value)
    return [word.strip() for word in value.split(",") if word.strip()]


def parse_json(value: object) -> object:
    """Read JSON where the environment has to carry more than one word."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f"is not JSON: {error}") from error
