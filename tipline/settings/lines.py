"""Find the line on which each key of a TOML document stands.

The standard library's reader gives values without places, and a fault in a configuration is worth
little without one. This scanner runs only over text that reader has accepted, so it
checks nothing: it follows strings, brackets and comments just far enough to know where keys begin.
"""

from __future__ import annotations

import re
from typing import Final

Path = tuple[str | int, ...]

_SPACE: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_KEY_PART: Final = re.compile(r"[A-Za-z0-9_-]+|\"(?:[^\"\\]|\\.)*\"|'[^']*'")
_TEXT: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""+|\'\'\'.*?\'\'\'+|"(?:[^"\\]|\\.)*"|\'[^\']*\'',
    re.DOTALL,
)
_BARE: Final = re.compile(r"[^,\]}\n#]*")


def line_of_each_key(text: str) -> dict[Path, int]:
    """Map each path, as in ("policies", "high", "steps", 2), to its line, counted from 1."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lines: dict[Path, int] = {}
        # How many tables each array of tables has so far.
        self._tables: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_space():
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _skip_space(self) -> bool:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at
        return self._at < len(self._text)

    def _note(self, path: Path) -> None:
        line = self._text.count("\n", 0, self._at) + 1
        for length in range(1, len(path) + 1):
            self._lines.setdefault(path[:length], line)

    def _header(self) -> Path:
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        start = self._at
        path: Path = ()
        parts = self._key()
        for place, part in enumerate(parts, 1):
            path = (*path, part)
            # A table inside an array of tables belongs to the newest of them.
            if path in self._tables and not (is_array and place == len(parts)):
                path = (*path, self._tables[path] - 1)
        if is_array:
            self._tables[path] = self._tables.get(path, 0) + 1
            path = (*path, self._tables[path] - 1)
        end, self._at = self._at, start
        self._note(path)
        self._at = self._text.index("]", end) + (2 if is_array else 1)
        return path

    def _key(self) -> list[str]:
        """Read a dotted key and stop behind it."""
        parts = []
        while self._skip_space():
            found = _KEY_PART.match(self._text, self._at)
            if not found:
                break
            self._at = found.end()
            parts.append(found[0].strip("\"'"))
            self._skip_space()
            if not self._text.startswith(".", self._at):
                break
            self._at += 1
        return parts

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._key())
        end, self._at = self._at, start
        self._note(path)
        self._at = self._text.index("=", end) + 1
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_space()
        match self._text[self._at : self._at + 1]:
            case "[":
                self._members(path, "]")
            case "{":
                self._members(path, "}")
            case '"' | "'":
                found = _TEXT.match(self._text, self._at)
                self._at = found.end() if found else len(self._text)
            case _:
                found = _BARE.match(self._text, self._at)
                self._at = max(found.end() if found else 0, self._at + 1)

    def _members(self, path: Path, closing: str) -> None:
        """Read the members of an array or of an inline table."""
        self._at += 1
        index = 0
        while self._skip_space() and not self._text.startswith(closing, self._at):
            if self._text.startswith(",", self._at):
                self._at += 1
            elif closing == "}":
                self._pair(path)
            else:
                self._note((*path, index))
                self._value((*path, index))
                index += 1
        self._at += 1
