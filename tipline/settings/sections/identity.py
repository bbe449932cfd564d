"""The sections that say who we are: the home platform and our own addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from ingest.addresses import fold_address
from tipline.settings.sections.section import Section
from tipline.settings.sections.staff import CategoryPolicies
from tipline.settings.values.addresses import (
    LONGEST_LOCAL_PART,
    Address,
    Addresses,
    Domain,
    Domains,
    leaves_room,
)
from tipline.settings.values.texts import Expression, Language, Languages, Line, Name, Words


class Platform(Section):
    """The home platform: the one whose reporting address this is."""

    key: Name = Field(description="Short name of the platform in references to accounts.")
    name: Line = Field(description="Name as people know it; appears in mails.")
    hosts: Domains = Field(
        min_length=1,
        description="Hosts of the platform's pages; their subdomains count as well.",
    )
    handle: Expression = Field(description="Regular expression that a whole handle matches.")
    profile_url: Line = Field(description="URL of a profile, with `{handle}` in it.")
    profile_paths: Words = Field(
        min_length=1,
        description="Paths of profiles, with `{handle}` in each.",
    )
    post_paths: Words = Field(
        default=(),
        description="Paths of posts; `{handle}` is the writer, `{digits}` the post.",
    )
    id_paths: Words = Field(
        default=(),
        description="Paths that name an account by number, with `{user_id}` in each.",
    )
    reserved: Words = Field(default=(), description="First path segments that are never handles.")
    own_handles: Words = Field(
        default=(),
        description="Handles of the platform itself: mentioned in reports, never reported.",
    )
    case_sensitive: bool = Field(
        default=False,
        description="Whether handles that differ only in case are different accounts.",
    )

    @field_validator("profile_url")
    @classmethod
    def _names_a_handle(cls, url: str) -> str:
        if "{handle}" not in url or not url.startswith("https://"):
            raise ValueError("must begin with https:// and contain {handle}")
        return url

    @field_validator("profile_paths", "post_paths", "id_paths")
    @classmethod
    def _are_paths(cls, paths: tuple[str, ...]) -> tuple[str, ...]:
        for path in paths:
            if not path.startswith("/"):
                raise ValueError(f'"{path}" is not a path; it has to begin with /')
        return paths


class DefaultsEntry(Section):
    """What holds for reports that come to some of our addresses."""

    addresses: Addresses = Field(
        min_length=1,
        description="Those of `addresses.reporting` that this holds for.",
    )
    severity: Literal["low", "normal", "high", "critical"] = Field(
        default="low",
        description="Least severity of a report that comes there.",
    )
    language: Language | None = Field(
        default=None,
        description=(
            "Language of receipts and later mails to reporters whose own cannot be told. "
            "Without it, English."
        ),
    )
    templates: Path | None = Field(
        default=None,
        description=(
            "Folder whose letters to reporters go before those of `outgoing.templates` and ours."
        ),
    )
    policies: CategoryPolicies | None = Field(
        default=None,
        description=(
            "Policies for cases whose first report came there, which win over those for all. "
            "Those for a category win over these."
        ),
    )


class AddressBook(Section):
    """Our own addresses."""

    reporting: Addresses = Field(
        min_length=1,
        description=(
            "Addresses reports are mailed to; our mails come from the first. Replies come to the "
            "first of its domain, else of all, that leaves room for a token: 24 octets at most "
            "before the @."
        ),
    )
    from_name: Line = Field(
        default="Child Protection",
        description="Name beside the address in the mails we send.",
    )
    answer_from: Literal["first", "same-domain", "any"] = Field(
        default="same-domain",
        description=(
            "Which of the addresses writes to a reporter: always the first (`first`), the one "
            "they wrote to if it is at the domain of the first (`same-domain`), or whichever they "
            "wrote to (`any`). The relay has to let us send from all of these, and sign for their "
            "domains."
        ),
    )
    operator: Address | None = Field(
        default=None,
        description=(
            "Whoever runs tipline: told when nobody is on duty or tipline itself needs a person. "
            "Without it, the first of `people`."
        ),
    )
    operator_languages: Languages = Field(
        default=(),
        description=(
            "Languages of mails to `operator`, the first that there are words for. Without it, "
            "those of the one in `people` who has that address, else English."
        ),
    )
    message_id_domain: Domain | None = Field(
        default=None,
        description=(
            "Domain in the Message-IDs of our mails. "
            "Without it, the domain of the first reporting address."
        ),
    )

    defaults: dict[Name, DefaultsEntry] = Field(
        default_factory=dict,
        description="What holds for reports that come to some of the addresses.",
    )

    @field_validator("defaults")
    @classmethod
    def _are_for_one_of_ours_each(
        cls, defaults: dict[str, DefaultsEntry], info: ValidationInfo
    ) -> dict[str, DefaultsEntry]:
        ours, seen = {fold_address(each) for each in info.data.get("reporting", ())}, set[str]()
        for name, entry in defaults.items():
            for address in entry.addresses:
                folded = fold_address(address)
                if ours and folded not in ours:
                    raise ValueError(f"{name}: {address} is not one of addresses.reporting")
                if folded in seen:
                    raise ValueError(f"{name}: {address} has defaults already; it can have one set")
                seen.add(folded)
        return defaults

    @field_validator("reporting")
    @classmethod
    def _leaves_room_for_tokens(cls, addresses: tuple[str, ...]) -> tuple[str, ...]:
        if addresses and not any(map(leaves_room, addresses)):
            octets = min(len(address.rpartition("@")[0].encode()) for address in addresses)
            raise ValueError(
                f"none has fewer than {octets} octets before the @; one address may have "
                f"{LONGEST_LOCAL_PART} at most, as replies come to it with a token behind a plus "
                "sign. Add a shorter one whose mail comes here too, such as "
                f"cp@{addresses[0].rpartition('@')[2]}; our mails still come from the first"
            )
        return addresses
