"""The statuses of an incident and every step between them, read from the declared transitions."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incidents.models import Incident, Status
from reports.handbook.blocks import Chapter, Heading, Text, points, table
from reports.handbook.facts import Facts
from reports.handbook.verbs import commands_table, transitions_table

MEANINGS = {
    Status.REPORTED: gettext_lazy("Nobody has taken it up yet; somebody is being paged."),
    Status.ACKNOWLEDGED: gettext_lazy("Somebody of O&M handles it."),
    Status.PENDING: gettext_lazy("Waits for somebody or something, with a reason; only here may clocks pause."),
    Status.TRANSFERRED: gettext_lazy("With the developers, who accept or refuse it."),
    Status.RECOVERED: gettext_lazy("The service works again, perhaps by a workaround; the cause is not handled yet."),
    Status.RESOLVED: gettext_lazy("The cause is handled; the reporter is asked to confirm."),
    Status.CLOSED: gettext_lazy("The reporter has confirmed it, or said nothing for long enough."),
    Status.CANCELLED: gettext_lazy("A false alarm, or a duplicate that was merged into another incident."),
}


def statuses_and_steps(_facts: Facts) -> Chapter:
    return Chapter(
        "statuses",
        _("Statuses and steps"),
        (
            table("statuses", [_("Status"), _("Meaning")], ((status.label, MEANINGS[status]) for status in Status)),
            Heading(_("Steps from status to status")),
            Text(
                _(
                    "What is not listed cannot be done. Pages, API, e-mail and phone know the same steps, and a step "
                    "that is refused says why in the words of the last column."
                )
            ),
            transitions_table(Incident),
            Heading(_("Other steps")),
            commands_table(Incident),
            points(
                _("Every step is recorded with who did it, when, and from where. Nothing is erased from the record."),
                _("E-mail can open an incident or add a note. It never approves, closes or changes a level."),
            ),
        ),
    )
