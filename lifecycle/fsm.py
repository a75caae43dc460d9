"""django_fsm's ``transition`` with the types of this product: guards and permissions take our records and people."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeVar, cast

import django_fsm

Method = TypeVar("Method", bound=Callable[..., Any])


class TransitionDecorator(Protocol):
    def __call__(
        self,
        field: Any,
        source: str | Sequence[str],
        target: Any,
        *,
        conditions: list[Callable[[Any], bool]] | None = None,
        permission: Callable[[Any, Any], bool] | None = None,
        custom: dict[str, Any] | None = None,
    ) -> Callable[[Method], Method]:
        """Declare that the method leads from ``source`` to ``target``.

        ``permission`` asks (record, person), each of ``conditions`` the record (see lifecycle.transitions.guard).
        ``custom`` says what a page shows: label, rank (low first), fields (inputs asked for), is_danger.
        """


transition = cast(TransitionDecorator, django_fsm.transition)


def _without_models_of_migrations(contribute: Callable[..., None]) -> Callable[..., None]:
    """A state field listens to every model that is ever made, to find its transitions. The models of migrations have
    none and are made by the thousand: with all their fields listening, migrating takes over half as long again."""

    def contribute_to_class(field: Any, cls: type, name: str, *args: Any, **options: Any) -> None:
        contribute(field, cls, name, *args, **options)
        if cls.__module__ == "__fake__":
            django_fsm.class_prepared.disconnect(field._collect_transitions)  # type: ignore[attr-defined]

    return contribute_to_class


django_fsm.FSMFieldMixin.contribute_to_class = _without_models_of_migrations(
    django_fsm.FSMFieldMixin.contribute_to_class
)
