from django.urls import URLPattern, path

from reports import converters as converters  # makes <month:...> known
from reports.api import indicators, views

urlpatterns: list[URLPattern] = [
    path("indicators/", indicators.IndicatorsView.as_view(), name="api-indicators"),
    path("indicators/<slug:name>/", indicators.IndicatorView.as_view(), name="api-indicator"),
    path("reports/<month:month>/", views.MonthlyReportView.as_view(), name="api-report"),
]
