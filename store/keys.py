"""Keys of an installation: the sealing key (age) and the key that signs reply addresses.

Each is made at first start, readable by its owner only. The sealing key is never made anew when it
is missing but was in use: a new one would silently lock away everything sealed before. A new token
key only makes older reply addresses unknown.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import pyrage

from store.durable import write_durably
from store.errors import SealError

Identity = pyrage.x25519.Identity
Recipient = pyrage.x25519.Recipient

_READABLE_BY_ALL = 0o007
_TOKEN_KEY_BYTES = 32


def load_identity(path: Path) -> Identity:
    """Read the secret sealing key.

    The file holds one line ``AGE-SECRET-KEY-1…``; lines that begin with ``#`` are comments, as
    the age tools write them. Raises SealError when the file is unusable.
    """
    lines = _read_secret(path).decode("ascii", errors="replace").splitlines()
    keys = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    if len(keys) != 1:
        raise SealError(f"the sealing key {path} must hold exactly one line AGE-SECRET-KEY-1...")
    try:
        return Identity.from_str(keys[0])
    except pyrage.IdentityError as error:
        raise SealError(
            f"the sealing key {path} is not an age secret key; restore it from your backup",
        ) from error


def create_identity(path: Path) -> Identity:
    """Make a sealing key, mode 0600, durable before it is used."""
    identity = Identity.generate()
    text = f"# public key: {identity.to_public()}\n{identity}\n"
    write_durably(path, text.encode("ascii"))
    return identity


def parse_recipient(text: str) -> Recipient:
    """Read a public key ``age1…``; SealError when it is none."""
    try:
        return Recipient.from_str(text.strip())
    except pyrage.RecipientError as error:
        raise SealError(f"{text!r} is not an age public key (age1...)") from error


def load_or_create_token_key(path: Path) -> bytes:
    """Read the key that signs reply addresses, or make it at first start."""
    if not path.exists():
        write_durably(path, secrets.token_bytes(_TOKEN_KEY_BYTES))
    key = _read_secret(path)
    if len(key) < _TOKEN_KEY_BYTES:
        raise SealError(f"the token key {path} is too short; delete it to have a new one made")
    return key


def _read_secret(path: Path) -> bytes:
    """Read a file that only its owner may read."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read()
    except OSError as error:
        raise SealError(f"the key {path} cannot be read: {error.strerror}") from error
    if mode & _READABLE_BY_ALL:
        raise SealError(f"the key {path} can be read by everybody; run: chmod 600 {path}")
    return content
