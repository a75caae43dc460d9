"""The report of a major incident: written, submitted, signed, printed."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from incidents.commands import commands_of
from incidents.forms.major import SECTION_LABELS, WriteReportForm
from incidents.models import MajorReport
from incidents.models.major import SECTIONS
from incidents.presentation import Action, actions_of, faces_of
from incidents.presentation.actions import open_action, prepare
from incidents.presentation.report_draft import Material, draft
from incidents.views.asking import colleague_of, moment_of, visible_report
from incidents.views.commanding import Refusal
from incidents.views.deciding import run_verb
from lifecycle.models import Event


@dataclass(frozen=True)
class Section:
    """``is_draft``: nobody has written it yet, ``text`` is drafted from what was recorded."""

    name: str
    label: str
    text: str
    is_draft: bool


@login_required
@require_safe
def report_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, visible_report(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def report_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb; GET shows the report."""
    return run_verb(request, lambda: visible_report(request, pk), verb, _render_page)


@login_required
@require_safe
def report_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The report alone, for paper."""
    report = visible_report(request, pk)
    context = {"report": report, "incident": report.incident, "sections": sections_of(request, report)}
    return render(request, "incidents/report_print.html", {**context, "now": moment_of(request)})


def sections_of(request: HttpRequest, report: MajorReport) -> list[Section]:
    """What was written, and where nothing was, what the records say in the reader's language."""
    drafted = draft(_material(request, report)) if any(not report.sections.get(name) for name in SECTIONS) else {}
    return [_section(report, name, drafted) for name in SECTIONS]


def _section(report: MajorReport, name: str, drafted: dict[str, str]) -> Section:
    written = report.sections.get(name, "")
    return Section(name, str(SECTION_LABELS[name]), written or drafted.get(name, ""), not written)


def _material(request: HttpRequest, report: MajorReport) -> Material:
    incident = report.incident
    events = Event.objects.about(incident).select_related("actor")
    return Material(
        incident=incident,
        events=list(events.order_by("occurred_at", "pk")[:5000]),
        impacts=list(incident.impacts.all()),
        clocks=faces_of(incident, moment_of(request)),
        solutions=list(incident.solutions.select_related("proposed_by", "decided_by").order_by("proposed_at", "pk")),
        actions=list(
            incident.action_items.of_seen(colleague_of(request)).select_related("owner").order_by("due_on", "pk")
        ),
    )


def _render_page(
    request: HttpRequest, report: MajorReport, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    now = moment_of(request)
    actions = {action.verb: action for action in actions_of(report, colleague_of(request))}
    sections = sections_of(request, report)
    opened = None if open_verb == "write" else open_action(actions.values(), open_verb, report)
    context = {
        "report": report,
        "incident": report.incident,
        "actions": [action for action in actions.values() if action.verb != "write"],
        "write": actions.get("write"),
        "fields": _fields(report, sections, actions.get("write")),
        "sections": sections,
        "opened": opened,
        "refusal": refusal,
        "is_overdue": report.is_overdue(now),
        "now": now,
    }
    return render(request, "incidents/report.html", context, status=refusal.status if refusal else 200)


def _fields(report: MajorReport, sections: list[Section], write: Action | None) -> list[tuple[Section, Any]]:
    """The sections with their fields, for whoever may write now."""
    if write is None or not write.is_allowed:
        return []
    initial = {section.name: section.text for section in sections}
    form: forms.Form = WriteReportForm(initial=initial, auto_id="write-%s")
    prepare(form, report, commands_of(report)["write"])
    return [(section, form[section.name]) for section in sections]
