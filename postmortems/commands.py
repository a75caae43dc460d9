"""The verbs that move a postmortem, entered into the table that pages read (incidents/commands.py).

What the phases hold is added by the content verbs of postmortems/views/content.py.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.commands import TABLES, Command
from postmortems import permissions, services
from postmortems.forms import ReasonForm
from postmortems.models import Postmortem, Status


def _not_in_timeline(postmortem: Any) -> str | Promise:
    return "" if postmortem.status == Status.TIMELINE else _("The timeline is finished.")


POSTMORTEM_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("open_issues", services.open_issues, icon="status-issues"),
        Command("open_actions", services.open_actions, icon="status-actions"),
        Command("publish", services.publish_postmortem, icon="status-signed"),
        Command("repeat_pass", services.repeat_pass, icon="refresh"),
        Command("go_back", services.go_back, ReasonForm, "arrow-left"),
        Command(
            "draw_in_events",
            services.draw_in_events,
            icon="download",
            label=_("Draw in new events"),
            rank=20,
            permission=permissions.contributes,
            blocked=_not_in_timeline,
        ),
    )
}
TABLES[Postmortem] = POSTMORTEM_COMMANDS
