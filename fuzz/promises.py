"""What holds of every ParsedMessage, whatever the mail was."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict

from ingest.reading import ParsedMessage
from ingest.reading.bounds import MAX_TEXT

# A line that marks a gap may come on top.
MOST_TEXT = MAX_TEXT + 100
MOST_NAMED = 2_000


def broken(parsed: ParsedMessage) -> str | None:
    """Name a promise that a ParsedMessage does not keep."""
    promises = {
        "nothing fails on its way": not any("Error" in defect for defect in parsed.defects),
        "travels between processes": pickle.loads(pickle.dumps(parsed)) == parsed,
        "the text is bounded": len(parsed.text) <= MOST_TEXT,
        "what is named is bounded": max(len(parsed.sightings), len(parsed.urls)) <= MOST_NAMED,
        "no span is outside its text": _spans_lie_within(parsed),
        "every confidence is a share": all(0 <= s.confidence <= 1 for s in parsed.sightings),
        "times are aware": parsed.date is None or parsed.date.tzinfo is not None,
        "names of files are safe": not any("/" in (p.filename or "") for p in parsed.attachments),
        "a kind has its reason": bool(parsed.kind_reason),
        "can be printed as JSON": _can_be_printed(parsed),
    }
    return next((what for what, holds in promises.items() if not holds), None)


def _spans_lie_within(parsed: ParsedMessage) -> bool:
    lengths = {"text": len(parsed.text), "subject": len(parsed.subject)}
    return all(
        0 <= sighting.span[0] <= sighting.span[1] <= lengths.get(sighting.part, MOST_TEXT)
        for sighting in parsed.sightings
    )


def _can_be_printed(parsed: ParsedMessage) -> bool:
    return bool(json.dumps(asdict(parsed), default=str, ensure_ascii=False).encode())
