"""Turn what the models reject into faults: the place, the key and one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import BaseModel, ValidationError

from tipline.settings.environment import Environment
from tipline.settings.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pydantic_core import ErrorDetails

    from tipline.settings.lines import Path

# What the models' own complaints are called in plain words; {names} come from the complaint.
_SENTENCES: Final = {
    "missing": "is missing",
    "value_error": "{error}",
    "too_short": "must not be empty",
    "literal_error": "must be {expected}",
    "int_parsing": '"{input}" is not a whole number',
    "int_type": '"{input}" is not a whole number',
    "int_from_float": '"{input}" is not a whole number',
    "bool_parsing": '"{input}" is neither true nor false',
    "bool_type": '"{input}" is neither true nor false',
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "model_type": "must be a section with keys of its own",
    "model_attributes_type": "must be a section with keys of its own",
    "dict_type": "must be a section with keys of its own",
    "tuple_type": "must be a list",
    "string_type": "must be text",
    "path_type": "must be text",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Origin:
    """Where the values came from. ``file`` is empty when there is none."""

    file: str = ""
    lines: Mapping[Path, int] = field(default_factory=dict)
    environment: Environment = field(default_factory=Environment)

    def fault(self, path: Path, message: str) -> Fault:
        """Make a fault about the key at ``path``, placed as near to it as possible."""
        variable = self._variable(path)
        if variable:
            return Fault(place=f"environment {variable}", message=message)
        key = ".".join(str(part) for part in path)
        line = self._line(path)
        place = f"{self.file}, line {line}" if line else self.file
        return Fault(place=place, key=key, message=message, line=line)

    def _variable(self, path: Path) -> str:
        names = self.environment.names
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return ""
            for name, variable in names.items():
                if name == path[:length] or (length > 1 and name[:length] == path[:length]):
                    return variable
        return ""

    def _line(self, path: Path) -> int:
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 0


def explain(error: ValidationError, model: type[BaseModel], origin: Origin) -> list[Fault]:
    """Make one fault of each error; a list whose only item is wrong is not called empty too."""
    errors = error.errors(include_url=False)
    within = {
        details["loc"][:length] for details in errors for length in range(1, len(details["loc"]))
    }
    return [
        _explain_one(details, model, origin)
        for details in errors
        if details["type"] != "too_short" or details["loc"] not in within
    ]


def _explain_one(details: ErrorDetails, model: type[BaseModel], origin: Origin) -> Fault:
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    context: dict[str, Any] = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            return origin.fault(path, _unknown_key(path, model))
        case "at_item":
            return origin.fault((*path, context["item"]), details["msg"])
        case kind:
            sentence = _SENTENCES.get(kind)
            values = {"input": details["input"], **context}
            message = sentence.format_map(values) if sentence else details["msg"]
            return origin.fault(path, message)


def _unknown_key(path: Path, model: type[BaseModel]) -> str:
    nearest = get_close_matches(str(path[-1]), _keys_at(path[:-1], model), n=1, cutoff=0.6)
    question = f'; did you mean "{nearest[0]}"?' if nearest else ""
    return f"is not a known setting{question}"


def _keys_at(path: Path, model: type[BaseModel]) -> list[str]:
    """List the keys of the section at ``path``."""
    inside: Any = model
    for part in path:
        fields = getattr(inside, "model_fields", None)
        if fields is not None:
            inside = _model_in(fields[str(part)].annotation) if str(part) in fields else None
    return list(getattr(inside, "model_fields", {}))


def _model_in(annotation: Any) -> type[BaseModel] | None:  # noqa: ANN401 - any annotation there is
    """Find the section inside ``Relay | None``, ``dict[str, Person]`` or ``tuple[Step, ...]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found:
            return found
    return None
