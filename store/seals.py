"""Seals short secrets of our own, such as the tokens of logins, for this installation's key only.

Unlike mails they are sealed for no further recipients: who may read old mail in a court case has
no business with a mailbox.
"""

from __future__ import annotations

import pyrage

from store.errors import SealError
from store.keys import Identity


class Seal:
    """Seals and opens. Its parts show no key."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    def close(self, plain: bytes) -> bytes:
        """Seal a secret."""
        sealed: bytes = pyrage.encrypt(plain, [self._identity.to_public()])
        return sealed

    def open(self, sealed: bytes) -> bytes:
        """Open a secret. Raises SealError when it was sealed for another key."""
        try:
            plain: bytes = pyrage.decrypt(sealed, [self._identity])
        except pyrage.DecryptError as error:
            raise SealError("this secret was sealed for another key") from error
        return plain
