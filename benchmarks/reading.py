"""How long reading a mail takes, beside parsing its structure alone.

Each invented mail is read in this process again and again for a second: by tipline (structure,
charsets, the writer's own words, language, urgency, accounts) and by the standard library's
``email.message_from_bytes`` (structure only, lazily). The ratio is the price of understanding.

Then the whole corpus (every client, language and kind of mail there is) is read in one call of
``tipline parse``'s pool with one reader, start not counted, and what one mail took is printed.
"""

from __future__ import annotations

import email
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from statistics import median

from senders import invented_mail

from ingest.reading import ReadingRules, read_message
from ingest.workers import ReadingLimits, ReadingPool

CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
CORPUS_ROUNDS = 5
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
    _measure_corpus()


def _measure_corpus() -> None:
    mails = [path.read_bytes() for path in sorted(CORPUS.rglob("*.eml"))] * CORPUS_ROUNDS
    pool = ReadingPool(ReadingRules(), ReadingLimits(workers=1))
    try:
        # The reader loads what it needs with its first mails.
        pool.read_all((raw, None) for raw in mails[:10])
        begun = time.perf_counter()
        pool.read_all((raw, None) for raw in mails)
        ours = time.perf_counter() - begun
    finally:
        pool.close()
    begun = time.perf_counter()
    for raw in mails:
        email.message_from_bytes(raw)
    bare = time.perf_counter() - begun
    print(
        f"  corpus, {len(mails)} mails through a reader: {ours / len(mails) * 1000:.2f} ms each, "
        f"structure alone {bare / len(mails) * 1000:.2f} ms, ratio {ours / bare:.1f}"
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
