"""The verbs that move a postmortem, entered into the table that pages read (incidents/commands.py).

What the phases hold is added by the content verbs of postmortems/views/content.py.
"""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from incidents.commands import TABLES, Command
from postmortems import permissions, services
from postmortems.forms import BeginForm, CommentForm, FacilitatorForm, PublishForm, ReasonForm, SessionForm
from postmortems.models import Postmortem, Status
from postmortems.services.lessons import drafted_article
from postmortems.services.sessions import COMMENTED


def _not_in_timeline(postmortem: Any) -> str | Promise:
    return "" if postmortem.status == Status.TIMELINE else _("The timeline is finished.")


def _not_under_way(postmortem: Any) -> str | Promise:
    return "" if postmortem.is_under_way else _("Nobody works on it now.")


def _not_commented(postmortem: Any) -> str | Promise:
    return "" if postmortem.status in COMMENTED else _("Comments have their place from the actions on.")


def _first_article(postmortem: Any) -> dict[str, Any]:
    """What the article said before it went back, or a draft."""
    written = getattr(postmortem, "lesson", None)
    if written is None:
        is_ready = postmortem.status == Status.ACTIONS
        return {**drafted_article(postmortem)} if is_ready else {}
    return {"summary": written.summary, "learned": written.learned, "tags": ", ".join(written.tags)}


POSTMORTEM_COMMANDS: dict[str, Command] = {
    command.verb: command
    for command in (
        Command("open_issues", services.open_issues, icon="status-issues"),
        Command("open_actions", services.open_actions, icon="status-actions"),
        Command(
            "publish",
            services.publish_postmortem,
            PublishForm,
            icon="status-signed",
            initial=_first_article,
            is_long=True,
        ),
        Command("begin", services.begin_postmortem, BeginForm, "status-timeline"),
        Command("decline", services.decline_postmortem, ReasonForm, "hand-stop"),
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
        Command(
            "replay_detection",
            services.replay_detection,
            icon="history",
            label=_("Replay detection"),
            rank=21,
            permission=permissions.contributes,
            blocked=_not_under_way,
        ),
        Command(
            "record_session",
            services.record_session,
            SessionForm,
            icon="users",
            label=_("Write down who was there"),
            rank=22,
            permission=permissions.contributes,
            blocked=_not_under_way,
        ),
        Command(
            "name_facilitator",
            services.name_facilitator,
            FacilitatorForm,
            icon="user",
            label=_("Hand over the lead"),
            rank=23,
            permission=permissions.leads,
            blocked=_not_under_way,
        ),
        Command(
            "comment",
            services.comment_postmortem,
            CommentForm,
            icon="message",
            label=_("Comment"),
            rank=24,
            permission=permissions.contributes,
            blocked=_not_commented,
        ),
    )
}
TABLES[Postmortem] = POSTMORTEM_COMMANDS
