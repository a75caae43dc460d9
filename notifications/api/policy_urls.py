from django.urls import URLPattern, path

from notifications.api import policy_views as views

urlpatterns: list[URLPattern] = [
    path("escalation-policies/", views.PolicyList.as_view(), name="policies-api"),
    path("escalation-policies/<int:pk>/", views.PolicyDetail.as_view(), name="policy-api"),
    path("escalation-policies/<int:pk>/copy/", views.PolicyCopy.as_view(), name="copy-policy-api"),
    path("notification-rules/", views.RuleList.as_view(), name="notification-rules-api"),
    path("notification-rules/<int:pk>/", views.RuleDetail.as_view(), name="notification-rule-api"),
    path("routes/", views.RouteList.as_view(), name="routes-api"),
    path("routes/ask/", views.RouteAsking.as_view(), name="ask-routes-api"),
    path("routes/<int:pk>/", views.RouteDetail.as_view(), name="route-api"),
    path("simulation/", views.Simulation.as_view(), name="simulation-api"),
    path("drills/", views.Drills.as_view(), name="drills-api"),
    path("drills/<int:pk>/end/", views.DrillEnd.as_view(), name="end-drill-api"),
    path("incidents/<number:pk>/paging/", views.Paging.as_view(), name="paging-api"),
    *(
        path(f"incidents/<number:pk>/paging/{verb}/", views.Steering.as_view(), {"verb": verb}, name=f"{verb}-api")
        for verb in ("page", "add", "page-step", "skip")
    ),
]
