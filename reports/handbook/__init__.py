"""The incident policy, written from the configuration that is in force: the page and the PDF say what the product does.

``facts`` reads the database once, ``chapters`` word the facts in the reader's language, ``who`` and ``verbs`` read the
declared transitions and ask their permissions. Nothing that is data stands here as text.
"""

from datetime import datetime
from string import ascii_uppercase

from django.utils.translation import override

from reports.handbook.blocks import Chapter, Entry, Handbook, digest_of
from reports.handbook.chapters import CHAPTERS
from reports.handbook.facts import Facts, gather

__all__ = ["Handbook", "compile_handbook"]


def compile_handbook(at: datetime) -> Handbook:
    """The handbook in the active language, as of ``at``: people, schedules and policies as they are now."""
    facts = gather(at)
    with override("en"):
        english = _word(facts)
    digest = digest_of(chapter for chapter in english if not chapter.is_of_the_moment)
    return Handbook(at, digest, tuple(_label(_word(facts), english)))


def _word(facts: Facts) -> list[Chapter]:
    return [chapter(facts) for chapter in CHAPTERS]


def _label(chapters: list[Chapter], english: list[Chapter]) -> list[Entry]:
    """The procedure is numbered, what is of the moment gets letters; marks are those of the English words."""
    letters, entries = iter(ascii_uppercase), []
    for number, (chapter, original) in enumerate(zip(chapters, english, strict=True), start=1):
        is_annex = chapter.is_of_the_moment
        entries.append(Entry(next(letters) if is_annex else str(number), chapter, "" if is_annex else original.mark))
    return entries
