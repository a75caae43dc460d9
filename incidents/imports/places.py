"""Where imported incidents belong: services and categories by the names that the source gives them.

What is missing is added below "Imported", and not offered on forms unless the profile says so.
"""

from django.utils.text import slugify

from catalog.models import BusinessLine, Person, Role, Service, Team
from catalog.services import add_business_line, add_service, add_team
from incidents.imports.faults import ImportRefusedError
from incidents.imports.profile import Profile
from incidents.models import Category
from incidents.services.settings.categories import add_category
from lifecycle import clock
from lifecycle.models import Via

IMPORTED, SLUG = "Imported", "imported"


class Places:
    """Looks names up once. With ``is_rehearsal`` nothing is added: new names are only gathered."""

    def __init__(self, profile: Profile, *, owner: Person | None = None, is_rehearsal: bool = False) -> None:
        self.profile, self.owner, self.is_rehearsal = profile, owner, is_rehearsal
        self.new_services: set[str] = set()
        self.new_categories: set[tuple[str, ...]] = set()
        self._services = {service.name.casefold(): service for service in Service.objects.all()}
        self._categories: dict[tuple[int | None, str], Category] = {
            (category.parent_id, category.name.casefold()): category for category in Category.objects.all()
        }

    def service(self, name: str) -> Service | None:
        """None only in a rehearsal. Raises ImportRefusedError where nobody can own a new service."""
        found = self._services.get(name.casefold())
        if found is None:
            self.new_services.add(name)
            if not self.is_rehearsal:
                found = self._services[name.casefold()] = self._add_service(name)
        return found

    def category(self, names: tuple[str, ...]) -> Category | None:
        """The category of that path, at the top of the tree or below "Imported"."""
        if not names:
            return None
        found = self._categories.get((None, names[0].casefold()))
        if found is None:
            found = self._child(self._child(None, IMPORTED, names[:0]), names[0], names[:1])
        for depth, name in enumerate(names[1:], start=2):
            found = self._child(found, name, names[:depth])
        return found

    def _child(self, parent: Category | None, name: str, path: tuple[str, ...]) -> Category | None:
        key = (parent.pk if parent else None, name.casefold())
        is_reachable = parent is not None or name == IMPORTED
        found = self._categories.get(key) if is_reachable else None
        if found is None and path:
            self.new_categories.add(path)
        if found is None and not self.is_rehearsal:
            with clock.rehearse(clock.now()):
                offered = self.profile.is_category_offered
                found = add_category(name=name, parent=parent, is_active=offered, via=Via.SYSTEM)
            self._categories[key] = found
        return found

    # --- Services -----------------------------------------------------------------------------------------

    def _add_service(self, name: str) -> Service:
        owner = self._owner()
        with clock.rehearse(clock.now()):  # nobody is told of each
            service = add_service(
                name=name,
                slug=_free_slug(name),
                business_line=_line(),
                owner=owner,
                operations_team=_team(owner),
                rd_leader=owner,
                via=Via.SYSTEM,
            )
        if not self.profile.service.is_offered:
            service.is_active = False
            service.save(update_fields=["is_active"])
        return service

    def _owner(self) -> Person:
        """Whom the command names, else whom the profile names, else the first administrator."""
        username = self.profile.service.owner
        people = Person.objects.filter(is_active=True)
        named = people.filter(username=username).first() if username else None
        if username and named is None and self.owner is None:
            raise ImportRefusedError(f"The profile's service.owner “{username}” is no active person.")
        found = self.owner or named or people.with_role(Role.ADMINISTRATOR).order_by("pk").first()
        if found is None:
            raise ImportRefusedError("New services need an owner: add an administrator first, or name one by --owner.")
        return found


def _line() -> BusinessLine:
    return BusinessLine.objects.filter(slug=SLUG).first() or add_business_line(name=IMPORTED, slug=SLUG, via=Via.SYSTEM)


def _team(owner: Person) -> Team:
    return Team.objects.filter(slug=SLUG).first() or add_team(name=IMPORTED, slug=SLUG, members=[owner], via=Via.SYSTEM)


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:40] or "service"
    taken = set(Service.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)) | {"new"}
    slugs = (wanted if number == 1 else f"{wanted}-{number}" for number in range(1, len(taken) + 3))
    return next(slug for slug in slugs if slug not in taken)
