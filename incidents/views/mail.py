"""Mail that came in: what waits for a decision, and what became of the rest. A GET never decides."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from catalog.models import Person
from catalog.tabs import Tab
from incidents.forms.mail import AcceptForm, AttachForm, DiscardForm
from incidents.intake.parsing import parse
from incidents.intake.quarantine import OPEN, DealtWith, accept_mail, attach_mail, discard_mail
from incidents.intake.reasons import Reason
from incidents.intake.routing import level_of_mail
from incidents.models import InboundEmail, Incident, MailStatus
from incidents.permissions import operates
from incidents.views.asking import moment_of, reader_of
from lifecycle.transitions import InputRefused

PAGE_SIZE = 50
TABS: dict[str, tuple[Promise, tuple[str, ...]]] = {
    "waiting": (gettext_lazy("Waiting"), OPEN),
    "accepted": (gettext_lazy("Accepted"), (MailStatus.ACCEPTED,)),
    "ignored": (gettext_lazy("Ignored"), (MailStatus.IGNORED,)),
}


@dataclass(frozen=True)
class Decision:
    """A form of the page, with the verb it posts."""

    verb: str
    label: str
    text: str
    form: forms.Form
    url: str
    is_primary: bool


@login_required
@require_safe
def mail_list(request: HttpRequest) -> HttpResponse:
    """The mails of one tab, newest first."""
    person = _operator(request)
    tab = request.GET.get("tab", "waiting")
    tab = tab if tab in TABS else "waiting"
    mails = InboundEmail.objects.filter(status__in=TABS[tab][1]).defer("raw").select_related("incident__service")
    page = Paginator(mails, PAGE_SIZE).get_page(request.GET.get("page"))
    seen = set(Incident.objects.visible_to(person).filter(pk__in=[mail.incident_id for mail in page]).values_list("pk"))
    rows = [(mail, words_of(mail.reason), (mail.incident_id,) in seen) for mail in page]
    context = {"rows": rows, "page": page, "tabs": _tabs(tab), "tab": tab, "now": moment_of(request)}
    return render(request, "incidents/mails.html", context)


@login_required
@require_safe
def mail_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = _operator(request)
    return _render(request, _visible_mail(person, pk), {})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_command(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """POST decides; GET shows the mail."""
    person = _operator(request)
    mail = _visible_mail(person, pk)
    if verb not in FORMS:
        raise Http404
    if request.method != "POST":
        return _render(request, mail, {})
    form = FORMS[verb](request.POST, auto_id=f"{verb}-%s")
    if not form.is_valid():
        return _render(request, mail, {verb: form}, status=400)
    try:
        return HttpResponseRedirect(_decide(request, mail, verb, form.cleaned_data))
    except InputRefused as refusal:
        for name, sentence in refusal.errors.items():
            form.add_error(name if name in form.fields else None, sentence)
        return _render(request, mail, {verb: form}, status=400)
    except DealtWith:
        messages.error(request, _("Somebody else has dealt with this mail meanwhile."))
        return _render(request, _visible_mail(person, pk), {}, status=409)


FORMS: dict[str, type[forms.Form]] = {"accept": AcceptForm, "attach": AttachForm, "discard": DiscardForm}


def words_of(reason: str) -> str:
    """The stored code as a sentence."""
    return str(Reason(reason).label) if reason in Reason.values else reason


def _decide(request: HttpRequest, mail: InboundEmail, verb: str, data: dict[str, Any]) -> str:
    """Do it; answers where to go next."""
    person = reader_of(request)
    if verb == "discard":
        discard_mail(mail, actor=person, **data)
        messages.success(request, _("The mail was discarded."))
        return reverse("incidents:mails")
    incident = (accept_mail if verb == "accept" else attach_mail)(mail, actor=person, **data)
    messages.success(request, _("The mail is now part of %(reference)s.") % {"reference": incident.reference})
    return incident.get_absolute_url()


def _operator(request: HttpRequest) -> Person:
    """Whoever works on incidents as O&M; for anybody else there is nothing here."""
    person = reader_of(request)
    if not operates.test(person):
        raise Http404
    return person


def _visible_mail(person: Person, pk: int) -> InboundEmail:
    """A mail that went to an incident is seen by those who see the incident."""
    mail = get_object_or_404(InboundEmail.objects.select_related("incident__service", "event__actor"), pk=pk)
    if mail.incident_id and not Incident.objects.visible_to(person).filter(pk=mail.incident_id).exists():
        raise Http404
    return mail


def _render(request: HttpRequest, mail: InboundEmail, posted: dict[str, forms.Form], status: int = 200) -> HttpResponse:
    context = {
        "mail": mail,
        "parsed": parse(bytes(mail.raw)),
        "reason": words_of(mail.reason),
        "decisions": _decisions(mail, posted) if mail.status in OPEN else [],
        "now": moment_of(request),
    }
    return render(request, "incidents/mail.html", context, status=status)


def _decisions(mail: InboundEmail, posted: dict[str, forms.Form]) -> list[Decision]:
    words = {
        "accept": (_("Accept as a new incident"), _("You vouch for what it says.")),
        "attach": (_("Attach to an incident"), _("Its words become a note on the timeline.")),
        "discard": (_("Discard"), _("It stays stored under “Ignored”.")),
    }
    first = {"accept": {"level": level_of_mail().pk}}
    return [
        Decision(
            verb=verb,
            label=words[verb][0],
            text=words[verb][1],
            form=posted.get(verb) or form(auto_id=f"{verb}-%s", initial=first.get(verb, {})),
            url=reverse("incidents:mail-command", args=[mail.pk, verb]),
            is_primary=verb == "accept",
        )
        for verb, form in FORMS.items()
    ]


def _tabs(current: str) -> list[Tab]:
    counts = dict(InboundEmail.objects.order_by().values_list("status").annotate(Count("pk")))
    return [
        Tab(
            label=str(label),
            url=f"{reverse('incidents:mails')}?tab={name}",
            is_current=name == current,
            count=sum(counts.get(status, 0) for status in statuses),
            tone="bad" if name == "waiting" and any(counts.get(status) for status in statuses) else "",
        )
        for name, (label, statuses) in TABS.items()
    ]
