from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from babel import Locale
from phonenumbers import is_emergency_number, is_valid_number_for_region, parse

from notifier.contacts import Place, contacts_for, contacts_table, place
from tests.notifier.own_templates import LANGUAGES

TABLE = contacts_table()
LONGEST_SHORT_NUMBER = 6
ENTRIES = [
    (code, entry)
    for code, country in TABLE["countries"].items()
    for entry in (*country.get("helplines", ()), *country.get("hotlines", ()))
] + [("", entry) for entry in TABLE["everywhere"]]
PLACES = [(code, place(entry)) for code, entry in ENTRIES]


def test_every_language_has_contacts() -> None:
    assert set(TABLE["languages"]) == set(LANGUAGES)
    for language in LANGUAGES:
        contacts = contacts_for(language)
        assert contacts.countries
        assert all(country.emergency for country in contacts.countries)
        assert contacts.links


def test_every_country_is_one_and_is_named_by_a_language() -> None:
    named = {code for codes in TABLE["languages"].values() for code in codes}
    assert named == set(TABLE["countries"])
    assert named <= set(Locale.parse("en").territories)
    assert all(len(codes) == len(set(codes)) for codes in TABLE["languages"].values())


@pytest.mark.parametrize("each", [each for _, each in PLACES], ids=lambda each: each.name)
def test_a_place_has_a_number_or_a_page_in_good_form(each: Place) -> None:
    assert each.name.isprintable()
    assert each.number or each.url
    assert each.number is None or re.fullmatch(r"[0-9][0-9 -]{1,16}[0-9]", each.number)
    host = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
    assert each.url is None or re.fullmatch(rf"https://{host}", each.url)


@pytest.mark.parametrize(("code", "entry"), ENTRIES, ids=lambda value: str(value)[:20])
def test_every_entry_says_what_it_rests_on(code: str, entry: dict[str, str]) -> None:
    assert set(entry) <= {"name", "number", "url", "seen", "source"}
    assert entry["seen"] in {"page", "quoted", "lists"}
    assert entry["seen"] == "lists" or entry["source"]
    assert urlsplit(entry.get("source", "https://none.example")).scheme in {"https", "http"}
    assert code in TABLE["countries"] or entry in TABLE["everywhere"]


def test_the_day_of_the_last_check_is_known() -> None:
    assert isinstance(TABLE["checked"], date)


@pytest.mark.parametrize("code", TABLE["countries"])
def test_emergency_numbers_are_known_to_the_tables_of_telephony(code: str) -> None:
    numbers = TABLE["countries"][code]["emergency"]
    assert [number for number in numbers if not is_emergency_number(number, code)] == []


@pytest.mark.parametrize(("code", "entry"), ENTRIES, ids=lambda value: str(value)[:20])
def test_a_number_of_full_length_can_be_dialled_in_its_country(
    code: str, entry: dict[str, str]
) -> None:
    digits = "".join(filter(str.isdigit, entry.get("number", "")))
    if len(digits) > LONGEST_SHORT_NUMBER:
        assert is_valid_number_for_region(parse(digits, code), code)


def test_emergency_numbers_are_short_numbers() -> None:
    for country in TABLE["countries"].values():
        assert set(country) <= {"emergency", "helplines", "hotlines"}
        assert all(re.fullmatch(r"[0-9]{2,5}", number) for number in country["emergency"])
        assert len(set(country["emergency"])) == len(country["emergency"])


def test_no_place_is_named_twice() -> None:
    urls = [each.url for _, each in PLACES if each.url]
    assert len(urls) == len(set(urls))
    names = [(code, each.name) for code, each in PLACES]
    assert len(names) == len(set(names))


def test_a_language_without_contacts_gets_those_for_english() -> None:
    assert contacts_for("sv") == contacts_for("en")


def test_a_place_is_written_on_one_line() -> None:
    line = Place(name="Childline", number="0800 1111", url="https://www.childline.org.uk")
    assert line.line("en", "GB") == (
        "Childline (United Kingdom): 0800 1111, https://www.childline.org.uk"
    )
    assert Place(name="116 111", number="116 111").line("pl") == "116 111: 116 111"
    assert line.line("ar") == (
        "Childline: \u20680800 1111\u2069\u060c \u2068https://www.childline.org.uk\u2069"
    ).replace("\u2068", "\u2066")
