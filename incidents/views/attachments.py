"""Downloads of attachments. Never shown in the browser, whatever they are: saved, or nothing."""

import logging

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from catalog.models import Person
from incidents.models import Attachment, Incident
from incidents.views.asking import reader_of

logger = logging.getLogger(__name__)


@login_required
@require_safe
def download_attachment(request: HttpRequest, pk: int) -> FileResponse:
    return deliver(readable_attachment(pk, reader_of(request)))


def readable_attachment(pk: int, reader: Person) -> Attachment:
    """The attachment where the reader may have it; Http404 else."""
    seen = Attachment.objects.filter(incident__in=Incident.objects.visible_to(reader).values("pk"))
    return get_object_or_404(seen if reader.is_colleague else seen.filter(is_public=True), pk=pk)


def deliver(attachment: Attachment) -> FileResponse:
    """The bytes as a download that no browser runs and no cache keeps."""
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError:
        logger.error("the file of attachment %d is missing: %s", attachment.pk, attachment.file.name)
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=attachment.name, content_type=attachment.content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
