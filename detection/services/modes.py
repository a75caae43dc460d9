"""Whether a rule judges, and whether anything comes of it: enable, disable, go live, return to shadow."""

from typing import NoReturn

from django.db import transaction
from django.db.models.functions import Greatest, Now
from django.utils.translation import gettext as _

from catalog.models import Person
from detection.models import Rule, RuleStatus
from detection.services.rules import lock_rule, require_editor
from lifecycle import clock
from lifecycle.transitions import InputRefused, TransitionRefused, record_event


@transaction.atomic
def enable_rule(rule: Rule, *, actor: Person | None, via: str, expected_version: int | None = None) -> Rule:
    """Judge frames again, from now on: what came while it was disabled is never judged."""
    require_editor(actor)
    lock_rule(rule, expected_version)
    if not rule.is_active:
        rule.is_active, rule.memory = True, b""
        rule.evaluated_to = max(clock.now(), rule.evaluated_to)
        _save_switch(rule)
        record_event(rule, "enable", actor=actor, via=via)
    return rule


@transaction.atomic
def disable_rule(rule: Rule, *, actor: Person | None, via: str, expected_version: int | None = None) -> Rule:
    """Stop judging. Its alerts end, but an incident that came of them stays open: nobody has seen it recover."""
    require_editor(actor)
    lock_rule(rule, expected_version)
    if rule.is_active:
        rule.is_active = False
        _save_switch(rule)
        rule.alerts.open().update(ended_at=clock.now())
        record_event(rule, "disable", actor=actor, via=via)
    return rule


@transaction.atomic
def go_live(rule: Rule, *, actor: Person | None, via: str, note: str, expected_version: int | None = None) -> Rule:
    """From shadow to live: incidents come of it from now on. ``note`` says what the trial has shown.

    Its alerts on trial end here: a series that fires on opens an alert that counts.
    """
    require_editor(actor)
    lock_rule(rule, expected_version)
    if not note.strip():
        raise InputRefused(note=_("Say what the trial has shown."))
    if not rule.is_active:
        _refuse(rule, "go_live", _("The rule is off. Enable it first."))
    if rule.is_shadow:
        _change_mode(rule, is_shadow=False)
        record_event(rule, "go_live", actor=actor, via=via, note=note.strip())
    return rule


@transaction.atomic
def return_to_shadow(
    rule: Rule, *, actor: Person | None, via: str, note: str = "", expected_version: int | None = None
) -> Rule:
    """On trial again. Its alerts end, but an incident that came of them stays open, as with ``disable_rule``."""
    require_editor(actor)
    lock_rule(rule, expected_version)
    if not rule.is_shadow:
        _change_mode(rule, is_shadow=True)
        record_event(rule, "return_to_shadow", actor=actor, via=via, note=note.strip())
    return rule


def _change_mode(rule: Rule, *, is_shadow: bool) -> None:
    rule.is_shadow = is_shadow
    rule.version += 1
    rule.alerts.open().update(ended_at=Greatest("opened_at", Now()))
    rule.save(update_fields=["is_shadow", "version"])


def _refuse(rule: Rule, verb: str, reason: str) -> NoReturn:
    raise TransitionRefused(status=rule.status, verb=verb, reason=reason, allowed=[])


def _save_switch(rule: Rule) -> None:
    rule.version += 1
    rule.last_error = ""
    rule.status = RuleStatus.NEVER
    rule.evaluated_at = None
    rule.save(update_fields=["is_active", "memory", "evaluated_to", "evaluated_at", "version", "last_error", "status"])
