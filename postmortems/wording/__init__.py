"""Tells facts, issues and actions apart by their wording, and finds blame. Hints, never verdicts. Pure: the lists are
arguments; those in force are read by postmortems/services/wordings.py."""

from postmortems.wording.blame import BlameHint, blame_hints
from postmortems.wording.classifying import Verdict, classify, classify_text
from postmortems.wording.grammar import Kind
from postmortems.wording.lists import ENTRIES_AT_MOST, FaultyWordError, Lists, Purpose, compile_lists, parse_words
from postmortems.wording.roles import names_as_roles
from postmortems.wording.sentences import split_sentences
from postmortems.wording.shipped import SHIPPED, SHIPPED_LISTS


def suspicious_words(text: str, lists: Lists | None = None) -> list[str]:
    """The words of ``text`` that speak of cause, fault or hindsight, each once, in their order; none: a fact."""
    return (lists or SHIPPED_LISTS).find(Purpose.REFUSED, text)


__all__ = [
    "ENTRIES_AT_MOST",
    "SHIPPED",
    "SHIPPED_LISTS",
    "BlameHint",
    "FaultyWordError",
    "Kind",
    "Lists",
    "Purpose",
    "Verdict",
    "blame_hints",
    "classify",
    "classify_text",
    "compile_lists",
    "names_as_roles",
    "parse_words",
    "split_sentences",
    "suspicious_words",
]
