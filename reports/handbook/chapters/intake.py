"""How an incident is reported, and what is asked."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.forms.reporting import ReportForm
from incidents.models import CustomField, CustomFieldKind, Source
from reports.handbook.blocks import Chapter, Heading, Table, Text, points, table
from reports.handbook.facts import Facts
from reports.handbook.verbs import asked_by
from reports.handbook.words import level_names

WAYS = {
    Source.WEB: gettext_lazy("Colleagues report on a page of Mainstay."),
    Source.HOTLINE: gettext_lazy("O&M writes down what a caller says, in the same form."),
    Source.EMAIL: gettext_lazy("A mail to the address of O&M opens an incident; a reply goes to the one it answers."),
    Source.API: gettext_lazy("Other programs report through the API."),
    Source.DETECTION: gettext_lazy("Mainstay's own rules report what the figures show."),
    Source.PORTAL: gettext_lazy(
        "Anybody reports on a public page without an account, and follows it by a link of their own."
    ),
}
PAGES = {Source.WEB: "incidents:new", Source.PORTAL: "incidents:portal"}
CLOSED = "closed"


def how_to_report(facts: Facts) -> Chapter:
    days = facts.policy.follow_up_link_days
    holds = ngettext(
        "A reporter's link holds for %(number)d day.", "A reporter's link holds for %(number)d days.", days
    ) % {"number": days}
    return Chapter(
        "reporting",
        _("How to report"),
        (
            Text(_("Every incident is recorded, however it becomes known.")),
            _ways(facts),
            points(holds),
            Heading(_("What the form asks")),
            points(*asked_by(ReportForm), *map(_custom, facts.custom_fields)),
        ),
    )


def _ways(facts: Facts) -> Table:
    """The ways that are open here."""
    open_ways = [(source, text) for source, text in WAYS.items() if _address(source) != CLOSED]
    rows = ((source.label, [text, _address(source), _level_of_mail(source, facts)]) for source, text in open_ways)
    return table("ways", [_("By"), _("How")], rows)


def _level_of_mail(source: Source, facts: Facts) -> str:
    """A mail is taken in at the configured level, or the least one, until somebody judges it."""
    numbers = [level.number for level in facts.levels]
    if source != Source.EMAIL or not numbers:
        return ""
    number = settings.MAIL_LEVEL if settings.MAIL_LEVEL in numbers else max(numbers)
    return _("What a mail opens begins at %(level)s.") % {"level": level_names([number])}


def _address(source: Source) -> str:
    """Where one reports: a page or a mailbox; CLOSED where it is not set up here, empty where no address is needed."""
    if source == Source.EMAIL:
        return settings.MAIL_ADDRESS or CLOSED
    try:
        return settings.PUBLIC_URL + reverse(PAGES[source]) if source in PAGES else ""
    except NoReverseMatch:
        return CLOSED


def _custom(field: CustomField) -> str:
    words = {"name": field.name, "kind": CustomFieldKind(field.kind).label}
    return _("%(name)s (%(kind)s)") % words if field.is_required else _("%(name)s (%(kind)s, optional)") % words
