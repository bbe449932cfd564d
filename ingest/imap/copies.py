"""Which mails were copied to a folder, where nobody came back to note that they were.

A copy has the octets of its mail and a UID that is not lower than the folder's next one was when
the copying began (RFC 3501 section 2.3.1.1). Each copy stands for one mail: of two alike, one may
have been copied and the other not, and an older mail of the same Message-ID is a copy of neither.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from imapclient import IMAPClient

_AT_ONCE: Final = 500
# What a mail and its copy have in common; of the body only the size, as it may be large.
_SIZE: Final = b"RFC822.SIZE"
_HEADER: Final = b"BODY[HEADER]"

_Likeness = tuple[int, str]


def next_uid(client: IMAPClient, folder: str) -> int:
    """Give the UID that the next mail of a folder can have; 1 where the server does not tell."""
    status = client.folder_status(folder, ["UIDNEXT"])
    return int(status.get(b"UIDNEXT", 1))


def not_copied(client: IMAPClient, source: str, begun: Mapping[int, int], target: str) -> list[int]:
    """Give those of the mails ``begun`` that are in ``source`` and have no copy in ``target``.

    ``begun`` has the lowest UID that the copy of each mail can have. ``source`` is selected, and
    is selected again at the end.
    """
    if not begun:
        return []
    originals = dict(_likenesses(client, sorted(begun)))
    try:
        copies = _copies(client, target, min(begun.values()))
    finally:
        # Whatever was refused, the UIDs that are used next are those of this folder.
        client.select_folder(source)
    missing = []
    # Those that are gone from here were copied: nothing else takes them away.
    for uid, likeness in originals.items():
        found = [copy for copy in copies[likeness] if copy >= begun[uid]]
        if found:
            copies[likeness].remove(found[0])
        else:
            missing.append(uid)
    return missing


def _copies(client: IMAPClient, folder: str, lowest: int) -> dict[_Likeness, list[int]]:
    """Give the UIDs of what came into a folder from a UID on, by likeness, in order."""
    copies: dict[_Likeness, list[int]] = defaultdict(list)
    client.select_folder(folder, readonly=True)
    # "n:*" names the last mail also where its UID is lower than n (RFC 3501 section 6.4.8).
    uids = [uid for uid in client.search(f"UID {lowest}:*") if uid >= lowest]
    for uid, likeness in _likenesses(client, sorted(uids)):
        copies[likeness].append(uid)
    return copies


def _likenesses(client: IMAPClient, uids: Sequence[int]) -> Iterator[tuple[int, _Likeness]]:
    for start in range(0, len(uids), _AT_ONCE):
        found = client.fetch(uids[start : start + _AT_ONCE], ["RFC822.SIZE", "BODY.PEEK[HEADER]"])
        for uid, parts in sorted(found.items()):
            yield uid, _likeness(parts)


def _likeness(parts: Mapping[bytes, Any]) -> _Likeness:
    header = parts.get(_HEADER)
    octets = header if isinstance(header, bytes) else b""
    return int(parts.get(_SIZE, 0)), hashlib.sha256(octets).hexdigest()
