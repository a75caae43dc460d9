"""Who is paged until somebody acknowledges, and who else is told what."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from lifecycle.lists import listed
from notifications.models import EscalationPolicy, NoticeKind, NotificationRule
from notifications.plan import LAST_RESORT_AFTER, FrozenStep, Snapshot
from notifications.services.noticing import INITIAL_AFTER, PROGRESS_EVERY
from notifications.step_words import Names, sentence_of
from reports.handbook.blocks import Block, Chapter, Heading, Table, Text, points, table
from reports.handbook.facts import Facts
from reports.handbook.words import level_names, localised, span

WHEN = {
    NoticeKind.INITIAL: gettext_lazy(
        "when the incident is acknowledged, or %(time)s after the report, whichever comes first"
    ),
    NoticeKind.PROGRESS: gettext_lazy("with every update, and every %(time)s until service is recovered"),
    NoticeKind.RECTIFIED: gettext_lazy("when service is recovered"),
    NoticeKind.OVERDUE: gettext_lazy("when a clock is overdue"),
    NoticeKind.WARNING: gettext_lazy("with every warning of a clock"),
    NoticeKind.UPDATE_OVERDUE: gettext_lazy("when a progress update is overdue"),
}
TIMES = {NoticeKind.INITIAL: INITIAL_AFTER, NoticeKind.PROGRESS: PROGRESS_EVERY}
TOLD = {
    NoticeKind.REMINDER: gettext_lazy("when something is still to be done: whoever has to do it"),
    NoticeKind.MENTION: gettext_lazy("when a note names somebody by @ and user name: that person"),
    NoticeKind.WATCHED: gettext_lazy("when the incident goes on: whoever watches it"),
    NoticeKind.RECEIVED: gettext_lazy("when the report was taken in: the reporter"),
    NoticeKind.ANSWER: gettext_lazy("when something is written that reporters may read: the reporter"),
    NoticeKind.CONFIRMATION: gettext_lazy("when the incident is resolved: the reporter, who is asked to confirm"),
}


def escalation(facts: Facts) -> Chapter:
    intro = Text(
        _(
            "A new incident pages the people on call until somebody acknowledges it, by a key on the phone, a reply, a "
            "link or the page. An acknowledgement, recovery or the end of the incident stops the paging."
        )
    )
    frozen = {policy.pk: Snapshot.of(policy).steps for policy in facts.escalation_policies}
    names = Names.of(step for steps in frozen.values() for step in steps)
    blocks = [block for policy in facts.escalation_policies for block in _policy(policy, frozen[policy.pk], names)]
    return Chapter("escalation", _("Escalation"), (intro, *blocks, *_conditions(), *_unpaged(facts)))


def _policy(policy: EscalationPolicy, steps: tuple[FrozenStep, ...], names: Names) -> Iterator[Block]:
    yield Heading(localised(policy.name))
    yield Text(
        _("For %(levels)s:") % {"levels": level_names(policy.levels)}
        if policy.levels
        else _("For what the routes lead to it:")
    )
    yield points(*(sentence_of(step, names) for step in steps), is_ordered=True)
    yield points(_repeats(policy), _fallback(policy), _resort(policy))


def _repeats(policy: EscalationPolicy) -> str:
    if not policy.repeats:
        return _("The steps are not repeated.")
    return ngettext(
        "After %(time)s the steps start again, %(number)d time.",
        "After %(time)s the steps start again, %(number)d times.",
        policy.repeats,
    ) % {"time": span(policy.round_length), "number": policy.repeats}


def _fallback(policy: EscalationPolicy) -> str:
    after = {"time": span((policy.repeats + 1) * policy.round_length)}
    if policy.fallback is None:
        return _("Still nobody after %(time)s: every incident manager is paged.") % after
    text = _("Still nobody after %(time)s: the fallback contact is paged, %(person)s.")
    return text % {**after, "person": policy.fallback.name}


def _resort(policy: EscalationPolicy) -> str:
    after = {"time": span(min(policy.round_length, LAST_RESORT_AFTER))}
    return (
        _("After %(time)s more the duty managers are paged once; then a red banner says that nobody acknowledged.")
        % after
    )


def _conditions() -> list[Block]:
    """What holds for every policy."""
    return [
        Heading(_("For every policy")),
        points(
            _("Where a step finds nobody who can be called or texted, the fallback contact is paged at once."),
            _("A step whose condition does not hold is left out, with the reason on the timeline; the plan goes on."),
            _("Without a channel in the step each person's own rules hold; without rules, all channels at once."),
            _("A running escalation keeps the policy that it began with, also when the policy is changed."),
        ),
    ]


def _unpaged(facts: Facts) -> list[Block]:
    """A level that no policy speaks of pages nobody; whoever reads this should know."""
    paged = {number for policy in facts.escalation_policies for number in policy.levels}
    levels = [level.number for level in facts.levels if level.number not in paged]
    return [Text(_("No policy pages anybody for %(levels)s.") % {"levels": level_names(levels)})] if levels else []


def notification(facts: Facts) -> Chapter:
    return Chapter(
        "notification",
        _("Notification table"),
        (
            Text(_("Apart from the paging of those on call, these people are told without having to do anything.")),
            _table(facts.notification_rules),
            Heading(_("Told in any case, by e-mail")),
            table("told", [_("Notification"), _("When, and to whom")], ((kind.label, TOLD[kind]) for kind in TOLD)),
        ),
    )


def _table(rules: list[NotificationRule]) -> Table:
    head = [_("Notification"), _("When"), _("Levels"), _("Method"), pgettext("recipients", "To"), _("Cc")]
    rows = (
        (
            NoticeKind(rule.kind).label,
            _when(rule),
            level_names(rule.levels),
            listed(rule.channel_names),
            listed(rule.to_names),
            listed(rule.cc_names) or "–",
        )
        for rule in rules
    )
    return table("notification", head, rows)


def _when(rule: NotificationRule) -> str:
    if rule.kind == NoticeKind.WARNING and rule.at_percent is not None:
        return _("when a clock warns, from %(percent)d %% of its target on") % {"percent": rule.at_percent}
    kind = NoticeKind(rule.kind)
    return str(WHEN[kind]) % {"time": span(TIMES.get(kind))}
