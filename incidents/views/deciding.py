"""What the pages of solutions, proposals and reports have in common: a verb that is posted, and the way back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from incidents.commands import label_of
from incidents.views.commanding import command_named, run_posted


def run_verb(
    request: HttpRequest, find: Callable[[], Any], verb: str, render: Callable[..., HttpResponse]
) -> HttpResponse:
    """POST runs the verb; GET shows the record's page with the verb's form open, and changes nothing.

    ``find`` answers the record as far as the reader may see it (or raises Http404), ``render`` its page.
    """
    record = find()
    command = command_named(record, verb)
    if request.method != "POST":
        return render(request, record, open_verb=verb)
    refusal = run_posted(request, record, command)
    if refusal is not None:
        return render(request, find(), refusal=refusal)
    messages.success(request, _("Done: %(verb)s") % {"verb": label_of(type(record), verb)})
    return HttpResponseRedirect(way_back(request, record.get_absolute_url()))


def way_back(request: HttpRequest, fallback: str) -> str:
    """The page that the form was on, where it said so and it is ours."""
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, allowed_hosts=None, require_https=False)
    return asked if asked and is_ours else fallback
