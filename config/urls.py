"""Every address of the product. Pages live under their app's plural noun, the API under /api/v1/."""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from config import views


def alive(_request: HttpRequest) -> HttpResponse:
    """For load balancers: the process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("healthz", alive, name="alive"),
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("theme/", views.set_theme, name="set_theme"),
    path("language/", views.set_language, name="set_language"),
    path("catalog/", include("catalog.urls")),
    path("", include("incidents.urls")),
    path("problems/", include("problems.urls")),
    path("postmortems/", include("postmortems.urls")),
    path("lessons/", include("postmortems.lesson_urls")),
    path("detection/", include("detection.urls")),
    path("inspections/", include("detection.inspections.urls")),
    path("", include("detection.hook_urls")),
    path("reports/", include("reports.urls")),
    path("", include("reports.boards.urls")),
    path("meeting/", include("reports.meeting.urls")),
    path("", include("notifications.urls")),
    path("api/v1/", include("catalog.api.urls")),
    path("api/v1/", include("incidents.api.urls")),
    path("api/v1/", include("problems.api.urls")),
    path("api/v1/", include("postmortems.api.urls")),
    path("api/v1/", include("detection.api.urls")),
    path("api/v1/", include("detection.inspections.api.urls")),
    path("api/v1/", include("notifications.api.urls")),
    path("api/v1/", include("reports.api.urls")),
    path("api/v1/", include("reports.meeting.api.urls")),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", login_required(SpectacularSwaggerSplitView.as_view(url_name="schema")), name="api-docs"),
]

handler400 = "config.views.refuse_request"
handler403 = "config.views.refuse_permission"
handler404 = "config.views.miss_page"
handler500 = "config.views.admit_fault"
