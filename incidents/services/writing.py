"""What is written about an incident, as its columns keep it: texts, lengths, tags."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from incidents import tags as rules
from incidents.models import Incident
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused

ONE_LINE = ("title", "reporter_name", "reporter_contact", "reporter_email", "external_reference")


def clean_texts(*, is_cut: bool, **texts: str) -> tuple[dict[str, str], bool]:
    """The texts by the names of their columns, and whether letters had to be replaced.

    ``is_cut``: what is too long is cut, since nobody is there who could shorten it. A title always is.
    Raises InputRefused where the title is blank, or something is too long.
    """
    kept = {name: sanitise(text) for name, text in texts.items()}
    was_repaired = kept != texts
    for name in set(ONE_LINE) & set(kept):
        kept[name] = one_line(kept[name], longest=len(kept[name]))
    for name, longest in _limits(kept).items():
        if len(kept[name]) > longest:
            if not is_cut and name != "title":
                raise InputRefused(**{name: _("At most %(number)d letters.") % {"number": longest}})
            kept[name] = kept[name][:longest]
    if not kept.get("title", "-"):
        raise InputRefused(title=_("Please write something here."))
    return kept, was_repaired


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Lower case, each once. Raises InputRefused where there are too many, or one is too long."""
    found = rules.normalise_tags(sanitise(tag) for tag in tags)
    if rules.are_too_many(found):
        raise InputRefused(tags=_("At most %(number)d tags.") % {"number": rules.MOST})
    if long := rules.too_long(found):
        words = {"tag": long[: rules.LONGEST], "number": rules.LONGEST}
        raise InputRefused(tags=_("“%(tag)s…” is too long for a tag: at most %(number)d letters.") % words)
    return found


def _limits(texts: Iterable[str]) -> dict[str, int]:
    """Column -> most letters, of those columns that have a limit."""
    lengths = {name: getattr(Incident._meta.get_field(name), "max_length", None) for name in texts}
    return {name: length for name, length in lengths.items() if length}
