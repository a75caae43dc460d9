from django.urls import URLPattern, path

from reports import converters as converters  # makes <month:...> known
from reports import explore_views, handbook_views, postmortem_views, target_views, views

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", views.list_months, name="list"),
    path("explore/", explore_views.explore, name="explore"),
    path("explore.csv", explore_views.download, name="explore-csv"),
    path("explore/rows/", explore_views.show_rows, name="indicator-rows"),
    path("targets/", target_views.targets, name="targets"),
    path("handbook/", handbook_views.show, name="handbook"),
    path("handbook.pdf", handbook_views.download, name="handbook-pdf"),
    path("postmortems/<int:pk>.pdf", postmortem_views.download, name="postmortem-pdf"),
    path("<month:month>/", views.show_month, name="month"),
    path("<month:month>/rows/", views.show_rows, name="rows"),
    path("subscription/", views.set_subscription, name="subscription"),
    path("<month:month>/report.csv", views.month_csv, name="csv"),
    path("<month:month>/report.xlsx", views.month_xlsx, name="xlsx"),
    path("<month:month>/report.pdf", views.month_pdf, name="pdf"),
    path("<month:month>/charts/<slug:chart>.csv", views.chart_csv, name="chart-csv"),
    path("<month:month>/compare/", views.compare, name="compare"),
    path("<month:month>/text/", views.write, name="write"),
    path("<month:month>/sign/", views.sign, name="sign"),
    path("<month:month>/amend/", views.amend, name="amend"),
    path("<month:month>/comments/", views.comment, name="comment"),
]
