"""Check that every name the configuration uses is a name it defines.

This works on the values as written, so that such faults are told together with all others.
What is not even of the right shape is passed over here: the models complain about it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from notifier.policy import BY_MAIL
from tipline.settings.values.lists import parse_json, parse_list

if TYPE_CHECKING:
    from tipline.settings.lines import Path


def find_dangling_names(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield the path and the fault of each name that nobody defines."""
    known = {
        "person": set(_table(values.get("people"))),
        "rota": set(_table(values.get("rotas"))),
        "channel": set(_table(values.get("channels"))),
        "login": set(_table(values.get("oauth"))),
        "mailbox": set(_table(values.get("mailboxes"))),
    }
    for path, kind, name in _named(values):
        if name and kind in known and name not in known[kind]:
            yield path, _nobody(kind, name, known)
    yield from _ways_nobody_has(values)


def _named(values: Mapping[str, Any]) -> Iterator[tuple[Path, str, str]]:
    """Yield the path, the kind and the name of everybody and everything that is named."""
    for path, members in _members(values):
        for index, member in enumerate(_list(members)):
            yield (*path, index), "person", member
    for path, names in _watchers(values):
        for index, name in enumerate(_list(names)):
            yield (*path, index), "channel", name
    for path, name in _logins(values):
        yield path, "login", name
    for index, place in enumerate(_list(_table(values.get("authentication")).get("unnamed_from"))):
        kind, colon, name = place.partition(":")
        if colon and kind == "mailbox":
            yield ("authentication", "unnamed_from", index), kind, name
    for path, step in _steps(values):
        for index, target in enumerate(_list(step.get("notify"))):
            kind, _, name = target.partition(":")
            yield (*path, "notify", index), kind, name


def _ways_nobody_has(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    people = _table(values.get("people")).values()
    ways = {BY_MAIL, *(way for one in people for way in _table(_table(one).get("channels")))}
    for path, step in _steps(values):
        for index, way in enumerate(_list(step.get("via"))):
            if way not in ways:
                yield (*path, "via", index), _no_way(way, ways)


def _steps(values: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for path, policy in _policies(values):
        for number, step in enumerate(_items(policy, "steps")):
            yield (*path, "steps", number), _table(step)


def _watchers(values: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    for key in ("operator_channels", "emergency_channels"):
        yield ("watching", key), _table(values.get("watching")).get(key)


def _logins(values: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for mailbox, entry in _table(values.get("mailboxes")).items():
        yield ("mailboxes", mailbox, "oauth"), str(_table(entry).get("oauth") or "")
    yield ("relay", "oauth"), str(_table(values.get("relay")).get("oauth") or "")


def _members(values: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    for rota, entry in _table(values.get("rotas")).items():
        yield ("rotas", rota, "members"), _table(entry).get("members")
        for number, layer in enumerate(_items(entry, "layers")):
            yield ("rotas", rota, "layers", number, "members"), _table(layer).get("members")


def _policies(values: Mapping[str, Any]) -> Iterator[tuple[Path, object]]:
    policies = _table(values.get("policies"))
    for severity, policy in policies.items():
        if severity != "categories":
            yield ("policies", severity), policy
    for category, entries in _table(policies.get("categories")).items():
        for severity, policy in _table(entries).items():
            yield ("policies", "categories", category, severity), policy
    for name, entry in _table(_table(values.get("addresses")).get("defaults")).items():
        for severity, policy in _table(_table(entry).get("policies")).items():
            yield ("addresses", "defaults", name, "policies", severity), policy


def _nobody(kind: str, name: str, known: Mapping[str, set[str]]) -> str:
    places = {
        "person": "people",
        "rota": "rotas",
        "channel": "channels",
        "login": "oauth",
        "mailbox": "mailboxes",
    }
    place = places[kind]
    message = f'no {kind} called "{name}" is defined in [{place}]'
    nearest = get_close_matches(name, known[kind], n=1)
    return f'{message}; did you mean "{nearest[0]}"?' if nearest else message


def _no_way(way: str, ways: set[str]) -> str:
    message = f'nobody in [people] has a channel called "{way}"'
    nearest = get_close_matches(way, ways, n=1)
    return f'{message}; did you mean "{nearest[0]}"?' if nearest else message


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[str]:
    try:
        value = parse_list(value)
    except ValueError:
        return []
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _items(table: object, key: str) -> list[object]:
    try:
        items = parse_json(_table(table).get(key))
    except ValueError:
        return []
    return items if isinstance(items, list) else []
