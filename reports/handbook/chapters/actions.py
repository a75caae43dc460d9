"""What happens to action items: who may do what, when they speak up, and to whom."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import ActionItem, ActionPolicy
from lifecycle.lists import listed
from reports.handbook.blocks import Chapter, Heading, points
from reports.handbook.facts import Facts
from reports.handbook.verbs import commands_table, transitions_table


def action_items(facts: Facts) -> Chapter:
    return Chapter(
        "actions",
        _("Action items"),
        (
            points(
                _(
                    "An action item has one owner and one due date. It stems from an incident, a problem, a "
                    "postmortem, a meeting or a finding, and is shown until it is verified."
                ),
                _("Who says that it is done proves it, in words or by a link."),
                _("Another person verifies it: neither its owner nor who said that it is done."),
                _("A due date is moved with a reason, and it is counted how often."),
            ),
            Heading(_("Reminders and escalation")),
            points(*_moments(facts.action_policy)),
            Heading(_("Steps of an action item")),
            transitions_table(ActionItem),
            commands_table(ActionItem),
        ),
    )


def _moments(policy: ActionPolicy) -> Iterable[str]:
    """Every figure of the policy, in the order in which they come."""
    yield _("It speaks up by mail only, at %(hour)s on its owner's clock.") % {"hour": f"{policy.mail_hour:%H:%M}"}
    yield _reminders(policy.reminder_days)
    yield _("The day after the due date its owner is told that it is overdue.")
    # As incidents/action_times.py counts them: at least one day each.
    leader, again = max(policy.leader_after_days, 1), max(policy.repeat_days, 1)
    yield ngettext(
        "From %(number)d day overdue on the leaders of its owner's teams are told too; where there is none, the "
        "incident managers.",
        "From %(number)d days overdue on the leaders of its owner's teams are told too; where there is none, the "
        "incident managers.",
        leader,
    ) % {"number": leader}
    yield ngettext(
        "That is said again every day until it is done.",
        "That is said again every %(number)d days until it is done.",
        again,
    ) % {"number": again}


def _reminders(days: Iterable[int]) -> str:
    wanted = sorted(set(days), reverse=True)
    if not wanted:
        return _("Its owner is reminded only on the day that somebody asked for.")
    words = [
        ngettext("%(number)d day before the due date", "%(number)d days before the due date", number)
        % {"number": number}
        if number
        else _("on the due date")
        for number in wanted
    ]
    return _("Its owner is reminded %(days)s, and on the day that somebody asked for.") % {"days": listed(words)}
