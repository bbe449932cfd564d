"""One labelled mail as a person writes it down: the words, and what reading must make of them.

An entry is checked at birth; what is wrong with it is said in one line. The form of the mail (its
client) is only named here; ``forms.py`` makes the octets.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from store.model import MailKind, Role

LANGUAGES = (
    "en", "es", "pt", "fr", "de", "it", "nl", "pl", "tr",
    "ru", "uk", "ar", "hi", "ja", "ko", "zh", "id", "vi",
)  # fmt: skip
# Who writes a report gets a receipt; an answer joins its report and gets no second one.
ANSWERED = frozenset({MailKind.REPORT})


def _block(text: str) -> str:
    """Take the line ends away that TOML's long strings bring."""
    return text.strip("\r\n")


Text = Annotated[str, AfterValidator(_block)]


class Part(BaseModel):
    """A further part of the mail: a file, or what a machine puts beside its text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str = Field(pattern=r"^[a-z]+/[a-z0-9.+-]+(?:;.*)?$")
    text: Text = ""
    name: str = ""


class Entry(BaseModel):
    """A mail to be made, and its labels. The fields are told in ``tests/corpus/README.md``."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    name: str = Field(min_length=1)
    traits: tuple[str, ...] = ()
    client: str = "plain"
    sender: str = Field(default="Anna Berg <anna@example.org>", alias="from")
    to: str = "cp@chirper.example"
    subject: str = ""
    language: str | None = None
    words: Text = ""
    signature: Text = ""
    footer: bool | Text = False
    quoted: Text = ""
    quoted_from: str = "Ben Klein <ben@example.net>"
    quoted_to: str | None = None
    quoting: Literal["top", "bottom", "interleaved"] = "top"
    forward: Text = ""
    html: Text = ""
    headers: dict[str, str] = Field(default_factory=dict)
    reverse_path: str | None = None
    charset: str | None = None
    declared_charset: str | None = None
    transport: Literal["7bit", "8bit", "quoted-printable", "base64"] | None = None
    parts: tuple[Part, ...] = ()
    multipart: str = "mixed"
    kind: MailKind = MailKind.REPORT
    answer: bool | None = None
    urgent: bool = False
    urgency: str | None = None
    category: str | None = None
    accounts: tuple[tuple[str, str, Role], ...] = ()

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.language is not None and self.language not in LANGUAGES:
            raise ValueError(f"language is none of the eighteen: {self.language}")
        if self.urgency and not self.urgent:
            raise ValueError("urgency is given, but urgent is not true")
        if any(not platform or not account for platform, account, _ in self.accounts):
            raise ValueError("an account needs a platform and a handle, an id or a URL")
        return self

    @property
    def is_answered(self) -> bool:
        """Tell whether a receipt is expected."""
        return self.kind in ANSWERED if self.answer is None else self.answer
