"""Major incidents: proposal, solutions and their approval, the report."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.models import MajorProposal, MajorReport, Solution
from reports.handbook.blocks import Chapter, Heading, Text, points
from reports.handbook.facts import Facts
from reports.handbook.verbs import transitions_table
from reports.handbook.words import span


def major_incidents(facts: Facts) -> Chapter:
    return Chapter(
        "major",
        _("Major incidents"),
        (
            Text(_("An incident is major when it is of Level 1, or when an incident manager has declared it so.")),
            Heading(_("Proposal")),
            points(
                _(
                    "Anybody who handles an incident may propose to treat it as a major one; an incident manager "
                    "decides."
                ),
                _at_users(facts),
            ),
            transitions_table(MajorProposal),
            Heading(_("Solutions and their approval")),
            points(
                _("Restoring service is never blocked by an approval. Resolving a major incident needs one."),
                _("Four eyes: nobody approves a solution that they have proposed."),
                _("The decision about a solution is due in %(time)s.") % {"time": span(facts.policy.decision_target)},
                _(
                    "In an emergency a solution may be applied unapproved, with a reason that everybody sees; its "
                    "approval is then due in %(time)s."
                )
                % {"time": span(facts.policy.retro_approval)},
            ),
            transitions_table(Solution),
            Heading(_("Report")),
            points(
                _report_due(facts),
                _(
                    "It has one owner, is drafted from the timeline, and is signed by an incident manager who is not "
                    "its owner."
                ),
                _("It is traced until it is signed."),
            ),
            transitions_table(MajorReport),
        ),
    )


def _at_users(facts: Facts) -> str:
    number = facts.policy.propose_major_at_users
    if number is None:
        return _("No number of affected users proposes it by itself.")
    return ngettext(
        "Mainstay proposes it by itself at %(number)d affected user.",
        "Mainstay proposes it by itself at %(number)d affected users.",
        number,
    ) % {"number": number}


def _report_due(facts: Facts) -> str:
    days = facts.policy.report_due_days
    return ngettext(
        "Every major incident gets a report, due in %(number)d day.",
        "Every major incident gets a report, due in %(number)d days.",
        days,
    ) % {"number": days}
