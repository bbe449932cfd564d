from __future__ import annotations

import json
from pathlib import Path

from tests.tipline.command import Run
from tipline.button.links import Wanted, languages, link

CP = Wanted(address="cp@chirper.example")


def test_without_anything_the_english_html_is_printed(run: Run) -> None:
    made = run("button")
    assert (made.status, made.err) == (0, "")
    assert made.out.startswith('<div class="tipline-report" lang="en" dir="ltr">')


def test_one_thing_is_printed_in_the_languages_asked_for(run: Run) -> None:
    made = run("button", "--print", "link", "--language", "de-AT,fr", "--language", "ar")
    assert made.out.splitlines() == [link(each, CP).url for each in ("de", "fr", "ar")]


def test_a_picture_is_printed_alone(run: Run) -> None:
    assert run("button", "--print", "qr-svg").out.startswith("<?xml")
    made = run("button", "--print", "svg", "--language", "de,fr")
    assert made.status == 1
    assert "choose one --language" in made.err


def test_all_files_of_all_languages_are_written(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "button"
    made = run("button", "--output", str(folder), "--account", "@{account}")
    assert made.status == 0
    assert f"{5 * len(languages()) + 1} files are in {folder}" in " ".join(made.out.split())
    assert "%40{account}%0D%0A" in (folder / "link.hi.txt").read_text()
    assert (folder / "qr.hi.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_written_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    made = run("button", "--output", str(tmp_path / "file"))
    assert made.status == 1
    assert "cannot write" in made.err


def test_programs_get_everything_as_json(run: Run) -> None:
    records = json.loads(run("button", "--json").out)
    assert [each["language"] for each in records] == list(languages())
    assert records[0]["direction"] == "rtl"
    assert records[0]["link"] == link("ar", CP).url


def test_faults_are_told(run: Run) -> None:
    assert 'no form in "xx"; there are ar, de' in run("button", "--language", "xx").err
    assert "not a mail address" in run("button", "--address", "a b@c").err
    assert "one line" in run("button", "--account", "a\nb").err


def test_an_address_that_is_not_ours_is_remarked_on(run: Run) -> None:
    made = run("button", "--address", "help@chirper.example", "--print", "link")
    assert made.out.startswith("mailto:help@chirper.example?")
    assert "none of addresses.reporting" in made.err
    assert run("button", "--address", "CP@chirper.example").err == ""
