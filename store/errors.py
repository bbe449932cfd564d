"""What can go wrong in the store, as a small tree.

StoreError
├── StorageUnavailable      a fault of this machine; trying again later can help
│   └── StorageFull         the disk, a quota or a file-size limit is exhausted
├── SealError               a sealed text cannot be opened or the key is unusable
├── NotFound                no record has this reference or number
├── Forbidden               the present state does not allow this step
└── SchemaMismatch          the database was made by another version of the program
"""

from __future__ import annotations


class StoreError(Exception):
    """Something in the store went wrong."""


class StorageUnavailable(StoreError):  # noqa: N818 - named as an operator would say it
    """The database or the folder for evidence cannot be used at the moment."""


class StorageFull(StorageUnavailable):
    """No space is left for the database or for evidence."""


class SealError(StoreError):
    """A sealed text cannot be opened, or the key cannot be used."""


class NotFound(StoreError):  # noqa: N818 - named as an operator would say it
    """No record has this reference.

    ``nearest`` holds existing references that look alike, best first.
    """

    def __init__(self, message: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.nearest = nearest


class Forbidden(StoreError):  # noqa: N818 - named as an operator would say it
    """The record's present state does not allow this step."""


class SchemaMismatch(StoreError):  # noqa: N818 - named as an operator would say it
    """The database's schema is older or newer than this program."""
