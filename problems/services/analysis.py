"""Why it happened, written down line by line, and where the fix is made.

All take ``actor`` (None: the product itself) and ``via``. All raise NotPermitted or InputRefused, and then nothing has
changed. The lines stay when a problem ends; only a problem that is not over takes new ones.
"""

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models, transaction
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.services.performing import require
from lifecycle import clock
from lifecycle.transitions import InputRefused, NotPermitted, lock, record_event, refuse
from problems import permissions
from problems.models import Cause, ChangeLink, Factor, LinkKind, Problem, Why
from problems.models.analysis import DEEPEST
from problems.titles import one_line

MOST_LINES = 200
"""Of whys, factors or changes of one problem."""
WEB = URLValidator(("http", "https"))


@transaction.atomic
def add_why(
    problem: Problem,
    *,
    actor: Person | None,
    via: str,
    text: str,
    parent: Why | None = None,
    cause: Cause | None = None,
    is_root: bool = False,
) -> Problem:
    """Answer "why?": at the top, or why ``parent`` was so."""
    _begin(problem, "add_why", actor, problem.whys)
    require(text=text)
    if parent is not None:
        _refuse_other(problem, parent=parent)
        if _depth(parent) + 1 >= DEEPEST:
            raise InputRefused(parent=_("The tree may be %(number)d deep at most.") % {"number": DEEPEST})
    _refuse_idle(cause)
    written = {"written_by": actor, "written_at": clock.now()}
    Why.objects.create(problem=problem, parent=parent, text=text.strip(), cause=cause, is_root=is_root, **written)
    return _note(problem, "add_why", actor, via, text, {"is_root": is_root, "cause": str(cause) if cause else ""})


@transaction.atomic
def remove_why(problem: Problem, *, actor: Person | None, via: str, why: Why) -> Problem:
    """It was not so: this answer goes, and with it those below. The timeline keeps what was written."""
    _begin(problem, "remove_why", actor)
    _refuse_other(problem, why=why)
    text = why.text
    why.delete()
    return _note(problem, "remove_why", actor, via, text)


@transaction.atomic
def add_factor(problem: Problem, *, actor: Person | None, via: str, cause: Cause, text: str) -> Problem:
    """What made it likelier or worse."""
    _begin(problem, "add_factor", actor, problem.factors)
    require(text=text)
    _refuse_idle(cause)
    written = {"written_by": actor, "written_at": clock.now()}
    Factor.objects.create(problem=problem, cause=cause, text=text.strip(), **written)
    return _note(problem, "add_factor", actor, via, text, {"cause": str(cause)})


@transaction.atomic
def remove_factor(problem: Problem, *, actor: Person | None, via: str, factor: Factor) -> Problem:
    _begin(problem, "remove_factor", actor)
    _refuse_other(problem, factor=factor)
    text = factor.text
    factor.delete()
    return _note(problem, "remove_factor", actor, via, text)


@transaction.atomic
def link_change(problem: Problem, *, actor: Person | None, via: str, kind: str, url: str, title: str = "") -> Problem:
    """Say where the fix is made: a change or a pull request, by its address. Nobody goes there from here."""
    _begin(problem, "link_change", actor, problem.changes)
    if kind not in LinkKind.values:
        raise InputRefused(kind=_("Choose one of the kinds."))
    url = _web_address(url)
    if problem.changes.filter(url=url).exists():
        raise InputRefused(url=_("It is linked already."))
    written = {"written_by": actor, "written_at": clock.now()}
    ChangeLink.objects.create(problem=problem, kind=kind, url=url, title=one_line(title)[:200], **written)
    return _note(problem, "link_change", actor, via, url, {"kind": kind})


@transaction.atomic
def unlink_change(problem: Problem, *, actor: Person | None, via: str, change: ChangeLink) -> Problem:
    _begin(problem, "unlink_change", actor)
    _refuse_other(problem, change=change)
    url = change.url
    change.delete()
    return _note(problem, "unlink_change", actor, via, url)


def _begin(problem: Problem, verb: str, actor: Person | None, lines: "models.Manager | None" = None) -> None:  # type: ignore[type-arg]
    if actor is not None and not permissions.works_on(problem, actor):
        raise NotPermitted(verb)
    lock(problem)
    if problem.is_over:
        raise refuse(problem, verb, _("The problem is over. Reopen it first."))
    if lines is not None and lines.count() >= MOST_LINES:
        raise InputRefused(text=_("There are %(number)d already. That is enough.") % {"number": MOST_LINES})


def _note(
    problem: Problem, verb: str, actor: Person | None, via: str, note: str, data: dict[str, object] | None = None
) -> Problem:
    problem.version += 1
    problem.save(update_fields=["version"])
    record_event(problem, verb, actor=actor, via=via, note=note.strip(), data=data)
    return problem


def _depth(why: Why) -> int:
    depth = 0
    while why.parent is not None:
        why, depth = why.parent, depth + 1
    return depth


def _refuse_other(problem: Problem, **lines: Why | Factor | ChangeLink) -> None:
    for name, line in lines.items():
        if line.problem_id != problem.pk:
            raise InputRefused(**{name: _("That belongs to another problem.")})


def _refuse_idle(cause: Cause | None) -> None:
    if cause is not None and not cause.is_active:
        raise InputRefused(cause=_("That cause is no longer offered."))


def _web_address(url: str) -> str:
    """Raises InputRefused for anything but http and https, and for addresses that carry a password."""
    text = url.strip()
    try:
        if len(text) > 500 or "@" in text.split("/", 3)[2]:
            raise ValidationError("")
        WEB(text)
    except (ValidationError, IndexError) as error:
        raise InputRefused(url=_("Write an address that begins with https:// or http://.")) from error
    return text
