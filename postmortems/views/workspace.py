"""The workspace of a postmortem: the phase that is open, what the others hold, and what the gate wants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from incidents.presentation import Step, actions_of, entries_of, round_words
from incidents.views.asking import colleague_of
from incidents.views.commanding import Refusal
from lifecycle.models import Event
from postmortems import permissions
from postmortems.forms import ActionForm, EntryForm, IssueForm
from postmortems.gaps import Gap, find_gaps, unanswered
from postmortems.models import Postmortem, Status

PAGE_SIZE = 200
MOST_EVENTS = 50
QUESTIONS: dict[str, str | Promise] = {
    "detected": _("Who or what noticed it first, and when?"),
    "notified": _("Who was told, when, by which way?"),
    "acknowledged": _("When did somebody begin to handle it?"),
    "decided": _("Which decisions were taken, and when?"),
    "recovered": _("When did the service work again?"),
}

LABELS: dict[str, str | Promise] = {
    "add_entry": _("Add a fact"),
    "edit_entry": _("Correct a fact"),
    "remove_entry": _("Take a fact out"),
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
    gap: Gap | None
    gap_text: str


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
    return get_object_or_404(found, pk=pk)


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
    opened = next((action for action in actions if action.verb == open_verb), None)
    context = {
        "postmortem": postmortem,
        "incidents": incidents,
        "unseen": unseen,
        "actions": actions,
        "opened": opened if opened and opened.is_allowed and opened.form else None,
        "refusal": refusal,
        "content": content,
        "steps": steps_of(postmortem),
        "history": [] if unseen else entries_of(_history(postmortem), person),
        **({} if unseen else _phases(request, postmortem)),
    }
    status = refusal.status if refusal else content.status if content else 200
    return render(request, "postmortems/postmortem.html", context, status=status)


def _phases(request: HttpRequest, postmortem: Postmortem) -> dict[str, Any]:
    return {**_timeline(request, postmortem), **_issues(postmortem), **_forms(postmortem)}


def steps_of(postmortem: Postmortem) -> list[Step]:
    present = list(Status).index(Status(postmortem.status))
    is_done = postmortem.status == Status.PUBLISHED
    return [
        Step(str(status.label), "done" if place < present or is_done else "now" if place == present else "", "")
        for place, status in enumerate(Status)
    ]


def _timeline(request: HttpRequest, postmortem: Postmortem) -> dict[str, Any]:
    moments = list(postmortem.entries.values_list("happened_at", flat=True))
    gaps = {gap.ended_at: gap for gap in find_gaps(moments)}
    page = Paginator(postmortem.entries.select_related("event"), PAGE_SIZE).get_page(request.GET.get("page"))
    verbs = postmortem.entries.exclude(event=None).values_list("event__verb", flat=True).distinct().order_by()
    return {
        "page": page,
        "rows": _rows(page, gaps),
        "gap_count": len(gaps),
        "questions": [QUESTIONS[name] for name in unanswered(verbs)],
    }


def _rows(entries: Any, gaps: dict[datetime, Gap]) -> list[Row]:
    """Each gap once, before the first entry that ends it."""
    rows = []
    for entry in entries:
        gap = gaps.pop(entry.happened_at, None)
        rows.append(Row(entry, gap, round_words(gap.ended_at - gap.started_at) if gap else ""))
    return rows


def _issues(postmortem: Postmortem) -> dict[str, Any]:
    issues = postmortem.issues.select_related("from_entry").prefetch_related("action_links__action__owner")
    return {
        "issues": issues,
        "parked": [] if postmortem.status == Status.PUBLISHED else postmortem.parked.select_related("author"),
        "action_items": postmortem.actions.select_related("owner").prefetch_related("issue_links"),
    }


def _forms(postmortem: Postmortem) -> dict[str, Any]:
    """The form that the open phase offers."""
    return {
        "entry_form": EntryForm(postmortem, auto_id="add-entry-%s") if postmortem.status == Status.TIMELINE else None,
        "issue_form": IssueForm(postmortem, auto_id="add-issue-%s") if postmortem.status == Status.ISSUES else None,
        "action_form": ActionForm(postmortem, auto_id="add-action-%s") if postmortem.status == Status.ACTIONS else None,
    }


def _history(postmortem: Postmortem) -> list[Event]:
    found = Event.objects.about(postmortem).select_related("actor")
    return list(found.order_by("-occurred_at", "-pk")[:MOST_EVENTS])
