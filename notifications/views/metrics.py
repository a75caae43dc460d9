"""For Prometheus: figures behind a bearer token of their own (MAINSTAY_METRICS_TOKEN)."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from notifications.metrics import PagingCollector


@require_GET
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Nothing is there for whoever has no token, and for everybody where none is set."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    is_ours = scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    if not (settings.METRICS_TOKEN and is_ours):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(PagingCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
