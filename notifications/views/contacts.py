"""How one is reached: proving one's number, one's own rules, test pages to oneself."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from catalog.access import PersonRequest, for_colleagues
from catalog.models import Person
from lifecycle import clock
from lifecycle.transitions import InputRefused
from notifications.forms import LineFormSet
from notifications.models import PersonalRule, PhoneCode, Urgency
from notifications.previewing import doubts_about, sentence_of
from notifications.services.preferring import set_paging_rules
from notifications.services.reachable import unusable_channels, usable_channels
from notifications.services.stopping import is_stopped
from notifications.services.testing import last_proof, last_tests, send_test_page
from notifications.services.verifying import confirm_code, send_code
from notifications.ways import PERSONAL, has_own, ways_of

LOUDEST_FIRST = (Urgency.IMPORTANT, Urgency.DEFAULT)
ROWS = 4
"""Lines of a list that the page offers at least; one more than are used."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def phone_page(request: PersonRequest) -> HttpResponse:
    """Prove that the number is one's own: have a code sent or a call made, enter the code or press the key."""
    person = Person.objects.get(pk=request.user.pk)
    refusal = _verify(request, person) if request.method == "POST" else ""
    if request.method == "POST" and not refusal:
        return redirect("notifications:phone")
    waiting = PhoneCode.objects.filter(person=person, phone=person.phone, used_at=None, expires_at__gt=clock.now())
    context = {
        "person": person,
        "waiting": None if person.has_verified_phone else waiting.first(),
        "is_stopped": is_stopped(person.phone),
        "refusal": refusal,
    }
    return render(request, "notifications/phone.html", context, status=400 if refusal else 200)


def _verify(request: PersonRequest, person: Person) -> str:
    """Do what was asked; a sentence where it was refused."""
    try:
        if request.POST.get("do") == "confirm":
            confirm_code(person, actor=person, code=request.POST.get("code", "")[:20])
            messages.success(request, _("Your number is verified."))
        else:
            send_code(person, actor=person, channel=request.POST.get("do", ""))
            messages.success(request, _("It is on its way. The code is good for 10 minutes."))
    except InputRefused as refused:
        return str(refused)
    return ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@for_colleagues
def paging_page(request: PersonRequest) -> HttpResponse:
    """One's own rules for ordinary and for important pages, with what they would do."""
    person = Person.objects.get(pk=request.user.pk)
    urgency = request.POST.get("urgency", "")
    posted = LineFormSet(request.POST, prefix=urgency) if urgency in Urgency.values else None
    refusal = ""
    if request.method == "POST":
        refusal = _save(request, person, urgency, posted)
        if not refusal:
            return redirect("notifications:paging")
    rules, usable = list(PersonalRule.objects.filter(person=person)), usable_channels(person)
    context = {
        "person": person,
        "lists": [_list(rules, value, usable, posted if value == urgency else None) for value in LOUDEST_FIRST],
        "refusal": refusal,
        "unusable": unusable_channels(person),
        "channels": PERSONAL,
        "tests": last_tests(person),
        "last_proof": last_proof(person),
        "is_stopped": is_stopped(person.phone),
    }
    return render(request, "notifications/paging.html", context, status=400 if refusal else 200)


def _save(request: PersonRequest, person: Person, urgency: str, posted: Any) -> str:
    if posted is None or not posted.is_valid():
        return _("Write minutes as numbers from 0 to 60, and choose the channels.")
    lines = [
        (timedelta(minutes=line.get("after") or 0), line.get("channels") or [])
        for line in posted.cleaned_data
        if line.get("channels")
    ]
    try:
        set_paging_rules(person, actor=person, urgency=urgency, lines=lines)
    except InputRefused as refused:
        return str(refused)
    messages.success(request, _("Your rules are saved."))
    return ""


def _list(rules: list[PersonalRule], urgency: str, usable: set[str], posted: Any) -> dict[str, Any]:
    ways = ways_of(rules, urgency)
    own = [rule for rule in rules if rule.urgency == urgency]
    initial: list[dict[str, Any]] = [
        {"after": int(rule.after.total_seconds() // 60), "channels": rule.channels} for rule in own
    ]
    initial += [{}] * max(ROWS - len(initial), 1)
    return {
        "urgency": urgency,
        "is_important": urgency == Urgency.IMPORTANT,
        "lines": posted if posted is not None else LineFormSet(initial=initial, prefix=urgency),
        "is_own": has_own(rules, urgency),
        "sentence": sentence_of(ways),
        "doubts": doubts_about(ways, usable),
    }


@require_POST
@for_colleagues
def test_page(request: PersonRequest) -> HttpResponse:
    """Send a test page to oneself; what becomes of it stands on the page of one's rules."""
    person = Person.objects.get(pk=request.user.pk)
    try:
        delivery = send_test_page(person, actor=person, channel=request.POST.get("channel", ""))
    except InputRefused as refused:
        messages.error(request, str(refused))
    else:
        if delivery.not_sent_reason:
            messages.error(request, _(delivery.not_sent_reason))
        else:
            messages.success(request, _("The test page is on its way. Answer it to prove that it came."))
    return redirect(f"{reverse('notifications:paging')}#tests")
