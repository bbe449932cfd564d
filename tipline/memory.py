"""Giving memory back to the system: what the C library would otherwise keep for each thread.

The GNU C library gives each thread an arena of its own, and learns from the first large mail that
large pieces had better be kept. A mailbox's thread that has once held a mail of 20 MB then keeps
that much for ever: a daemon with a few mailboxes holds four times what it uses. With fixed
thresholds large pieces go back at once, and few arenas share what is free. Elsewhere, nothing is
done.
"""

from __future__ import annotations

import ctypes
from contextlib import suppress
from typing import Final

# malloc.h of the GNU C library, and octets; a threshold that is set is not changed by the library.
_TRIM_THRESHOLD: Final = (-1, 1024 * 1024)
_MMAP_THRESHOLD: Final = (-3, 256 * 1024)
_ARENA_MAX: Final = (-8, 2)


def give_memory_back() -> None:
    """Have the C library keep little of what is freed; before any thread is started."""
    with suppress(OSError, AttributeError):
        library = ctypes.CDLL(None)
        # Only there these numbers mean what they are to.
        _ = library.gnu_get_libc_version
        for option, value in (_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX):
            library.mallopt(option, value)
