"""The category tree. A category that incidents have is never deleted, only no longer offered."""

from django.db import models, transaction
from django.db.models.functions import Concat, Substr
from django.utils.text import slugify
from django.utils.translation import gettext as _

from catalog.models import Person
from incidents.models import Category
from incidents.services.settings.writing import add_row, change_row
from lifecycle.models import Via
from lifecycle.transitions import InputRefused

DEEPEST = 5


@transaction.atomic
def add_category(
    *,
    name: str,
    parent: Category | None = None,
    position: int = 0,
    is_active: bool = True,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Category:
    """A node below ``parent``, or at the top."""
    _lock_tree()
    category = Category(slug=_free_slug(name))
    _refuse_too_deep(category, parent)
    changes = {"name": name, "parent": parent, "position": position, "is_active": is_active}
    add_row(category, "add_category", changes, actor=actor, via=via)
    category.path = _path_below(parent, category)
    category.save(update_fields=["path"])
    return category


@transaction.atomic
def change_category(
    category: Category,
    *,
    name: str,
    parent: Category | None,
    position: int,
    is_active: bool,
    actor: Person | None = None,
    via: str = Via.WEB,
) -> Category:
    """Rename, move (with everything below it), put in order, offer or no longer offer."""
    _lock_tree()
    category.refresh_from_db()
    _refuse_cycle(category, parent)
    _refuse_too_deep(category, parent)
    changes = {"name": name, "parent": parent, "position": position, "is_active": is_active}
    change_row(category, "change_category", changes, actor=actor, via=via)
    _move(category, _path_below(parent, category))
    return category


def _lock_tree() -> None:
    """Two moves at once could make a ring of two branches."""
    list(Category.objects.order_by("pk").select_for_update().values_list("pk"))


def _refuse_cycle(category: Category, parent: Category | None) -> None:
    if parent is not None and (parent.pk == category.pk or _fresh_path(parent).startswith(category.path)):
        raise InputRefused(parent=_("It cannot stand below itself."))


def _refuse_too_deep(category: Category, parent: Category | None) -> None:
    above = _fresh_path(parent).count("/") if parent is not None else 0
    below = 0
    if category.path:
        paths = Category.objects.filter(path__startswith=category.path).values_list("path", flat=True)
        below = max(path.count("/") for path in paths) - category.path.count("/")
    if above + 1 + below > DEEPEST:
        raise InputRefused(parent=_("The tree may be %(number)d deep at most.") % {"number": DEEPEST})


def _move(category: Category, path: str) -> None:
    """Every path in the branch begins anew."""
    old = category.path
    if old == path:
        return
    rest = Substr("path", len(old) + 1)
    branch = Category.objects.filter(path__startswith=old)
    branch.update(path=Concat(models.Value(path), rest, output_field=models.CharField()))
    category.path = path


def _path_below(parent: Category | None, category: Category) -> str:
    return f"{_fresh_path(parent) if parent else ''}{category.pk}/"


def _fresh_path(category: Category) -> str:
    return Category.objects.values_list("path", flat=True).get(pk=category.pk)


def _free_slug(name: str) -> str:
    """What addresses and programs call it from now on, whatever it is renamed to."""
    wanted = slugify(name)[:70] or "category"
    taken = set(Category.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for number in range(1, len(taken) + 3) if (slug := _numbered(wanted, number)) not in taken)


def _numbered(slug: str, number: int) -> str:
    return slug if number == 1 else f"{slug}-{number}"
