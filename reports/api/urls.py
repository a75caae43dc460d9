from django.urls import URLPattern, path

from reports import converters as converters  # makes <month:...> known
from reports.api import indicators, views

urlpatterns: list[URLPattern] = [
    path("indicators/", indicators.IndicatorsView.as_view(), name="api-indicators"),
    path("indicators/<slug:name>/", indicators.IndicatorView.as_view(), name="api-indicator"),
    path("reports/<month:month>/", views.MonthlyReportView.as_view(), name="api-report"),
    path("reports/<month:month>/write/", views.WriteReport.as_view(), name="api-report-write"),
    path("reports/<month:month>/sign/", views.SignReport.as_view(), name="api-report-sign"),
    path("reports/<month:month>/amend/", views.AmendReport.as_view(), name="api-report-amend"),
    path("reports/<month:month>/comments/", views.ReportComments.as_view(), name="api-report-comments"),
    path("reports/<month:month>/compare/", views.CompareReport.as_view(), name="api-report-compare"),
]
