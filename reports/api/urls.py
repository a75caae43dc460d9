from django.urls import URLPattern, path

from reports import converters as converters  # makes <month:...> known
from reports.api import views

urlpatterns: list[URLPattern] = [
    path("reports/<month:month>/", views.MonthlyReportView.as_view(), name="api-report"),
]
