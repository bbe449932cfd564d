"""Lines, names, codes of languages and regular expressions."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator

from tipline.settings.values.lists import parse_list
from tipline.settings.values.quoting import shown

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]*")
# ISO 639: two letters, or three where there are none; a region may follow (RFC 5646).
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")


def check_name(name: str) -> str:
    """Refuse a name that environment variables and commands could not spell."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{shown(name)} is not a name; use a-z, 0-9, - and _")
    return name


def check_language(code: str) -> str:
    """Refuse what is not the code of a language."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError(f'{shown(code)} is not a language; write its code, like "en" or "pt-br"')
    return code


def check_expression(expression: str) -> str:
    """Refuse what is not a regular expression."""
    try:
        re.compile(expression)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error
    return expression


def check_one_line(text: str) -> str:
    """Refuse text that would break a header."""
    if not text.strip() or not text.isprintable():
        raise ValueError("must be one line of text")
    return text


Name = Annotated[str, AfterValidator(check_name)]
Line = Annotated[str, AfterValidator(check_one_line)]
Expression = Annotated[str, AfterValidator(check_expression)]
Language = Annotated[str, AfterValidator(check_language)]
Words = Annotated[tuple[Line, ...], BeforeValidator(parse_list)]
Names = Annotated[tuple[Name, ...], BeforeValidator(parse_list)]
Languages = Annotated[tuple[Language, ...], BeforeValidator(parse_list)]
