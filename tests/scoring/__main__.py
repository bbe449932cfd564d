"""``make score``: how well the labelled corpus is read, half by half.

``--misses`` shows each mail that was not read as expected; ``--write`` puts the mails into a
folder, so that one can look at them or send them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from rich.console import Console

from tests.scoring import report, score
from tests.scoring.corpus import HALVES, Case, CorpusError, cases

# Tables are as wide as they are, also where the output is no terminal.
WIDTH = 160


def main() -> int:
    """Run with the arguments of the command line."""
    arguments = _arguments()
    try:
        chosen = [case for case in cases(arguments.half) if _is_asked(case, arguments)]
    except CorpusError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if arguments.write:
        _write(chosen, arguments.write)
        return 0
    mails = score.scored(chosen)
    if arguments.json:
        sys.stdout.write(json.dumps(_by_half(mails), indent=2, ensure_ascii=False) + "\n")
        return 0
    console = Console(width=WIDTH, soft_wrap=True, markup=False, highlight=False)
    if arguments.misses:
        report.print_misses(console, mails)
    else:
        report.print_all(console, _halves(mails))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.scoring", description=__doc__)
    parser.add_argument("--half", choices=[*HALVES, "all"], default="all")
    parser.add_argument("--language", help="only mails in this language")
    parser.add_argument("--trait", help="only mails with this trait")
    parser.add_argument("--name", help="only mails whose name holds this")
    parser.add_argument("--misses", action="store_true", help="show what was not read well")
    parser.add_argument("--json", action="store_true", help="print all figures as JSON")
    parser.add_argument("--write", type=Path, metavar="DIR", help="write the mails, score nothing")
    return parser.parse_args()


def _is_asked(case: Case, arguments: argparse.Namespace) -> bool:
    return (
        arguments.language in {None, case.language}
        and (not arguments.trait or arguments.trait in case.traits)
        and (not arguments.name or arguments.name in case.name)
    )


def _halves(mails: list[score.Scored]) -> dict[str, list[score.Scored]]:
    by_half = {half: [each for each in mails if each.case.half == half] for half in HALVES}
    return {half: chosen for half, chosen in by_half.items() if chosen}


def _by_half(mails: list[score.Scored]) -> dict[str, object]:
    return {half: score.as_json(chosen) for half, chosen in _halves(mails).items()}


def _write(chosen: list[Case], folder: Path) -> None:
    for case in chosen:
        path = folder / case.half / f"{case.name}.eml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.raw)


if __name__ == "__main__":
    raise SystemExit(main())
