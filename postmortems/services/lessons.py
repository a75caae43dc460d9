"""The lessons-learned article: written when a postmortem is published, and the words that it is found by."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models.text_index import Vector
from incidents.search import vector_of
from incidents.tags import LONGEST, MOST, are_too_many, normalise_tags, too_long
from lifecycle.transitions import InputRefused
from postmortems.models import Lesson, Postmortem


def write_lesson(
    postmortem: Postmortem,
    *,
    actor: Person | None,
    at: datetime,
    summary: str,
    learned: str,
    tags: Sequence[str],
) -> Lesson:
    """Write it, or write it anew after the postmortem had gone back."""
    drafted = drafted_article(postmortem)
    values = {
        "summary": summary.strip() or drafted["summary"],
        "learned": learned.strip() or (drafted["learned"] if not summary.strip() else ""),
        "tags": _clean(tags),
        "written_by": actor,
        "written_at": at,
    }
    lesson, _is_new = Lesson.objects.update_or_create(postmortem=postmortem, defaults=values)
    index_lesson(lesson)
    return lesson


def _clean(tags: Sequence[str]) -> list[str]:
    names = normalise_tags(tags)
    if are_too_many(names):
        raise InputRefused(tags=_("At most %(most)s tags.") % {"most": MOST})
    if too_long(names):
        raise InputRefused(tags=_("A tag has at most %(most)s letters.") % {"most": LONGEST})
    return names


def drafted_article(postmortem: Postmortem) -> dict[str, str]:
    """What the article begins with: the texts that were written together, or what was wrong and is done about it."""
    written = dict(postmortem.sections.filter(key__in=("summary", "lessons")).values_list("key", "text"))
    summary = written.get("summary", "").strip() or _answers_of(postmortem)
    return {"summary": summary, "learned": written.get("lessons", "").strip()}


def _answers_of(postmortem: Postmortem) -> str:
    """A line an issue."""
    lines = [postmortem.title]
    for issue in postmortem.issues.prefetch_related("action_links__action"):
        answers = [link.action.title for link in issue.action_links.all()]
        answer = "; ".join(answers) or _("nothing is done: %(reason)s") % {"reason": issue.no_action_reason}
        lines.append(f"- {issue.text} → {answer}")
    return "\n".join(lines)


def index_lesson(lesson: Lesson) -> None:
    """Title first, then summary and tags, then the issues and actions."""
    postmortem = lesson.postmortem
    issues = list(postmortem.issues.values_list("text", flat=True))
    actions = list(postmortem.actions.values_list("title", flat=True))
    services = list(postmortem.incidents.public().order_by("pk").values_list("service__name", flat=True))
    parts = [
        ("A", [postmortem.title]),
        ("B", [lesson.summary, lesson.learned, *lesson.tags, *services]),
        ("C", [*issues, *actions]),
    ]
    Lesson.objects.filter(pk=lesson.pk).update(search=Vector(vector_of(parts)))
