"""Whether the rest of a sentence says that somebody only told or saw something."""

from __future__ import annotations

from typing import Final

from ingest.reading.accounts.phones import BY_PHONE
from ingest.reading.accounts.scene import Scene
from ingest.reading.accounts.vocabulary import SUSPECTS, VICTIMS

# Characters after a handle in which something may be said of who it is.
LATER: Final = 110

# Of whom it is said instead ("@name, my daughter told me"), or what the account itself does.
_OTHERS: Final = SUSPECTS | VICTIMS | {"first", "contact"}


def told_later(scene: Scene, number: int) -> bool:
    """Tell whether it is said of an account, before anybody else is spoken of."""
    here = scene.places[number]
    if here.platform in BY_PHONE:
        return False
    for found in scene.found_between(here.end, min(scene.ceiling(number), here.end + LATER)):
        if found.tag == "told":
            return True
        if found.tag in _OTHERS and not scene.is_label(found):
            return False
    return False
