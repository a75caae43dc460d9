"""What a reporter is told: their words, not ours."""

from django.utils.translation import gettext as _

from incidents.models import Incident, Status, WaitingFor


def status_for_reporter(incident: Incident) -> str:
    """One sentence about where it stands."""
    if incident.status == Status.PENDING and incident.waiting_for == WaitingFor.REPORTER:
        return _("We are waiting for your answer: %(question)s") % {"question": incident.pending_reason}
    sentences = {
        Status.REPORTED: _("We have your report. Somebody will take it up shortly."),
        Status.ACKNOWLEDGED: _("Somebody is working on it."),
        Status.PENDING: _("We are working on it and wait for somebody else's answer."),
        Status.TRANSFERRED: _("Our developers are working on it."),
        Status.RECOVERED: _("The service works again. We are looking for the cause."),
        Status.RESOLVED: _("We believe that it is solved."),
        Status.CLOSED: _("It is solved and closed."),
        Status.CANCELLED: _("It was withdrawn."),
    }
    return sentences[Status(incident.status)]
