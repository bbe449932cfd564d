"""Files with a secret: read each time, so that a renewed secret is used without a restart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from outside.oauth.errors import LoginError

# More than any key or token has; a wrong path may name anything.
MAX_OCTETS: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file that holds one secret and what the secret is, for errors."""

    what: str
    path: Path | None

    def read(self) -> str:
        """Give the secret. Raises LoginError, with what to mend."""
        if self.path is None:
            raise LoginError(f"the {self.what} is missing", "name its file", for_good=True)
        try:
            with self.path.open("rb") as file:
                text = file.read(MAX_OCTETS).decode("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
            raise LoginError(
                f"the {self.what} {self.path} cannot be read: {reason}",
                "put it there, readable for the user who runs tipline",
                for_good=True,
            ) from None
        if not text:
            raise LoginError(f"the {self.what} {self.path} is empty", for_good=True)
        return text
