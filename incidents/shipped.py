"""The levels, targets, matrix, criteria and categories that a new installation starts with (domain.md section 3);
data from then on."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_noop

from incidents.models import Category, ClockKind, Criterion, Level, LevelTarget, MatrixCell

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
WORDED = (
    (1, gettext_noop("Serious damage")),
    (1, gettext_noop("Data loss")),
    (1, gettext_noop("Errors that cause several customer complaints")),
    (1, gettext_noop("A system fault that recurs within a short period")),
    (2, gettext_noop("A few functions unavailable")),
    (2, gettext_noop("Some users impaired")),
    (2, gettext_noop("Data inconsistency without financial loss")),
    (3, gettext_noop("A data query or a question")),
)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TARGETS = {
    1: (10 * MINUTE, 2 * HOUR, 7 * DAY),
    2: (30 * MINUTE, 6 * HOUR, 20 * DAY),
    3: (60 * MINUTE, 24 * HOUR, 60 * DAY),
}
ACKNOWLEDGEMENT_LASTS = {1: 1 * HOUR, 2: 4 * HOUR, 3: None}
OVERDUE_REPEAT = {1: 1 * HOUR, 2: 4 * HOUR, 3: 1 * DAY}
WARN_AT = [75, 90]
UPDATE_EVERY = {1: HOUR, 2: HOUR}
# Impact x urgency -> priority; priority -> level.
MATRIX = {(1, 1): 1, (1, 2): 2, (2, 1): 2, (1, 3): 3, (2, 2): 3, (3, 1): 3, (2, 3): 4, (3, 2): 4, (3, 3): 5}
LEVEL_OF_PRIORITY = {1: 1, 2: 2, 3: 3, 4: 3, 5: 3}
CATEGORIES = {
    gettext_noop("Availability"): [gettext_noop("Service down"), gettext_noop("Function unavailable")],
    gettext_noop("Performance"): [gettext_noop("Slow pages"), gettext_noop("Time-outs")],
    gettext_noop("Payment"): [gettext_noop("Payment refused"), gettext_noop("Settlement"), gettext_noop("Refund")],
    gettext_noop("Data"): [gettext_noop("Data wrong"), gettext_noop("Data late"), gettext_noop("Data loss")],
    gettext_noop("Access"): [gettext_noop("Login"), gettext_noop("Permissions")],
    gettext_noop("Security"): [],
    gettext_noop("Question"): [gettext_noop("Data query"), gettext_noop("Consulting")],
}


def install_levels(**_signal: Any) -> None:
    """Fill empty tables; called after every migration."""
    if not Level.objects.exists():
        for number in TARGETS:
            _install_level(number)
    if not MatrixCell.objects.exists():
        MatrixCell.objects.bulk_create(
            MatrixCell(impact=impact, urgency=urgency, priority=priority, level_id=LEVEL_OF_PRIORITY[priority])
            for (impact, urgency), priority in MATRIX.items()
        )
    if not Criterion.objects.exists():
        Criterion.objects.bulk_create(
            Criterion(level_id=level, wording=wording, position=place)
            for place, (level, wording) in enumerate(WORDED, start=1)
        )
    if not Category.objects.exists():
        _install_categories()


def _install_level(number: int) -> None:
    response, recovery, resolution = TARGETS[number]
    lasts = ACKNOWLEDGEMENT_LASTS[number]
    level = Level.objects.create(number=number, criteria=CRITERIA[number], acknowledgement_lasts=lasts)
    targets = {
        ClockKind.RESPONSE: (response, False),
        ClockKind.RECOVERY: (recovery, False),
        ClockKind.RESOLUTION: (resolution, True),
        ClockKind.DEVELOPMENT: (resolution, True),
        ClockKind.ACCEPTANCE: (response, False),
    }
    if number in UPDATE_EVERY:
        targets[ClockKind.UPDATE] = (UPDATE_EVERY[number], False)
    for kind, (target, is_pausable) in targets.items():
        LevelTarget.objects.create(
            level=level,
            kind=kind,
            target=target,
            is_pausable=is_pausable,
            warn_at=WARN_AT,
            overdue_repeat=None if kind == ClockKind.UPDATE else OVERDUE_REPEAT[number],
        )


def _install_categories() -> None:
    for place, (name, children) in enumerate(CATEGORIES.items(), start=1):
        parent = _install_category(name, None, place)
        for position, child in enumerate(children, start=1):
            _install_category(child, parent, position)


def _install_category(name: str, parent: Category | None, position: int) -> Category:
    slug = name.lower().replace(" ", "-")
    category = Category.objects.create(
        name=name, slug=slug if parent is None else f"{parent.slug}-{slug}", parent=parent, position=position
    )
    category.path = f"{parent.path if parent else ''}{category.pk}/"
    category.save(update_fields=["path"])
    return category
