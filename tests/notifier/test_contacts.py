from __future__ import annotations

import re

import pytest
from babel import Locale

from notifier.contacts import Place, contacts_for, contacts_table
from tests.notifier.own_templates import LANGUAGES

TABLE = contacts_table()
PLACES = [
    (code, Place(**entry))
    for code, country in TABLE["countries"].items()
    for entry in (*country.get("helplines", ()), *country.get("hotlines", ()))
] + [("", Place(**entry)) for entry in TABLE["everywhere"]]


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


@pytest.mark.parametrize("place", [place for _, place in PLACES], ids=lambda place: place.name)
def test_a_place_has_a_number_or_a_page_in_good_form(place: Place) -> None:
    assert place.name.isprintable()
    assert place.number or place.url
    assert place.number is None or re.fullmatch(r"[0-9][0-9 -]{1,16}[0-9]", place.number)
    host = r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}"
    assert place.url is None or re.fullmatch(rf"https://{host}", place.url)


def test_emergency_numbers_are_short_numbers() -> None:
    for country in TABLE["countries"].values():
        assert set(country) <= {"emergency", "helplines", "hotlines"}
        assert all(re.fullmatch(r"[0-9]{2,5}", number) for number in country["emergency"])
        assert len(set(country["emergency"])) == len(country["emergency"])


def test_no_place_is_named_twice() -> None:
    urls = [place.url for _, place in PLACES if place.url]
    assert len(urls) == len(set(urls))
    names = [(code, place.name) for code, place in PLACES]
    assert len(names) == len(set(names))


def test_a_language_without_contacts_gets_those_for_english() -> None:
    assert contacts_for("sv") == contacts_for("en")


def test_a_place_is_written_on_one_line() -> None:
    place = Place(name="Childline", number="0800 1111", url="https://www.childline.org.uk")
    assert place.line("en", "GB") == (
        "Childline (United Kingdom): 0800 1111, https://www.childline.org.uk"
    )
    assert Place(name="116 111", number="116 111").line("pl") == "116 111: 116 111"
    assert place.line("ar") == (
        "Childline: \u20680800 1111\u2069\u060c \u2068https://www.childline.org.uk\u2069"
    ).replace("\u2068", "\u2066")
