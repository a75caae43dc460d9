"""What the pages about inspections have in common."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from catalog.access import PersonRequest, gate
from detection.inspections import permissions
from incidents.views.asking import moment_of

PAGE_SIZE = 50
for_editors = gate(lambda person: person.is_colleague and permissions.edits(person))
for_workers = gate(lambda person: person.is_colleague and permissions.works(None, person))


def show(request: PersonRequest, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    shared = {"may_edit": permissions.edits(request.user), "now": moment_of(request)}
    return render(request, f"inspections/{template}", {**shared, **context}, status=status)
