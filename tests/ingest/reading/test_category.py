from __future__ import annotations

import pytest

from ingest.reading.category import Category, Suggestion, suggest_category
from ingest.reading.phrases import table
from ingest.reading.urgency import urgency


def category_of(text: str) -> Category | None:
    found = suggest_category(text, urgency(text))
    return found.category if found else None


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("He writes to kids and asks for pictures", Category.GROOMING_CONTACT),
        ("er schreibt Kindern und fragt nach Fotos", Category.GROOMING_CONTACT),
        ("écrit à des enfants", Category.GROOMING_CONTACT),
        ("아이들에게 메시지를 보내요", Category.GROOMING_CONTACT),
        ("он пишет детям", Category.GROOMING_CONTACT),
        ("jemand gibt sich als mein Sohn aus", Category.IMPERSONATION),
        ("alguien se hace pasar por mi hijo", Category.IMPERSONATION),
        ("娘になりすましています", Category.IMPERSONATION),
        ("他冒充我儿子", Category.IMPERSONATION),
        ("ktoś podszywa się pod mojego syna", Category.IMPERSONATION),
        ("My son is under 13 and has an account", Category.UNDERAGE_ACCOUNT),
        ("este perfil insulta a mi hija", Category.BULLYING),
        ("mijn dochter wordt gepest", Category.BULLYING),
        ("pubblica foto di bambini senza permesso", Category.SHARING_CONTENT),
        ("это мошенники", Category.SPAM_SCAM),
        ("akun ini penipuan", Category.SPAM_SCAM),
        ("she has been missing since Friday", Category.MISSING_CHILD),
        ("sie will nicht mehr leben", Category.SELF_HARM),
        ("this account is blackmailing my son", Category.SEXTORTION),
        ("he wants to meet her tomorrow", Category.GROOMING_CONTACT),
        ("this is not spam", None),
        ("This account worries me", None),
        ("", None),
    ],
)
def test_a_category_is_suggested_by_its_phrases(text: str, category: Category | None) -> None:
    assert category_of(text) == category


def test_most_phrases_decide() -> None:
    text = "It is spam. He pretends to be my son, a fake profile of him in his name."
    assert category_of(text) is Category.IMPERSONATION


def test_the_reason_is_a_phrase_of_the_table_and_its_place() -> None:
    assert suggest_category("He is  posing as a teacher", None) == Suggestion(
        category=Category.IMPERSONATION, phrase="posing as", span=(7, 16)
    )


def test_every_language_has_every_list() -> None:
    followed = {Category.MISSING_CHILD, Category.SELF_HARM, Category.SEXTORTION}
    lists = table("category")
    assert lists.keys() == table("urgency").keys()
    assert all(set(lists[language]) == set(Category) - followed for language in lists)
