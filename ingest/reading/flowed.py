"""Join the lines of ``format=flowed`` text (RFC 3676 section 4).

A flowed line ends in a space and goes on in the next line of the same quote depth; the signature
separator ``-- `` never flows (section 4.3). With ``delsp=yes`` the space goes (section 4.1).
"""

from __future__ import annotations

from ingest.reading.parts import Part

SIGNATURE_MARK = "-- "


def is_flowed(part: Part) -> bool:
    """Tell whether a part says that its lines flow."""
    return str(part.get_param("format", "")).lower() == "flowed"


def deletes_space(part: Part) -> bool:
    """Tell whether the space before a soft break is not part of the text."""
    return str(part.get_param("delsp", "")).lower() == "yes"


def unflow(text: str, *, delete_space: bool) -> str:
    """Give the text with soft breaks undone and quote marks kept."""
    paragraphs: list[list[str]] = []
    open_depth: int | None = None
    for line in text.splitlines():
        depth, content = _split_quote(line)
        if open_depth == depth and content != SIGNATURE_MARK:
            paragraphs[-1].append(content)
        else:
            paragraphs.append([">" * depth + " " if depth else "", content])
        flows = content.endswith(" ") and content != SIGNATURE_MARK
        if flows and delete_space:
            paragraphs[-1][-1] = content[:-1]
        open_depth = depth if flows else None
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _split_quote(line: str) -> tuple[int, str]:
    """Take the quote marks and one stuffed space off a line (section 4.4)."""
    content = line.lstrip(">")
    return len(line) - len(content), content.removeprefix(" ")
