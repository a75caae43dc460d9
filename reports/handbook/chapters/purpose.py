"""What incident management is for, and who does what."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Role
from incidents.models import Incident
from incidents.services.staffing import ROLES
from reports.handbook.blocks import Chapter, Heading, Text, points, table
from reports.handbook.facts import Facts
from reports.handbook.words import span

DUTIES = {
    Role.OPERATIONS: gettext_lazy(
        "Receives and records every incident, diagnoses it, transfers what O&M cannot resolve or asks for help "
        "in time. Holds the first accountability: tracks it, "
        "keeps the reporter informed, closes what the reporter has confirmed."
    ),
    Role.DEVELOPER: gettext_lazy(
        "Accepts or refuses transferred incidents, finds their causes and resolves them; provides the comprehensive "
        "fix of a defect."
    ),
    Role.INCIDENT_MANAGER: gettext_lazy(
        "Coordinates people and resources, decides which incidents are major, approves their solutions, and traces "
        "their reports until they are signed."
    ),
    Role.SERVICE_OWNER: gettext_lazy("Answers for a service towards the business; is told what happens to it."),
    Role.RD_LEADER: gettext_lazy("Leads the developers of a service; is told, and finds people where they are short."),
    Role.MANAGER: gettext_lazy("Reads the figures of every month and acts on them."),
    Role.ADMINISTRATOR: gettext_lazy(
        "Keeps levels, targets, calendars, policies, services and people in this configuration."
    ),
    Role.REPORTER: gettext_lazy(
        "The customer or colleague who reported; sees what they reported, answers questions, confirms that it is well "
        "again. Needs no account."
    ),
}
ON_AN_INCIDENT = {
    "owner": gettext_lazy("accountable for the incident from its report to its end, whoever handles it"),
    "handler": gettext_lazy("works on it now"),
    "manager": gettext_lazy("leads a major incident and decides about its solutions"),
    "communications_lead": gettext_lazy("keeps customers and leaders informed"),
}


def purpose_and_principles(_facts: Facts) -> Chapter:
    blocks = (
        Text(
            _(
                "Every incident, an unplanned interruption of a service or a fall in its quality, is recorded in one "
                "place and handled as written here, so that service comes back quickly and nothing is lost or "
                "forgotten."
            )
        ),
        points(
            _("Record everything: who reported it, what was seen, when it began."),
            _("Restore service first, by a workaround where there is one; then find the cause."),
            _("One person is accountable at every moment."),
            _("Keep those affected informed before they have to ask."),
            _("Ask for help early. Nobody is blamed for an incident, nor for an alarm that proves false."),
            _("Recurring incidents, known defects and unknown causes go on to problem management."),
        ),
        Text(
            _(
                "This handbook is written by Mainstay from its configuration at the moment named on it. What is "
                "configured is what Mainstay does; a change of the configuration changes this text, and its digest."
            )
        ),
    )
    return Chapter("purpose", _("Purpose"), blocks)


def roles(facts: Facts) -> Chapter:
    return Chapter(
        "roles",
        _("Roles"),
        (
            table("roles", [_("Role"), _("Does")], ((role.label, DUTIES[role]) for role in Role)),
            Text(_("Who holds which role today is listed in the annex.")),
            Heading(_("Roles on an incident")),
            points(
                *(
                    _("%(role)s: %(duty)s") % {"role": _role_name(role), "duty": ON_AN_INCIDENT.get(role, "")}
                    for role in ROLES
                )
            ),
            Text(_reminder_of_roles(facts)),
            Heading(_("Who sees what")),
            points(
                _("Every colleague sees every incident; a reporter sees those that they reported."),
                _(
                    "A restricted incident, or an incident of a restricted service, is seen only by those who have to "
                    "do with it, by incident managers and by administrators. To everybody else it does not exist."
                ),
            ),
        ),
    )


def _role_name(role: str) -> str:
    name = str(Incident._meta.get_field(role).verbose_name)  # type: ignore[union-attr]
    return name[:1].upper() + name[1:]


def _reminder_of_roles(facts: Facts) -> str:
    text = _("Where nobody owns an incident, or nobody manages a major one, a reminder comes after %(time)s.")
    return text % {"time": span(facts.policy.unset_role_reminder)}
