"""The levels and targets that a new installation starts with (domain.md section 3); data from then on."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from incidents.models import ClockKind, Level, LevelTarget

CRITERIA = {
    1: gettext_noop(
        "Major impact: serious damage, data loss, data or function errors that cause several customer complaints, "
        "system faults that recur within a short period."
    ),
    2: gettext_noop(
        "Minor impact: a few functions unavailable, impairment for some users, data inconsistency without financial "
        "loss, common system faults."
    ),
    3: gettext_noop("No service impact: data query, consulting; services normal, experience affected."),
}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TARGETS = {
    1: (10 * MINUTE, 2 * HOUR, 7 * DAY),
    2: (30 * MINUTE, 6 * HOUR, 20 * DAY),
    3: (60 * MINUTE, 24 * HOUR, 60 * DAY),
}


def install_levels(**_signal: Any) -> None:
    """Fill an empty level table; called after every migration."""
    if Level.objects.exists():
        return
    for number, (response, recovery, resolution) in TARGETS.items():
        level = Level.objects.create(number=number, criteria=CRITERIA[number])
        targets = (
            (ClockKind.RESPONSE, response, False),
            (ClockKind.RECOVERY, recovery, False),
            (ClockKind.RESOLUTION, resolution, True),
            (ClockKind.DEVELOPMENT, resolution, True),
        )
        for kind, target, is_pausable in targets:
            LevelTarget.objects.create(level=level, kind=kind, target=target, is_pausable=is_pausable)
