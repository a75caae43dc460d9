"""Who may use an endpoint. To everybody else nothing is there."""

from typing import Any

from django.http import Http404
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from catalog.models import Person


class ForColleagues(BasePermission):
    """401 for callers without a name; 404 for those who only report incidents."""

    def has_permission(self, request: Request, _view: Any) -> bool:
        if not isinstance(request.user, Person):
            return False
        if not request.user.is_colleague:
            raise Http404
        return True
