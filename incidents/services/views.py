"""Saved views: filters that people keep for themselves or share with a team of theirs.

Who has made a view changes it; administrators may change those that are shared. A team's members see them. All raise
NotPermitted, or InputRefused with a sentence per field.
"""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from catalog.models import Person, Role, Team
from incidents.models import SavedView
from lifecycle.text import one_line, sanitise
from lifecycle.transitions import InputRefused, NotPermitted

MOST_VIEWS = 50
LONGEST_NAME, LONGEST_QUERY = 60, 2000


def may_change_view(view: SavedView, person: Person) -> bool:
    is_overseer = person.has_role(Role.ADMINISTRATOR) and view.team_id is not None
    return person.is_colleague and (view.owner_id == person.pk or is_overseer)


def save_view(*, actor: Person, name: str, query: str, team: Team | None = None, is_default: bool = False) -> SavedView:
    """Keep a list's query string, which the caller has read by the list's own filters, under a name."""
    if not actor.is_colleague:
        raise NotPermitted("save_view")
    if SavedView.objects.filter(owner=actor).count() >= MOST_VIEWS:
        raise InputRefused(name=_("You have %(number)d views: drop one first.") % {"number": MOST_VIEWS})
    if len(query) > LONGEST_QUERY:
        raise InputRefused(query=_("That filter is too long to be kept."))
    return _write(SavedView(owner=actor, query=query), actor, name=name, team=team, is_default=is_default)


def change_view(view: SavedView, *, actor: Person, name: str, team: Team | None, is_default: bool) -> SavedView:
    """Rename it, share it or take it back, show it first or no longer."""
    if not may_change_view(view, actor):
        raise NotPermitted("change_view")
    return _write(view, actor, name=name, team=team, is_default=is_default)


def delete_view(view: SavedView, *, actor: Person) -> None:
    if not may_change_view(view, actor):
        raise NotPermitted("delete_view")
    view.delete()


def _write(view: SavedView, actor: Person, *, name: str, team: Team | None, is_default: bool) -> SavedView:
    plain = one_line(sanitise(name), longest=LONGEST_NAME)
    if not plain:
        raise InputRefused(name=_("Please write something here."))
    if team is not None and team.pk != view.team_id and not actor.teams.filter(pk=team.pk).exists():
        raise InputRefused(team=_("Share it with a team of yours."))
    view.name, view.team, view.is_default = plain, team, is_default
    try:
        with transaction.atomic():
            if is_default:  # there is one: the last that was chosen
                SavedView.objects.filter(owner=view.owner_id, is_default=True).exclude(pk=view.pk).update(
                    is_default=False
                )
            view.save()
    except IntegrityError as error:
        raise InputRefused(name=_("You have a view of that name already.")) from error
    return view
