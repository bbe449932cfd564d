"""What is wrong with a template, found before it is needed: where, which placeholder, and why.

Each template is looked at twice. Its source shows placeholders that nobody fills, in branches no
sample reaches too, and such as are missing; filling it with samples shows all else. Where there
are an operator's own, only they are looked at: ours are in the tests, and looking costs a second.
"""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from notifier.letters import (
    FALLBACK_LANGUAGE,
    HTML,
    LAYOUT,
    TEXT,
    Letter,
    Letters,
    Values,
    fault_text,
    filled,
    folder_of,
    made,
    marked,
)

# What the HTML of a letter may use besides the letter's own placeholders.
_OF_HTML = frozenset({"subject", "sections", "links", "language", "direction"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """What a template of one name is tried with.

    ``required`` are the placeholders without which the mail would be of no use; ``has_html`` is
    True for a letter with both looks of ``marks``.
    """

    values: Sequence[Values]
    required: frozenset[str] = frozenset()
    has_html: bool = False
    links: Collection[str] = ()


def faults(letters: Letters, samples: Mapping[str, Sample]) -> tuple[str, ...]:
    """Look at ``letters.paths()``; tell each fault with the file, the line and the placeholder."""
    own = letters.own_folder
    if own is not None and not own.is_dir():
        return (f"{own}: is no folder",)
    return tuple(
        f"{letters.place(path)}: {fault}"
        for path in letters.paths()
        for fault in _faults_of(letters.templates, path, samples)
    )


def fill(letters: Letters, name: str, folder: str, sample: Sample) -> Letter | str:
    """Fill a template with its first sample; what is wrong with it instead, when it is faulty."""
    path = f"{folder}/{name}{TEXT}"
    own = {path, f"{folder}/{name}{HTML}", LAYOUT}
    for each in sorted(own & set(letters.templates.list_templates())):
        for fault in _faults_of(letters.templates, each, {name: sample}):
            return f"{letters.place(each)}: {fault}"
    values = sample.values[0]
    letter = filled(letters.templates, [path], values)
    if not sample.has_html:
        return letter
    return marked(letters.templates, letter, name, made(values, folder), sample.links)


def _faults_of(templates: Environment, path: str, samples: Mapping[str, Sample]) -> Iterator[str]:
    folder, _, file = path.rpartition("/")
    if path == LAYOUT:
        if any(sample.has_html for sample in samples.values()):
            yield from _layout_faults(templates, samples)
        return
    name, suffix = file.partition(".")[0], file[file.find(".") :]
    sample = samples.get(name)
    if sample is None or suffix not in {TEXT, HTML} or (suffix == HTML and not sample.has_html):
        known = ", ".join(sorted(samples))
        yield f"is never used; there are {known}, each with {TEXT}"
        return
    if folder_of(folder) != folder:
        yield "is never used; name the folder like en or de"
        return
    yield from _template_faults(templates, path, name, sample)


def _template_faults(templates: Environment, path: str, name: str, sample: Sample) -> Iterator[str]:
    folder, is_html = path.partition("/")[0], path.endswith(HTML)
    values = [made(each, folder) for each in sample.values]
    known = {key for each in values for key in each} | (_OF_HTML if is_html else frozenset())
    wrong = list(
        _source_faults(templates, path, known, frozenset() if is_html else sample.required)
    )
    yield from wrong
    if not wrong:
        yield from _filling_faults(templates, folder, name, path, sample)


def _source_faults(
    templates: Environment, path: str, known: Collection[str], required: frozenset[str]
) -> Iterator[str]:
    """Tell placeholders nobody fills, by line, and those that are missing."""
    try:
        tree = templates.parse(_source(templates, path), filename=path)
    except TemplateSyntaxError as error:
        yield fault_text(error)
        return
    except UnicodeDecodeError as error:
        yield f"is not UTF-8: {error}"
        return
    used = meta.find_undeclared_variables(tree)
    for node in tree.find_all(nodes.Name):
        if node.name in used and node.name not in known:
            names = ", ".join(sorted(known))
            yield f"line {node.lineno}: nobody fills {{{{ {node.name} }}}}; there are {names}"
    for name in sorted(required - used):
        yield f"{{{{ {name} }}}} is missing; a mail without it is of no use"


def _filling_faults(
    templates: Environment, folder: str, name: str, path: str, sample: Sample
) -> Iterator[str]:
    """Fill a template with samples; a fault of the text is not told of the HTML once more."""
    for values in sample.values:
        try:
            letter = filled(templates, [f"{folder}/{name}{TEXT}"], values)
        except Exception as error:  # noqa: BLE001 - a template may raise anything
            yield from [_told(error, path)] if path.endswith(TEXT) else []
            return
        if path.endswith(HTML):
            try:
                marked(templates, letter, name, made(values, letter.language), sample.links)
            except Exception as error:  # noqa: BLE001 - a template may raise anything
                yield _told(error, path)
                return


def _layout_faults(templates: Environment, samples: Mapping[str, Sample]) -> Iterator[str]:
    letters = {name: sample for name, sample in samples.items() if sample.has_html}
    known = _OF_HTML | _common(
        [made(v, FALLBACK_LANGUAGE) for each in letters.values() for v in each.values]
    )
    wrong = list(_source_faults(templates, LAYOUT, known, frozenset({"sections"})))
    if not wrong:
        filling = (
            _filling_faults(templates, FALLBACK_LANGUAGE, name, LAYOUT, sample)
            for name, sample in letters.items()
        )
        wrong = list(dict.fromkeys(fault for faults in filling for fault in faults))
    yield from wrong


def _common(values: Sequence[Mapping[str, Any]]) -> set[str]:
    return set.intersection(*(set(each) for each in values)) if values else set()


def _source(templates: Environment, path: str) -> str:
    assert templates.loader is not None  # noqa: S101 - ours always have one
    return templates.loader.get_source(templates, path)[0]


def _told(error: Exception, path: str) -> str:
    """Say what went wrong and, where Jinja knows it, in which line."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.endswith(path)
    ]
    return fault_text(error, lines[-1] if lines else None)
