"""Levels, the worded criteria, the priority matrix, categories."""

from django.utils.translation import gettext as _

from incidents.models import Category, Degree
from lifecycle.lists import listed
from reports.handbook.blocks import Cell, Chapter, Heading, Table, Text, points, table
from reports.handbook.facts import Facts
from reports.handbook.words import localised


def levels_and_priority(facts: Facts) -> Chapter:
    return Chapter(
        "levels",
        _("Levels and priority"),
        (
            _levels(facts),
            Heading(_("Priority matrix")),
            Text(_("Impact and urgency give a priority, and the priority a level.")),
            _matrix(facts),
            Heading(_("How the level is found")),
            points(
                _("The level suggested is the worst one that a criterion or the matrix speaks for."),
                _("Whoever chooses another level than the suggested one gives a reason, which stays on the record."),
                _(
                    "An incident that becomes worse is raised to the worse level and handled by its standards from "
                    "then on: every deadline is derived anew from its original start."
                ),
            ),
            Heading(_("Categories")),
            points(*_categories(facts.categories)),
        ),
    )


def _levels(facts: Facts) -> Table:
    head = [_("Level"), _("Meaning"), _("Any one of these criteria speaks for it")]
    rows = (
        (
            Cell(level=level.number),
            localised(level.criteria),
            [localised(criterion.wording) for criterion in level.worded_criteria.all()],
        )
        for level in facts.levels
    )
    return table("levels", head, rows)


def _matrix(facts: Facts) -> Table:
    cells = {(cell.impact, cell.urgency): cell for cell in facts.matrix}
    heads = [_("Urgency: %(degree)s") % {"degree": urgency.label} for urgency in Degree]

    def content(impact: Degree, urgency: Degree) -> Cell:
        found = cells.get((impact, urgency))
        return Cell((_("Priority %(number)d") % {"number": found.priority},), found.level_id) if found else Cell()

    rows = ([impact.label, *(content(impact, urgency) for urgency in Degree)] for impact in Degree)
    return table("matrix", [_("Impact"), *heads], rows)


def _categories(categories: list[Category]) -> list[str]:
    """One line a category of the first rank, with those below it."""
    lines = []
    for category in categories:
        if category.parent_id is None:
            below = [localised(other.name) for other in categories if _is_below(other, category)]
            name = localised(category.name)
            lines.append(_("%(category)s: %(below)s") % {"category": name, "below": listed(below)} if below else name)
    return lines


def _is_below(other: Category, category: Category) -> bool:
    return other.pk != category.pk and other.path.startswith(category.path)
