"""The chapters in their order: each words one part of the facts in the language that is active."""

from collections.abc import Callable

from reports.handbook.blocks import Chapter
from reports.handbook.chapters.actions import action_items
from reports.handbook.chapters.classification import levels_and_priority
from reports.handbook.chapters.clocks import clocks_and_targets
from reports.handbook.chapters.ending import closing_and_reopening, duplicates_and_families
from reports.handbook.chapters.informing import escalation, notification
from reports.handbook.chapters.intake import how_to_report
from reports.handbook.chapters.major import major_incidents
from reports.handbook.chapters.people import people_now
from reports.handbook.chapters.purpose import purpose_and_principles, roles
from reports.handbook.chapters.statuses import statuses_and_steps
from reports.handbook.facts import Facts

CHAPTERS: tuple[Callable[[Facts], Chapter], ...] = (
    purpose_and_principles,
    roles,
    how_to_report,
    levels_and_priority,
    clocks_and_targets,
    statuses_and_steps,
    major_incidents,
    escalation,
    notification,
    duplicates_and_families,
    closing_and_reopening,
    action_items,
    people_now,
)
