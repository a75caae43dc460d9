"""The notification table and the escalation policies that a new installation starts with (domain.md section 4)."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from notifications.models import EscalationPolicy, EscalationStep, NotificationRule, PagingSettings, Route

WRITTEN = ["sms", "email"]
TABLE = [
    ("initial", WRITTEN, ["service_owner"], ["operations_team"]),
    ("initial", ["voice"], ["rd_leader"], []),
    ("progress", WRITTEN, ["service_owner"], ["operations_team"]),
    ("rectified", WRITTEN, ["service_owner"], ["operations_team"]),
    ("overdue", WRITTEN, ["service_owner"], ["operations_team", "rd_leader"]),
    ("overdue", ["voice"], ["rd_leader"], []),
]
WARNINGS = [
    ([1, 2], 75, ["email"], ["handler"], ["owner"]),
    ([1, 2], 90, WRITTEN, ["handler", "owner"], ["operations_team"]),
    ([1, 2], 100, ["email"], ["owner", "manager"], []),
    ([3], 90, ["email"], ["handler"], ["owner"]),
]
"""(levels, from percent on, methods, to, cc): past 100 percent the warning is repeated as the level's target says."""
NEWS_OVERDUE = (["email", "sms"], ["communications_lead", "handler"], ["manager"])
STEPS = [(0, "primary"), (5, "primary"), (10, "secondary"), (15, "manager")]


def install_policies(**_signal: Any) -> None:
    """Fill empty tables; called after every migration."""
    PagingSettings.objects.get_or_create(pk=1)
    if not Route.objects.exists():
        Route.objects.create(note=gettext_noop("every incident"))
    if not NotificationRule.objects.exists():
        for kind, channels, to, cc in TABLE:
            NotificationRule.objects.create(kind=kind, levels=[1, 2], channels=channels, to=to, cc=cc)
    if not NotificationRule.objects.filter(kind="warning").exists():
        install_warnings(NotificationRule)
    if not EscalationPolicy.objects.exists():
        _install(gettext_noop("Level 1 and 2: call until acknowledged"), [1, 2], ["voice", "sms", "email"])
        _install(gettext_noop("Level 3: mail"), [3], ["email"])


def install_warnings(rules: Any) -> None:
    """The rows about deadlines that come near and news that are overdue; ``rules`` is the model NotificationRule."""
    for levels, percent, channels, to, cc in WARNINGS:
        rules.objects.create(kind="warning", levels=levels, at_percent=percent, channels=channels, to=to, cc=cc)
    channels, to, cc = NEWS_OVERDUE
    rules.objects.create(kind="update_overdue", levels=[1, 2], channels=channels, to=to, cc=cc)


def _install(name: str, levels: list[int], channels: list[str]) -> None:
    policy = EscalationPolicy.objects.create(name=name, levels=levels, round_length=timedelta(minutes=20), repeats=3)
    for minutes, target in STEPS:
        EscalationStep.objects.create(policy=policy, after=timedelta(minutes=minutes), target=target, channels=channels)
