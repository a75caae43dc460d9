"""The running texts: the page where several people write, what it asks every few seconds, and what it saves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from incidents.views.asking import colleague_of
from lifecycle.models import Via
from lifecycle.transitions import InputRefused, NotPermitted, TransitionRefused
from postmortems import services
from postmortems.models import Postmortem, Section
from postmortems.models.section import LONGEST_TEXT
from postmortems.services import editing, wordings
from postmortems.views.workspace import whole_postmortem
from postmortems.wording import Kind

KIND_OF = {"summary": Kind.FACT, "impact": Kind.FACT}


@login_required
@require_safe
def texts_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, whole_postmortem(request, pk))


@login_required
@require_safe
def poll_texts(request: HttpRequest, pk: int) -> HttpResponse:
    """``?known=summary:12,impact:3``: the texts that are newer than that, and who is writing."""
    person = colleague_of(request)
    postmortem = whole_postmortem(request, pk)
    known = dict(part.rsplit(":", 1) for part in request.GET.get("known", "").split(",") if ":" in part)
    texts = {
        section.key: {"version": section.version, "text": section.text, "saved": _saved_words(section)}
        for section in editing.sections_of(postmortem)
        if section.key in editing.PLACES and known.get(section.key) != str(section.version)
    }
    writers = {
        key: _("%(names)s is writing here") % {"names": ", ".join(names)}
        for key, names in editing.writers_of(postmortem, but=person).items()
    }
    return JsonResponse({"phase": postmortem.status, "texts": texts, "writers": writers})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest, pk: int, key: str) -> HttpResponse:
    """POST ``text`` and ``base``: saves. Programs that accept JSON get the merged text, others the page."""
    person = colleague_of(request)
    postmortem = whole_postmortem(request, pk)
    if key not in editing.PLACES:
        raise Http404
    if request.method != "POST":
        return redirect("postmortems:texts", pk)
    wants_json = request.headers.get("Accept", "") == "application/json"
    typed, base = request.POST.get("text", ""), request.POST.get("base", "")
    number = int(base) if base.isascii() and base.isdigit() and len(base) < 10 else 0
    try:
        saved = services.save_text(postmortem, key, actor=person, via=Via.WEB, text=typed, base=number)
    except (InputRefused, TransitionRefused, NotPermitted) as refusal:
        status, reason = _explain(refusal)
        if wants_json:
            return JsonResponse({"reason": reason}, status=status)
        return _show(request, postmortem, refused=key, typed=typed, base=number, reason=reason, status=status)
    if wants_json:
        return JsonResponse(_as_json(key, saved))
    messages.success(request, _("Saved %(time)s") % {"time": _time(saved.saved_at)})
    return redirect(f"{reverse('postmortems:texts', args=[pk])}#{key}")


def _show(
    request: HttpRequest,
    postmortem: Postmortem,
    *,
    refused: str = "",
    typed: str = "",
    base: int = 0,
    reason: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page; where a text was refused it stands there as it was typed."""
    places = []
    for section in editing.sections_of(postmortem):
        place = editing.PLACES.get(section.key)
        is_refused = section.key == refused
        places.append(
            {
                "section": section,
                "title": section.title or (place.title if place else section.key),
                "hint": place.hint if place else "",
                "is_open": editing.is_open(postmortem, section),
                "is_own": place is not None,
                "text": typed if is_refused else section.text,
                "base": base if is_refused else section.version,
                "reason": reason if is_refused else "",
                "saved": _saved_words(section),
            }
        )
    shown = [place for place in places if place["is_open"] or place["text"]]
    later = [place["title"] for place in places if place["is_own"] and not place["is_open"] and not place["text"]]
    context = {"postmortem": postmortem, "places": shown, "later": later, "longest": LONGEST_TEXT}
    return render(request, "postmortems/texts.html", context, status=status)


def _as_json(key: str, saved: editing.Saved) -> dict[str, Any]:
    told = _("saved %(time)s") % {"time": _time(saved.saved_at)}
    if saved.conflicts:
        told = _("saved %(time)s; somebody changed the same lines: both texts stand there") % {
            "time": _time(saved.saved_at)
        }
    hints = wordings.hints_for(saved.text, expected=KIND_OF.get(key, Kind.ISSUE))
    return {"version": saved.version, "sent": saved.sent, "text": saved.text, "saved": told, "hints": hints}


def _explain(refusal: Exception) -> tuple[int, str]:
    if isinstance(refusal, InputRefused):
        return 400, str(refusal)
    if isinstance(refusal, TransitionRefused):
        return 409, refusal.reason
    return 403, _("Your role does not allow this.")


def _saved_words(section: Section) -> str:
    if section.saved_at is None:
        return ""
    words = {"time": _time(section.saved_at), "name": section.saved_by or "–"}
    return _("saved %(time)s by %(name)s") % words


def _time(moment: Any) -> str:
    return f"{localtime(moment):%H:%M:%S}"
