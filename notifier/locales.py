"""How a language writes moments, counts and countries, from the CLDR tables that Babel brings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from functools import cache
from typing import Final

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, get_datetime_format

from notifier.letters import FALLBACK_LANGUAGE

# Where a language alone would be taken for another country's way of writing.
_LOCALES: Final = {"en": "en_GB", "zh": "zh_Hans_CN"}
# Where the table's way of putting day ({1}) and time ({0}) together reads badly in a sentence.
_PATTERNS: Final = {"vi": "{0}, ngày {1}", "pt": "{1}, {0}"}


def direction(language: str) -> str:
    """Tell which way a language is written: ``ltr`` or ``rtl``."""
    return _locale(language).text_direction


def local_moment(moment: datetime, zone: tzinfo, language: str) -> str:
    """Write a moment to the minute, with its zone, as a letter in a language would."""
    local, locale = moment.astimezone(zone), _locale(language)
    day = format_date(local, "long", locale=locale)
    time = f"{format_time(local, 'HH:mm', locale=locale)} {local:%Z}"
    pattern = _PATTERNS.get(language) or str(get_datetime_format("medium", locale=locale))
    return pattern.replace("{1}", day).replace("{0}", time).replace("'", "")


def local_day(moment: datetime, zone: tzinfo, language: str) -> str:
    """Write the day of a moment as a letter in a language would."""
    day = str(format_date(moment.astimezone(zone), "long", locale=_locale(language)))
    # In a sentence the year has its word (the table writes as on a letterhead).
    return day.replace(", ", " năm ") if language == "vi" else day


def country_name(code: str, language: str) -> str:
    """Name a country (ISO 3166 alpha-2) in a language."""
    return str(_locale(language).territories.get(code, code))


def plural(language: str) -> Callable[..., str]:
    """Give what chooses the form that belongs to a number.

    The forms are named as in CLDR (``one``, ``few``, ``many``, ``other`` ...); ``%d`` in a form
    becomes the number. A language needs ``other`` and those of its own forms that differ from it.
    """
    rule = _locale(language).plural_form

    def choose(number: int, *, other: str, **forms: str) -> str:
        return forms.get(rule(number), other).replace("%d", str(number))

    return choose


def isolated(text: str, language: str) -> str:
    """Keep a Latin value together within right-to-left text (Unicode UAX 9 section 2.4)."""
    return f"\u2066{text}\u2069" if direction(language) == "rtl" else text


def listed(texts: Sequence[str], language: str) -> str:
    """Write Latin values one after another, as a text in a language would."""
    comma = "\u060c " if direction(language) == "rtl" else ", "
    return comma.join(isolated(text, language) for text in texts)


@cache
def _locale(language: str) -> Locale:
    try:
        return Locale.parse(_LOCALES.get(language, language))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_LOCALES[FALLBACK_LANGUAGE])
