"""A confined process can open no file: whatever reading may want is loaded before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# In a process of its own, as nothing may have been loaded before, and no hook can be taken off.
PROGRAM = """
import sys
from ingest.preload import load_everything
from ingest.reading import read_message
from ingest.reading.rules import ReadingRules
from tests.scoring.corpus import HALVES, cases

mails = [case.raw for half in HALVES for case in cases(half)][:: int(sys.argv[1])]
load_everything(ReadingRules())
sys.addaudithook(lambda event, args: print(args[0]) if event == "open" else None)
for mail in mails:
    read_message(mail, None, ReadingRules())
"""


@pytest.mark.parametrize("every", [10, pytest.param(1, marks=pytest.mark.long)])
def test_no_mail_of_the_corpus_has_a_file_opened(every: int) -> None:
    command = [sys.executable, "-c", PROGRAM, str(every)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
