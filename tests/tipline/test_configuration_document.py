"""``docs/configuration.md`` and the example say what the models say, and nothing else."""

from __future__ import annotations

import re
import tomllib
from datetime import date, time, timedelta
from pathlib import Path
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from tipline.settings.environment import DELIMITER, PREFIX
from tipline.settings.load import load_settings
from tipline.settings.model import Settings
from tipline.settings.sections.casework import Cases
from tipline.settings.sections.intake import Reading, Smtp
from tipline.settings.sections.log import Log
from tipline.settings.sections.reporters import Acknowledgement, Notices
from tipline.settings.values.amounts import parse_size, show_size
from tipline.settings.values.durations import show_duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic.fields import FieldInfo

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / "systemd" / "tipline.example.toml"
# What stands for a name of one's own, or for one of the four severities.
PLACEHOLDERS = {
    "people": "NAME",
    "rotas": "NAME",
    "channels": "CHANNEL",
    "mailboxes": "NAME",
    "folders": "NAME",
    "oauth": "NAME",
    "defaults": "NAME",
}


def test_the_document_has_one_row_for_each_setting() -> None:
    table = DOCUMENT.read_text("utf-8").partition("## Every key")[2]
    written = [line for line in table.splitlines() if line.startswith("| `")]

    assert written == list(rows())


def test_the_example_is_a_configuration_that_loads() -> None:
    settings = load_settings(EXAMPLE)

    assert not settings.try_out
    assert settings.addresses.reporting == ("cp@chirper.example",)
    assert settings.relay is not None


def test_the_example_names_every_key_of_every_section() -> None:
    text = EXAMPLE.read_text("utf-8")
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", text, flags=re.MULTILINE))
    keys = {key.rpartition(".")[2] for key, _ in settings_and_fields()} - {"SEVERITY"}

    # Those of inline tables.
    within = {"notify", "via", "only_between", "addresses", "severity", "language"}
    assert keys - named == within
    for key in within:
        assert f"{key} = " in text


def test_the_example_with_every_comment_taken_away_loads_too(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    uncommented = re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE)
    path = tmp_path / "tipline.toml"
    path.write_text(uncommented, "utf-8")

    assert tomllib.loads(uncommented) != tomllib.loads(text)
    assert load_settings(path).smtp.tls_key == Path("/etc/tipline/certificate.key")


def test_what_the_example_shows_as_defaults_are_the_defaults(tmp_path: Path) -> None:
    text = EXAMPLE.read_text("utf-8")
    path = tmp_path / "tipline.toml"
    path.write_text(re.sub(r"^# (?=[a-z_]+ = )", "", text, flags=re.MULTILINE), "utf-8")
    settings = load_settings(path)
    changed = {"host", "port", "hostname", "tls_certificate", "tls_key"}

    assert settings.reading == Reading()
    assert settings.cases == Cases()
    assert settings.log == Log()
    # What has no default is shown with a value as well.
    assert settings.acknowledgement == Acknowledgement(decide_within=timedelta(days=7))
    assert settings.notices == Notices()
    assert settings.smtp.model_dump(exclude=changed) == Smtp().model_dump(exclude=changed)


def rows() -> Iterator[str]:
    """Write the rows of the document as the models would have them."""
    for key, field in settings_and_fields():
        inline = ".N." in key or kind_of(field) == "table"
        variable = "" if inline else f"`{PREFIX}{key.replace('.', DELIMITER).upper()}`"
        cells = (f"`{key}`", kind_of(field), default_of(field), field.description, variable)
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


def settings_and_fields(
    model: type[BaseModel] = Settings, prefix: str = ""
) -> Iterator[tuple[str, FieldInfo]]:
    for name, field in model.model_fields.items():
        section = model_in(field.annotation)
        if section is None:
            yield prefix + name, field
        elif name == "policies" and prefix:
            yield f"{prefix}policies.SEVERITY", field
        elif name == "policies":
            # The four severities have the same keys.
            policy = model_in(section.model_fields["high"].annotation)
            assert policy is not None
            yield from settings_and_fields(policy, "policies.SEVERITY.")
            yield "policies.categories.CATEGORY.SEVERITY", section.model_fields["categories"]
        elif name in {"steps", "layers"}:
            yield prefix + name, field
            yield from settings_and_fields(section, f"{prefix}{name}.N.")
        elif name == "only_between":
            yield prefix + name, field
            yield from settings_and_fields(section, f"{prefix}{name}.")
        else:
            own = f"{PLACEHOLDERS[name]}." if name in PLACEHOLDERS else ""
            yield from settings_and_fields(section, f"{prefix}{name}.{own}")


def model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - what the library hands out
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := model_in(one))), None)


def kind_of(field: FieldInfo) -> str:
    annotation = field.annotation
    if get_origin(annotation) in {Union, UnionType}:
        annotation = next(one for one in get_args(annotation) if one is not type(None))
    if get_origin(annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(annotation))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is tuple:
        return "list"
    if get_origin(annotation) is dict or model_in(annotation):
        return "table"
    if any(getattr(one, "func", None) is parse_size for one in field.metadata):
        return "size"
    if "parse_weekday" in str(field.annotation):
        return "day of the week"
    kinds = {bool: "true or false", int: "number", timedelta: "duration", Path: "path"}
    return {**kinds, date: "date", time: "time of day"}.get(annotation, "text")


def default_of(field: FieldInfo) -> str:
    default = field.default if field.default_factory is None else None
    match default:
        case _ if default is PydanticUndefined:
            return "required"
        case None:
            return ""
        case bool():
            return f"`{str(default).lower()}`"
        case timedelta():
            return f"`{show_duration(default)}`"
        case tuple():
            return f"`[{', '.join(default)}]`"
        case _:
            text = show_size(default) if kind_of(field) == "size" else default
            return f"`{text}`"
