"""The postmortems that a caller may see, and how one is shown."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from postmortems import permissions
from postmortems.api import serializers
from postmortems.models import Postmortem


def seen_by(view: Any) -> QuerySet[Postmortem]:
    if getattr(view, "swagger_fake_view", False):
        return Postmortem.objects.none()
    return Postmortem.objects.visible_to(view.request.user).for_list(view.request.user)


def whole(view: Any) -> Postmortem:
    """The postmortem of the address, where the caller may see all of its incidents; for others there is none."""
    found = Postmortem.objects.visible_to(view.request.user)
    postmortem: Postmortem = get_object_or_404(found, pk=view.kwargs["pk"])
    if not permissions.sees_all(postmortem, view.request.user):
        raise Http404
    return postmortem


def present(view: Any, postmortem: Postmortem) -> dict[str, Any]:
    """The postmortem as it is now: a service has changed it."""
    fresh = seen_by(view).prefetch_related("issues__action_links").get(pk=postmortem.pk)
    return dict(serializers.PostmortemDetailSerializer(fresh, context={"request": view.request}).data)
