"""Secrets in the database: sealed, opened, and opened still after the keys have changed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.sealing import SealBroken, seal, unseal


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_sealed_is_opened(text: str) -> None:
    assert unseal(seal(text)) == text
    assert text == "" or text not in seal(text) or len(text) < 4


def test_empty_stays_empty() -> None:
    assert (seal(""), unseal("")) == ("", "")


def test_the_same_secret_never_looks_the_same() -> None:
    assert seal("hook") != seal("hook")


def test_an_older_key_opens_what_it_sealed_and_a_new_one_seals(settings: Any) -> None:
    settings.SEALING_KEYS = ["first key"]
    old = seal("hook")
    settings.SEALING_KEYS = ["second key", "first key"]
    new = seal("hook")
    assert (unseal(old), unseal(new)) == ("hook", "hook")
    settings.SEALING_KEYS = ["second key"]
    assert unseal(new) == "hook"
    with pytest.raises(SealBroken):
        unseal(old)


def test_what_the_secret_key_sealed_opens_after_a_key_of_its_own_was_set(settings: Any) -> None:
    settings.SEALING_KEYS = []
    old = seal("hook")
    settings.SEALING_KEYS = ["a key"]
    assert unseal(old) == "hook"
    settings.SECRET_KEY = "another"
    with pytest.raises(SealBroken):
        unseal(old)


@pytest.mark.parametrize("broken", ["x", "gAAAAA", "not sealed at all", "A" * 200])
def test_what_nobody_sealed_is_refused(broken: str) -> None:
    with pytest.raises(SealBroken):
        unseal(broken)


def test_a_changed_letter_is_noticed() -> None:
    sealed = seal("hook")
    with pytest.raises(SealBroken):
        unseal(sealed[:-10] + ("A" if sealed[-10] != "A" else "B") + sealed[-9:])
