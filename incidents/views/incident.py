"""The incident page, its verbs, and the card for phones."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from incidents import panels, permissions
from incidents.commands import label_of
from incidents.models import Incident
from incidents.presentation import accounts_of, actions_of, faces_of, round_words, side_notice, steps_of
from incidents.presentation.actions import ELSEWHERE, open_action
from incidents.presentation.timeline import GROUPS, entries_for, in_runs, read_timeline, way_of
from incidents.presentation.veiling import unseen_of
from incidents.services import surviving
from incidents.views.asking import moment_of, reader_of, visible_incident
from incidents.views.commanding import Refusal, command_named, run_posted


@login_required
@require_safe
def incident_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _render_page(request, visible_incident(request, pk))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def incident_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST runs the verb. GET shows the page with that verb's form open, and changes nothing."""
    incident = visible_incident(request, pk)
    command = command_named(incident, verb)
    if request.method != "POST":
        return _render_page(request, incident, open_verb=verb)
    refusal = run_posted(request, incident, command)
    if refusal is not None:
        return _render_page(request, visible_incident(request, pk), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(Incident, verb)})
    return HttpResponseRedirect(_way_back(request, incident))


@login_required
@require_safe
def incident_card(request: HttpRequest, pk: int) -> HttpResponse:
    """What a link in a message opens on a phone: small, one big button, no JavaScript needed."""
    incident, now = visible_incident(request, pk), moment_of(request)
    actions = {action.verb: action for action in actions_of(incident, reader_of(request))}
    context = {
        "incident": incident,
        "clocks": [face for face in faces_of(incident, now) if face.due_at or face.state == "paused"],
        "acknowledge": actions.get("acknowledge"),
        "entries": entries_for(incident, reader_of(request), most=3),
        "age_text": round_words(now - incident.reported_at),
        "now": now,
    }
    return render(request, "incidents/card.html", context)


def _render_page(
    request: HttpRequest, incident: Incident, *, refusal: Refusal | None = None, open_verb: str = ""
) -> HttpResponse:
    person, now = reader_of(request), moment_of(request)
    actions = {action.verb: action for action in actions_of(incident, person)}
    watchers = list(incident.watchers.order_by("name", "pk"))
    context = {
        "incident": incident,
        "now": now,
        "age_text": round_words(now - incident.reported_at),
        "clocks": faces_of(incident, now),
        "children": incident.children.visible_to(person).order_by("pk"),
        "accounts": accounts_of(incident, now),
        "side_notice": side_notice(incident),
        "actions": [action for action in actions.values() if action.verb not in ELSEWHERE],
        "own_place": {verb: actions[verb] for verb in ELSEWHERE if verb in actions},
        "opened": open_action(actions.values(), open_verb, incident),
        "refusal": refusal,
        "impacts": incident.impacts.select_related("recorded_by"),
        "solutions": _solutions(request, incident),
        "may_see_solutions": person.is_colleague,
        "is_handling": permissions.handles(incident, person),
        "watchers": watchers if person.is_colleague else [],  # who watches is for colleagues to know
        "is_watching": person in watchers,
        **_relatives(incident, person),
        "panels": panels.fill(request, incident) if person.is_colleague else {},
        **_timeline(request, incident),
    }
    return render(request, "incidents/incident.html", context, status=refusal.status if refusal else 200)


def _relatives(incident: Incident, person: Person) -> dict[str, Any]:
    """Its parent, what it was merged into and what goes on in the end, as far as the reader may see them."""
    survivor = surviving(incident) if incident.merged_into_id else None
    unseen = unseen_of([incident.parent_id, incident.merged_into_id, survivor.pk if survivor else None], person)
    known = {"parent": incident.parent, "merged_into": incident.merged_into, "survivor": survivor}
    return {name: other if other and other.pk not in unseen else None for name, other in known.items()}


def _timeline(request: HttpRequest, incident: Incident) -> dict[str, Any]:
    """A page of it, newest first unless asked otherwise; the stepper reads events of its own."""
    group, person = request.GET.get("show", "all"), reader_of(request)
    group = group if group in GROUPS else "all"
    is_oldest_first = request.GET.get("order") == "oldest"
    start = _number(request.GET.get("from", ""))
    page = read_timeline(incident, person, group=group, is_oldest_first=is_oldest_first, start=start)
    return {
        "steps": steps_of(incident, way_of(incident), moment_of(request)),
        "runs": in_runs(page.entries),
        "pinned": page.pinned,
        "groups": _group_links(request, group),
        "is_oldest_first": is_oldest_first,
        "order_url": _with(request, order="newest" if is_oldest_first else "oldest"),
        "further_url": _with(request, start=str(page.further)) if page.further else "",
        "first_url": "" if page.is_first else _with(request),
        "may_pin": person.is_colleague and permissions.responds(incident, person),
        "is_reporting": not person.is_colleague,
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _group_links(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    paged = pgettext("timeline", "Pages")
    labels = {"all": _("All"), "human": _("People"), "status": _("Status"), "pages": paged, "alerts": _("Alerts")}
    return [
        {"label": labels[group], "url": _with(request, show=group), "is_current": group == current} for group in GROUPS
    ]


def _with(request: HttpRequest, *, start: str = "", **changes: str) -> str:
    """The present address with changes; another view of the timeline begins at its beginning again."""
    query = request.GET.copy()
    query.pop("from", None)
    for name, value in {**changes, **({"from": start} if start else {})}.items():
        query[name] = value
    return f"?{query.urlencode()}#timeline"


def _solutions(request: HttpRequest, incident: Incident) -> list[dict[str, Any]]:
    person = reader_of(request)
    if not person.is_colleague:
        return []
    return [{"solution": solution, "actions": actions_of(solution, person)} for solution in incident.solutions.all()]


def _way_back(request: HttpRequest, incident: Incident) -> str:
    """The page that the form was on, where it said so and it is ours."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=False)
    return asked if asked and is_ours else incident.get_absolute_url()
