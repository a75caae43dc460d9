"""Why a postmortem was proposed, or not, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from postmortems.models import TriggerLook
from postmortems.models.trigger import RULE_SENTENCES, TriggerKind

SEEN: dict[str, str | Promise] = {
    TriggerKind.LEVEL: _("it has Level %(seen)s"),
    TriggerKind.USERS: _("it affected %(seen)s"),
    TriggerKind.SHARE: _("it affected %(seen)s %%"),
    TriggerKind.DOWN: _("it did not work for %(seen)s min"),
    TriggerKind.SERVICE: _("there were %(seen)s"),
    TriggerKind.PROBLEM: _("there were %(seen)s"),
}
MERGED: dict[str, str | Promise] = {
    "problem": _("it has the same problem"),
    "family": _("it is of the same family of incidents"),
    "group": _("it is of the same service and days"),
}


@dataclass(frozen=True)
class Reason:
    """A row of the policy, and what was seen of it."""

    text: str
    seen: str
    holds: bool


@dataclass(frozen=True)
class Look:
    """What the policy said of an incident when it ended."""

    look: TriggerLook
    reasons: list[Reason]
    merged: str


def looks_of(looks: Iterable[TriggerLook]) -> list[Look]:
    return [Look(look, [_reason(row) for row in look.findings], str(MERGED.get(look.merged_by, ""))) for look in looks]


def _reason(row: dict[str, Any]) -> Reason:
    kind = row.get("kind", "")
    words = {"threshold": row.get("threshold"), "days": row.get("days")}
    text = str(RULE_SENTENCES[TriggerKind(kind)] % words) if kind in TriggerKind.values else str(kind)
    return Reason(text, _seen(kind, row.get("seen")), bool(row.get("holds")))


def _seen(kind: str, seen: Any) -> str:
    if seen is None:
        return str(_("not known"))
    return str(SEEN[kind] % {"seen": seen}) if kind in SEEN else ""
