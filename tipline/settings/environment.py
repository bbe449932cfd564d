"""Settings from the environment: TIPLINE_SECTION__KEY.

Every name with our prefix has to be a setting, so that a misspelt one is an error and not
silence. An empty value counts as not set.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic_settings import PydanticBaseSettingsSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic.fields import FieldInfo

PREFIX: Final = "TIPLINE_"
DELIMITER: Final = "__"
# Where the configuration is; not part of it.
CONFIG_NAME: Final = "TIPLINE_CONFIG"
# What the test suite reads.
TEST_PREFIX: Final = "TIPLINE_TEST_"


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings found in the environment, and which variable gave each."""

    values: dict[str, Any] = field(default_factory=dict)
    names: dict[tuple[str, ...], str] = field(default_factory=dict)


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Collect the variables that are settings as nested tables."""
    found = Environment()
    for name, value in sorted(variables.items()):
        if not value or not name.startswith(PREFIX):
            continue
        if name == CONFIG_NAME or name.startswith(TEST_PREFIX):
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split(DELIMITER))
        found.names[path] = name
        _put(found.values, path, value)
    return found


def _put(table: dict[str, Any], path: tuple[str, ...], value: str) -> None:
    for part in path[:-1]:
        inner = table.setdefault(part, {})
        if not isinstance(inner, dict):
            # The section itself was given a value: that is the fault to tell.
            return
        table = inner
    table[path[-1]] = value


class EnvironmentSource(PydanticBaseSettingsSource):
    """Give the process's environment to the settings, unknown names included."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Look up one field; unused, as all names are taken at once."""
        del field
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """Collect everything that carries our prefix."""
        return read_environment(os.environ).values
