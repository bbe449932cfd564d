"""Read the configuration: defaults, then one TOML file, then the environment; check it all.

Without a file the settings are those of the try-out. With one, nothing of the try-out is used: a
platform, addresses, people or policies that are missing are faults.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from tipline.settings.environment import CONFIG_NAME, read_environment
from tipline.settings.errors import ConfigurationError, Fault
from tipline.settings.explain import Origin, explain
from tipline.settings.lines import line_of_each_key
from tipline.settings.loops import find_loops
from tipline.settings.model import Settings
from tipline.settings.references import find_dangling_names
from tipline.settings.tryout import try_out_values

# Keys that name files: in a file, a relative one is meant from that file's folder. Any name may
# stand where there is a star.
PATH_KEYS: Final = (
    ("state_dir",),
    ("smtp", "tls_certificate"),
    ("smtp", "tls_key"),
    ("lmtp", "socket"),
    ("sealing", "key_file"),
    ("mailboxes", "*", "ca_file"),
    ("mailboxes", "*", "password_file"),
    ("oauth", "*", "client_secret_file"),
    ("oauth", "*", "certificate_file"),
    ("oauth", "*", "certificate_key_file"),
    ("oauth", "*", "key_file"),
    ("oauth", "*", "refresh_token_file"),
    ("oauth", "*", "ca_file"),
    ("relay", "password_file"),
    ("relay", "ca_file"),
    ("outgoing", "maildir"),
    ("outgoing", "templates"),
    ("addresses", "defaults", "*", "templates"),
    ("rotas", "*", "calendar"),
    ("people", "*", "channels", "*", "url_file"),
    ("channels", "*", "url_file"),
    ("watching", "heartbeat_url_file"),
    ("watching", "heartbeat_file"),
)


def load_settings(config: Path | None = None) -> Settings:
    """Read and check the settings; raise ConfigurationError with every fault.

    ``config`` wins over TIPLINE_CONFIG.
    """
    chosen = config or _path_from_environment()
    environment = read_environment(os.environ)
    if chosen is None:
        settings = _check(try_out_values(), Origin(environment=environment))
        return settings.as_try_out()
    text = _read(chosen)
    values = _parse(text, chosen)
    _place_paths(values, chosen.absolute().parent)
    origin = Origin(file=str(chosen), lines=line_of_each_key(text), environment=environment)
    return _check(values, origin)


def _path_from_environment() -> Path | None:
    named = os.environ.get(CONFIG_NAME)
    return Path(named) if named else None


def _read(config: Path) -> str:
    try:
        return config.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigurationError(Fault(place=str(config), message="is not UTF-8 text")) from error
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ConfigurationError(Fault(place=str(config), message=reason)) from error


def _parse(text: str, config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.fullmatch(r"(.*) \(at line (\d+), column \d+\)", str(error), re.DOTALL)
        line = int(found[2]) if found else text.rstrip().count("\n") + 1
        reason = (found[1] if found else str(error)).removesuffix(" (at end of document)")
        fault = Fault(place=f"{config}, line {line}", message=f"is not TOML: {reason}", line=line)
        raise ConfigurationError(fault) from error


def _place_paths(values: dict[str, Any], folder: Path) -> None:
    for *sections, key in PATH_KEYS:
        for table in _tables(values, sections):
            if isinstance(table.get(key), str):
                table[key] = str(folder / table[key])


def _tables(table: object, sections: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Find the tables of this name; all there are where the name is a star."""
    if not isinstance(table, dict):
        return
    if not sections:
        yield table
        return
    name, *rest = sections
    for inner in table.values() if name == "*" else [table.get(name)]:
        yield from _tables(inner, rest)


def _check(values: dict[str, Any], origin: Origin) -> Settings:
    everything = _merged(values, origin.environment.values)
    faults = [origin.fault(path, message) for path, message in find_dangling_names(everything)]
    try:
        settings = Settings(**values)
    except ValidationError as error:
        faults += explain(error, Settings, origin)
    else:
        faults += [origin.fault(path, message) for path, message in find_loops(settings)]
        if not faults:
            return settings.read_from(origin)
    raise ConfigurationError(*sorted(faults, key=lambda fault: fault.line))


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(below, value) if both and below is not None else value
    return merged
