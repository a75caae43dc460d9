"""Who may open a page: decorators for views. Somebody who may not is told that nothing is there."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase

from catalog.models import Person, Role

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of somebody who has signed in."""

    user: Person


View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]
GuardedView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def gate(is_admitted: Callable[[Person], bool]) -> Callable[[View[P]], GuardedView[P]]:
    """Anonymous visitors sign in first; persons who are not admitted get 404."""

    def guard(view: View[P]) -> GuardedView[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            person = request.user
            if not isinstance(person, Person):
                return redirect_to_login(request.get_full_path())
            if not is_admitted(person):
                raise Http404
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        return cast(GuardedView[P], guarded)

    return guard


for_anybody = gate(lambda _person: True)
for_colleagues = gate(lambda person: person.is_colleague)
for_administrators = gate(lambda person: person.has_role(Role.ADMINISTRATOR))


def colleagues_look(may_post: Callable[[Person], bool]) -> Callable[[View[P]], GuardedView[P]]:
    """Every colleague may look at the page, but only some may post to it."""

    def guard(view: View[P]) -> GuardedView[P]:
        @wraps(view)
        def guarded(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method == "POST" and not may_post(request.user):
                raise Http404
            return view(request, *args, **kwargs)

        return for_colleagues(cast(View[P], guarded))

    return guard
