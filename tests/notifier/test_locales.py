from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from notifier.locales import country_name, direction, isolated, local_day, local_moment, plural

MOMENT = datetime(2026, 11, 22, 3, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "22 November 2026, 03:05 UTC"),
        ("de", "22. November 2026, 03:05 UTC"),
        ("ru", "22 ноября 2026\u202fг., 03:05 UTC"),
        ("ja", "2026年11月22日 03:05 UTC"),
        ("vi", "03:05 UTC, ngày 22 tháng 11, 2026"),
        ("xx", "22 November 2026, 03:05 UTC"),
        ("../x", "22 November 2026, 03:05 UTC"),
    ],
)
def test_a_moment_is_written_as_the_language_writes_it(language: str, written: str) -> None:
    assert local_moment(MOMENT, UTC, language) == written


def test_a_moment_is_told_in_the_zone_given() -> None:
    assert local_moment(MOMENT, ZoneInfo("Asia/Tokyo"), "en").endswith("12:05 JST")


@pytest.mark.parametrize(
    ("language", "number", "form"),
    [
        ("en", 1, "1 one"),
        ("en", 2, "2 other"),
        ("ru", 21, "21 one"),
        ("ru", 3, "3 few"),
        ("ru", 11, "11 many"),
        ("ar", 2, "2 two"),
        ("ar", 11, "11 many"),
        ("ja", 1, "1 other"),
    ],
)
def test_a_number_gets_the_form_that_belongs_to_it(language: str, number: int, form: str) -> None:
    forms = {name: f"%d {name}" for name in ("one", "two", "few", "many")}
    assert plural(language)(number, other="%d other", **forms) == form


def test_a_form_that_is_not_given_is_the_common_one() -> None:
    assert plural("pl")(3, one="eins", other="%d kont") == "3 kont"


def test_countries_are_named_in_the_language() -> None:
    assert (country_name("GB", "es"), country_name("ZZZ", "es")) == ("Reino Unido", "ZZZ")


def test_only_right_to_left_text_needs_isolation() -> None:
    assert (direction("ar"), isolated("116 111", "ar")) == ("rtl", "\u2066116 111\u2069")
    assert (direction("en"), isolated("116 111", "en")) == ("ltr", "116 111")


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "22 May 2027"),
        ("de", "22. Mai 2027"),
        ("es", "22 de mayo de 2027"),
        ("pl", "22 maja 2027"),
        ("ja", "2027年5月22日"),
        ("vi", "22 tháng 5 năm 2027"),
        ("xx", "22 May 2027"),
    ],
)
def test_a_day_is_written_as_in_a_sentence(language: str, written: str) -> None:
    moment = datetime(2027, 5, 21, 23, 30, tzinfo=UTC)
    assert local_day(moment, ZoneInfo("Europe/Berlin"), language) == written
