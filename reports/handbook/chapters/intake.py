"""How an incident is reported, and what is asked."""

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.forms.reporting import ReportForm
from incidents.models import CustomField, CustomFieldKind, Source
from reports.handbook.blocks import Chapter, Heading, Table, Text, points, table
from reports.handbook.facts import Facts

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
            _ways(),
            points(holds),
            Heading(_("What the form asks")),
            points(*_questions(), *map(_custom, facts.custom_fields)),
        ),
    )


def _ways() -> Table:
    rows = ((source.label, [text, _address(source)]) for source, text in WAYS.items())
    return table("ways", [_("By"), _("How")], rows)


def _address(source: Source) -> str:
    """Where the page is that one reports on; empty where there is none."""
    try:
        return settings.PUBLIC_URL + reverse(PAGES[source])
    except (KeyError, NoReverseMatch):
        return ""


def _questions() -> list[str]:
    return [
        str(field.label) if field.required else _("%(field)s (optional)") % {"field": field.label}
        for field in ReportForm.base_fields.values()
        if field.label
    ]


def _custom(field: CustomField) -> str:
    words = {"name": field.name, "kind": CustomFieldKind(field.kind).label}
    return _("%(name)s (%(kind)s)") % words if field.is_required else _("%(name)s (%(kind)s, optional)") % words
