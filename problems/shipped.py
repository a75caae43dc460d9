"""What a new product comes with: the cause taxonomy and how often is too often. Both are data that a site changes."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext_noop as _

from problems.models import Cause, RecurrencePolicy

# name at the top -> names below it
CAUSES: dict[str, tuple[str, ...]] = {
    _("Software"): (_("Defect in our code"), _("Slow query"), _("Release"), _("Missing test")),
    _("Configuration"): (_("Wrong setting"), _("Expired certificate or key"), _("Missing permission")),
    _("Capacity"): (_("Too little capacity"), _("Unexpected load")),
    _("Data"): (_("Wrong data"), _("Data migration")),
    _("Infrastructure"): (_("Machine"), _("Network"), _("Database"), _("Storage")),
    _("Third party"): (_("Bank or payment channel"), _("Supplier")),
    _("Process"): (_("Missing procedure"), _("Missing review"), _("Missing monitoring")),
    _("People"): (_("Operating mistake"), _("Missing knowledge")),
    _("External event"): (_("Power failure"), _("Attack")),
}
# kind -> (times, days, factor, likeness)
POLICIES: dict[str, tuple[int, int, float, float]] = {
    "fingerprint": (3, 30, 0, 0),
    "rule": (3, 30, 0, 0),
    "text": (3, 30, 0, 0.6),
    "cause": (3, 30, 0, 0),
    "category": (3, 7, 2, 0),
    "service": (10, 7, 3, 0),
}


def install_problems(**_signal: Any) -> None:
    """Fill empty tables; called after every migration."""
    if not Cause.objects.exists():
        for position, (name, below) in enumerate(CAUSES.items()):
            top = Cause.objects.create(name=name, slug=slugify(name), position=position)
            for place, child in enumerate(below):
                slug = f"{slugify(name)}-{slugify(child)}"
                Cause.objects.create(name=child, slug=slug, parent=top, position=place)
    if not RecurrencePolicy.objects.exists():
        for kind, (times, days, factor, likeness) in POLICIES.items():
            RecurrencePolicy.objects.create(kind=kind, times=times, days=days, factor=factor, likeness=likeness)
