"""How incidents end and come back, and what holds several of them together."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.commands.command import label_of
from incidents.models import CauseClass, HandlingPolicy, Incident
from incidents.services.family import CASCADES
from lifecycle.lists import listed
from reports.handbook.blocks import Chapter, Heading, Table, points, table
from reports.handbook.facts import Facts
from reports.handbook.words import span

EXCEPTIONS = {
    "hold": gettext_lazy("not while it waits for the reporter: the parent's reporter is not theirs"),
    "reopen": gettext_lazy("only where O&M or a rule reopens the parent; a reporter reopens only what they reported"),
}


def duplicates_and_families(facts: Facts) -> Chapter:
    return Chapter(
        "families",
        _("Duplicates, parents and children"),
        (
            Heading(_("Duplicates")),
            points(
                _("A duplicate is merged into the incident that goes on; from then on it can only be read."),
                _("Replies to it, and what rules and mails would add to it, go to the incident that goes on."),
                _("A merge can be undone for %(time)s; status and clocks are then as if it had never been.")
                % {"time": span(facts.policy.merge_undo)},
            ),
            Heading(_("Parents and children")),
            points(
                _("Several incidents with one cause may be put below a parent. A parent has no parent itself."),
                _("What is done to the parent is done to its children too, as far as they allow it:"),
            ),
            _cascades(),
            points(
                _("Closing never goes on to children: each reporter confirms their own."),
                _("A child that refuses stays as it is, and its timeline says so."),
            ),
        ),
    )


def _cascades() -> Table:
    rows = ((label_of(Incident, verb), EXCEPTIONS.get(verb, _("always"))) for verb in CASCADES)
    return table("cascades", [_("Step"), _("Goes on to the children")], rows)


def closing_and_reopening(facts: Facts) -> Chapter:
    return Chapter(
        "closing",
        _("Closing and reopening"),
        (
            Heading(_("Closing")),
            points(
                _("The reporter is asked to confirm as soon as the incident is resolved, by a link that is used once."),
                _silence(facts.policy),
                _("What a rule has reported counts as confirmed when the figures are well again."),
                _cause_classes(),
                _("What may not close yet reminds its owner, and is tried again a day later."),
            ),
            Heading(_("Reopening")),
            points(
                _("The reporter or O&M reopens what was not over, with a reason."),
                _("The resolution clock goes on; the time in between counts as a pause."),
                _("Where the service is broken again, the recovery clock goes on too, and somebody takes it up anew."),
            ),
            Heading(_("All figures of handling")),
            _figures(facts.policy),
        ),
    )


def _silence(policy: HandlingPolicy) -> str:
    days = policy.silent_days_until_close
    return ngettext(
        "Without an answer it closes by itself after %(number)d day of silence.",
        "Without an answer it closes by itself after %(number)d days of silence.",
        days,
    ) % {"number": days}


def _cause_classes() -> str:
    linked = listed(cause.label for cause in CauseClass if cause != CauseClass.KNOWN)
    return _("An incident with one of these causes closes only with a problem linked to it: %(causes)s.") % {
        "causes": linked
    }


def _figures(policy: HandlingPolicy) -> Table:
    """Every figure of the policy, so that none is in force without being written here."""
    fields: list[Any] = [field for field in HandlingPolicy._meta.fields if not field.primary_key]
    rows = ((_capital(str(field.verbose_name)), _value(getattr(policy, field.name))) for field in fields)
    return table("figures", [_("Figure"), _("Value")], rows)


def _value(value: Any) -> str:
    if value is None:
        return _("not set")
    return str(value) if isinstance(value, int) else span(value)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
