"""Benchmarks: ``make bench`` runs them all in about half a minute.

    accepting   durable SMTP accept beside a listener that keeps nothing
    fetching    a full mailbox, taken in and moved, beside only fetching it
    filing      the whole program, from the first mail to the last receipt
    importing   an mbox taken in beside only reading it
    reading     reading a mail beside parsing its structure
    starting    what a command costs from start to end, beside Python's own start
    storm       what the duty officer gets of a storm of reports

Everything runs on the loopback interface and in temporary folders, with invented mails. Figures
depend on the machine and its disk; the ratios travel better. Name some to run only those:
``python benchmarks/run.py reading``.
"""

from __future__ import annotations

import sys
import time

import accepting
import fetching
import filing
import importing
import reading
import starting
import storm

ALL = {
    "accepting": accepting,
    "fetching": fetching,
    "filing": filing,
    "importing": importing,
    "reading": reading,
    "starting": starting,
    "storm": storm,
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    for name in names or ALL:
        begun = time.perf_counter()
        print(f"{name}:", flush=True)
        ALL[name].measure()
        print(f"  ({time.perf_counter() - begun:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
