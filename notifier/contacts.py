"""Whom a reporter can turn to, by language and country, from ``contacts.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from notifier.letters import FALLBACK_LANGUAGE
from notifier.locales import country_name, isolated, listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """An organisation with a telephone number, a page or both."""

    name: str
    number: str | None = None
    url: str | None = None

    def line(self, language: str, country: str | None = None) -> str:
        """Write it on one line."""
        ways = listed([way for way in (self.number, self.url) if way], language)
        # A line that is called by its number says it once.
        ways = ways if self.number != self.name else isolated(self.url or self.name, language)
        where = f" ({country_name(country, language)})" if country else ""
        return f"{self.name}{where}: {ways}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    """What a country has: emergency numbers, helplines to talk to, hotlines that take reports."""

    code: str
    emergency: tuple[str, ...]
    helplines: tuple[Place, ...] = ()
    hotlines: tuple[Place, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Contacts:
    """All contacts for the receipts of one language."""

    countries: tuple[Country, ...]
    everywhere: tuple[Place, ...]

    def emergency_lines(self, language: str) -> tuple[str, ...]:
        """Write the emergency numbers, a line for each country."""
        return tuple(
            f"{country_name(country.code, language)}: {listed(country.emergency, language)}"
            for country in self.countries
        )

    def place_lines(self, language: str) -> tuple[str, ...]:
        """Write the helplines, then the hotlines, then those for all countries."""
        told = [
            *((each, country.code) for country in self.countries for each in country.helplines),
            *((each, country.code) for country in self.countries for each in country.hotlines),
        ]
        several = len(self.countries) > 1
        lines = [each.line(language, code if several else None) for each, code in told]
        return (*lines, *(each.line(language) for each in self.everywhere))

    @property
    def links(self) -> frozenset[str]:
        """All pages that are named."""
        places = [
            *self.everywhere,
            *(
                each
                for country in self.countries
                for each in (*country.helplines, *country.hotlines)
            ),
        ]
        return frozenset(each.url for each in places if each.url)


@lru_cache(maxsize=64)
def contacts_for(language: str) -> Contacts:
    """Give the contacts for a language; for one that has none, those for English."""
    table = contacts_table()
    codes = table["languages"].get(language) or table["languages"][FALLBACK_LANGUAGE]
    return Contacts(
        countries=tuple(_country(code, table["countries"][code]) for code in codes),
        everywhere=_places(table["everywhere"]),
    )


@cache
def contacts_table() -> dict[str, Any]:
    """Read the file."""
    return tomllib.loads(files("notifier").joinpath("contacts.toml").read_text("utf-8"))


def _country(code: str, entry: dict[str, Any]) -> Country:
    return Country(
        code=code,
        emergency=tuple(entry["emergency"]),
        helplines=_places(entry.get("helplines", [])),
        hotlines=_places(entry.get("hotlines", [])),
    )


def place(entry: dict[str, str]) -> Place:
    """Take a place from its entry, which also says what the entry rests on."""
    return Place(name=entry["name"], number=entry.get("number"), url=entry.get("url"))


def _places(entries: list[dict[str, str]]) -> tuple[Place, ...]:
    return tuple(place(entry) for entry in entries)
