"""What the daemon and a reading process say to each other: octets, each with its length before.

What comes back from a reader is opened with suspicion, as a mail may have taken the reader over:
only plain values and our own frozen words come out of it, and no code is ever called by name.
"""

from __future__ import annotations

import io
import pickle
import struct
from dataclasses import is_dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum
from typing import Any, Final

LENGTH: Final = struct.Struct(">Q")
# No reading result comes near it.
LARGEST_RESULT: Final = 64 * 1024 * 1024

_PLAIN: Final = {
    ("datetime", kind.__name__): kind for kind in (date, datetime, timedelta, timezone)
}
_OURS: Final = ("store.", "ingest.reading.")


def packed(value: object) -> bytes:
    """Write a value down."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpacked(octets: bytes) -> Any:  # noqa: ANN401 - the taker checks what it is
    """Read a value that a reading process wrote. Raises UnpicklingError for anything else."""
    return _Suspicious(io.BytesIO(octets)).load()


class _Suspicious(pickle.Unpickler):
    """Makes times, frozen values and enumerations of ours, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 - the base class has it so
        if (module, name) in _PLAIN:
            return _PLAIN[module, name]
        if (module, name) == ("builtins", "getattr"):
            # Python 3.11.0 to 3.11.3 name the members of enumerations so.
            return _member
        if module.startswith(_OURS) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Enum)):
                return found
        raise pickle.UnpicklingError(f"a reading process sent {module}.{name}")


def _member(kind: object, name: str) -> Enum:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind[name]
    raise pickle.UnpicklingError("a reading process asked for an attribute")
