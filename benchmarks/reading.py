"""How long reading a mail takes, beside parsing its structure alone.

Each invented mail is read in this process again and again for a second: by tipline (structure,
charsets, the writer's own words, language, urgency, accounts) and by the standard library's
``email.message_from_bytes`` (structure only, lazily). The ratio is the price of understanding.
"""

from __future__ import annotations

import email
import time
from collections.abc import Callable
from email.message import EmailMessage
from statistics import median

from senders import invented_mail

from ingest.reading import ReadingRules, read_message

SECONDS = 1.0
PROFILE = "https://chirper.example/Alex_1"


def measure() -> None:
    """Print the median time per mail and the ratio, for each kind of mail."""
    for name, raw in _mails().items():
        ours = _seconds(lambda raw=raw: read_message(raw, None, ReadingRules()))
        bare = _seconds(lambda raw=raw: email.message_from_bytes(raw))
        print(
            f"  {name:22} {len(raw):8} octets  {ours * 1000:7.2f} ms, "
            f"structure alone {bare * 1000:6.2f} ms, ratio {ours / bare:5.1f}"
        )


def _mails() -> dict[str, bytes]:
    return {
        "plain": invented_mail(1),
        "HTML alternative": _rich(attachment=0),
        "attachment of 1 MB": _rich(attachment=1_000_000),
        "long thread": _mail("> quoted\r\n" * 3000),
    }


def _mail(rest: str) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "maria@mail.example", "Re: please look"
    message.set_content(f"Please look at {PROFILE}, this account worries me.\n\n{rest}")
    return message.as_bytes()


def _rich(attachment: int) -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "maria@mail.example", "please look"
    message.set_content(f"Please look at {PROFILE}\n")
    message.add_alternative(f"<p>Please look at <a href='{PROFILE}'>it</a></p>" * 50, "html")
    if attachment:
        message.add_attachment(
            bytes(attachment), maintype="image", subtype="png", filename="picture.png"
        )
    return message.as_bytes()


def _seconds(work: Callable[[], object]) -> float:
    work()
    times = []
    until = time.perf_counter() + SECONDS
    while (begun := time.perf_counter()) < until or len(times) < 3:
        work()
        times.append(time.perf_counter() - begun)
    return median(times)
