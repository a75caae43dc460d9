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
