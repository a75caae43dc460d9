"""What a new product comes with: when a postmortem is proposed. Data that a site changes."""

from typing import Any

from postmortems.models import TriggerAnswer, TriggerKind, TriggerRule

# kind, threshold, days, answer
TRIGGERS = (
    (TriggerKind.LEVEL, 1, None, TriggerAnswer.PROPOSE),
    (TriggerKind.MAJOR, 1, None, TriggerAnswer.PROPOSE),
    (TriggerKind.SHARE, 5, None, TriggerAnswer.PROPOSE),
    (TriggerKind.DOWN, 120, None, TriggerAnswer.PROPOSE),
    (TriggerKind.SERVICE, 5, 7, TriggerAnswer.ASK),
    (TriggerKind.PROBLEM, 3, 30, TriggerAnswer.ASK),
)


def install_triggers(**_signal: Any) -> None:
    """Fill an empty table; called after every migration."""
    if not TriggerRule.objects.exists():
        for kind, threshold, days, answer in TRIGGERS:
            TriggerRule.objects.create(kind=kind, threshold=threshold, days=days, answer=answer)
