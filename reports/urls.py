from django.urls import URLPattern, path

from reports import converters as converters  # makes <month:...> known
from reports import handbook_views, views

app_name = "reports"
urlpatterns: list[URLPattern] = [
    path("", views.list_months, name="list"),
    path("handbook/", handbook_views.show, name="handbook"),
    path("handbook.pdf", handbook_views.download, name="handbook-pdf"),
    path("<month:month>/", views.show_month, name="month"),
    path("<month:month>/rows/", views.show_rows, name="rows"),
    path("<month:month>/report.csv", views.download, name="csv"),
    path("<month:month>/text/", views.write, name="write"),
    path("<month:month>/sign/", views.sign, name="sign"),
]
