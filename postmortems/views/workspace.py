"""The workspace of a postmortem: the phase that is open, what the others hold, and what the gate wants."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from incidents.presentation import actions_of, entries_of
from incidents.presentation.actions import open_action
from incidents.views.asking import colleague_of
from incidents.views.commanding import Refusal
from lifecycle import clock
from lifecycle.models import Event
from postmortems import permissions
from postmortems.effects import effects_of
from postmortems.forms import ActionForm, CommentForm, EntryForm, IssueForm
from postmortems.models import Postmortem, Status
from postmortems.presentation import passes_of, replays_of, steps_of
from postmortems.questions import Silence, questions_of, silences_of
from postmortems.services import wordings
from postmortems.services.sessions import COMMENTED
from postmortems.signing import must_leave_to_another
from postmortems.triggers import looks_of

PAGE_SIZE = 200
MOST_EVENTS = 50
MOST_GAPS = 20

LABELS: dict[str, str | Promise] = {
    "add_entry": _("Add a fact"),
    "edit_entry": _("Correct a fact"),
    "remove_entry": _("Take a fact out"),
    "answer_gap": _("Nothing to enter"),
    "add_issue": _("Log an issue"),
    "edit_issue": _("Reword an issue"),
    "remove_issue": _("Take an issue out"),
    "drop_parked": _("Drop it"),
    "add_action": _("Add an action"),
    "decline_action": _("Say why nothing is done about it"),
}


@dataclass(frozen=True)
class Row:
    """An entry, and the silence before it where that was long."""

    entry: Any
    silence: Silence | None


@dataclass(frozen=True)
class Content:
    """A content form that was opened or refused: ``current`` is the row as somebody else left it."""

    verb: str
    row: int | None
    form: forms.Form
    url: str
    reason: str = ""
    current: Any = None
    about: Any = None
    status: int = 200

    @property
    def label(self) -> str:
        return str(LABELS[self.verb])


@login_required
@require_safe
def postmortem_page(request: HttpRequest, pk: int) -> HttpResponse:
    return render_workspace(request, visible_postmortem(request, pk))


def visible_postmortem(request: HttpRequest, pk: int) -> Postmortem:
    found = Postmortem.objects.visible_to(colleague_of(request)).select_related(
        "facilitator", "started_by", "signed_by"
    )
    postmortem: Postmortem = get_object_or_404(found, pk=pk)
    return postmortem


def whole_postmortem(request: HttpRequest, pk: int) -> Postmortem:
    """As ``visible_postmortem``, for whoever may see all that it is about; for others there is nothing to be done."""
    postmortem = visible_postmortem(request, pk)
    if not permissions.sees_all(postmortem, colleague_of(request)):
        raise Http404
    return postmortem


def render_workspace(
    request: HttpRequest,
    postmortem: Postmortem,
    *,
    refusal: Refusal | None = None,
    content: Content | None = None,
    open_verb: str = "",
) -> HttpResponse:
    """The page of the phase that is open; what was typed and refused stands at the top of it."""
    person = colleague_of(request)
    actions = actions_of(postmortem, person)
    incidents = postmortem.incidents.visible_to(person).select_related("level", "service")
    unseen = postmortem.incidents.count() - len(incidents)
    context = {
        "postmortem": postmortem,
        "incidents": incidents,
        "unseen": unseen,
        "actions": actions,
        "opened": open_action(actions, open_verb, postmortem) if open_verb else None,
        "refusal": refusal,
        "content": content,
        "steps": steps_of(postmortem),
        "must_leave": postmortem.status == Status.ACTIONS and must_leave_to_another(postmortem, person),
        "history": [] if unseen else entries_of(_history(postmortem), person),
        **({} if unseen else _whole(request, postmortem)),
    }
    status = refusal.status if refusal else content.status if content else 200
    return render(request, "postmortems/postmortem.html", context, status=status)


def _whole(request: HttpRequest, postmortem: Postmortem) -> dict[str, Any]:
    """What only those read who may see all of its incidents."""
    context = {
        **_timeline(request, postmortem),
        **_issues(postmortem),
        **_beside(request, postmortem),
        **_forms(postmortem),
        "is_by_role": request.GET.get("names") == "roles",
    }
    if context["is_by_role"]:
        _say_roles(context)
    return context


def _say_roles(context: dict[str, Any]) -> None:
    """Entries and issues as they are read aloud: people by their roles. Only shown so; what is kept stays."""
    say = wordings.names_as_roles()
    for row in context["rows"]:
        row.entry.what = say(row.entry.what)
    for issue in context["issues"]:
        issue.text = say(issue.text)


def _timeline(request: HttpRequest, postmortem: Postmortem) -> dict[str, Any]:
    answers = list(postmortem.gap_answers.select_related("answered_by"))
    silences = silences_of(postmortem, answers)
    page = Paginator(postmortem.entries.all(), PAGE_SIZE).get_page(request.GET.get("page"))
    waiting = [silence for silence in silences if silence.answer is None]
    questions = questions_of(postmortem, answers)
    return {
        "page": page,
        "rows": _rows(page, silences),
        "gaps": [(silence, silence.gap.place // PAGE_SIZE + 1) for silence in waiting[:MOST_GAPS]],
        "gap_count": len(waiting),
        "questions": [question for question in questions if question.answer is None],
        "answered": [question for question in questions if question.answer is not None],
    }


def _rows(entries: Any, silences: Sequence[Silence]) -> list[Row]:
    """Each silence once, before the first entry that ends it."""
    ends = {silence.gap.ended_at: silence for silence in silences}
    return [Row(entry, ends.pop(entry.happened_at, None)) for entry in entries]


def _issues(postmortem: Postmortem) -> dict[str, Any]:
    issues = list(postmortem.issues.select_related("from_entry").prefetch_related("action_links__action__owner"))
    is_over = postmortem.status in (Status.PUBLISHED, Status.DECLINED)
    return {
        "issues": issues,
        "passes": passes_of(postmortem, issues),
        "parked": [] if is_over else postmortem.parked.select_related("author"),
    }


def _beside(request: HttpRequest, postmortem: Postmortem) -> dict[str, Any]:
    person = colleague_of(request)
    is_published = postmortem.status == Status.PUBLISHED
    comments = Event.objects.about(postmortem).filter(verb="comment").select_related("actor").order_by("occurred_at")
    return {
        "sessions": postmortem.sessions.prefetch_related("attendees"),
        "replays": replays_of(postmortem, person),
        "looks": looks_of(postmortem.looks.select_related("incident")),
        "comments": entries_of(list(comments), person) if postmortem.status in COMMENTED else [],
        "lesson": getattr(postmortem, "lesson", None) if is_published else None,
        "effect": effects_of([postmortem], person, clock.now()).get(postmortem.pk) if is_published else None,
    }


def _forms(postmortem: Postmortem) -> dict[str, Any]:
    """The form that the open phase offers."""
    return {
        "entry_form": EntryForm(postmortem, auto_id="add-entry-%s") if postmortem.status == Status.TIMELINE else None,
        "issue_form": IssueForm(postmortem, auto_id="add-issue-%s") if postmortem.status == Status.ISSUES else None,
        "action_form": ActionForm(postmortem, auto_id="add-action-%s") if postmortem.status == Status.ACTIONS else None,
        "comment_form": CommentForm(auto_id="add-comment-%s") if postmortem.status in COMMENTED else None,
    }


def _history(postmortem: Postmortem) -> list[Event]:
    found = Event.objects.about(postmortem).select_related("actor")
    return list(found.order_by("-occurred_at", "-pk")[:MOST_EVENTS])
