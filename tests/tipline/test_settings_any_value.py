"""Whatever a key is given, the answer is settings or faults, never another exception."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tipline.settings.errors import ConfigurationError
from tipline.settings.explain import Origin
from tipline.settings.load import _check

TEXT = (Path(__file__).parents[2] / "systemd" / "tipline.example.toml").read_text("utf-8")
# Every key there is: those behind a comment sign too.
EXAMPLE = tomllib.loads(re.sub(r"^# (?=[a-z_]+ = )", "", TEXT, flags=re.MULTILINE))
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.lists(st.one_of(st.integers(), st.text(max_size=5)), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=3),
)


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - TOML
    found: list[tuple[str | int, ...]] = []
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in inner:
        found.append((*path, key))
        if isinstance(below, dict | list):
            found += paths(below, (*path, key))
    return found


def replaced(value: Any, path: tuple[str | int, ...], odd: object) -> Any:  # noqa: ANN401 - TOML
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], odd)
    return copy


@settings(max_examples=300)
@given(st.sampled_from(paths(EXAMPLE)), ODD)
def test_an_odd_value_anywhere_gives_settings_or_faults(
    path: tuple[str | int, ...], odd: object
) -> None:
    faults = faults_of(replaced(EXAMPLE, path, odd))

    assert all(len(fault.splitlines()) == 1 for fault in faults)


def faults_of(values: dict[str, Any]) -> list[str]:
    try:
        _check(values, Origin(file="tipline.toml"))
    except ConfigurationError as error:
        return [str(fault) for fault in error.faults]
    return []
