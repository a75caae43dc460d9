from django.urls import URLPattern, path

from detection.api import alert_views as views

urlpatterns: list[URLPattern] = [
    path("integrations/", views.IntegrationList.as_view(), name="integrations-api"),
    path("integrations/<int:pk>/", views.IntegrationDetail.as_view(), name="integration-api"),
    path("integrations/<int:pk>/key/", views.IntegrationKey.as_view(), name="integration-key-api"),
    path(
        "integrations/<int:pk>/enable/",
        views.IntegrationSwitch.as_view(),
        {"verb": "enable"},
        name="enable-integration-api",
    ),
    path(
        "integrations/<int:pk>/disable/",
        views.IntegrationSwitch.as_view(),
        {"verb": "disable"},
        name="disable-integration-api",
    ),
    path("alert-routes/", views.AlertRouteList.as_view(), name="alert-routes-api"),
    path("alert-routes/<int:pk>/", views.AlertRouteDetail.as_view(), name="alert-route-api"),
    path("alert-routes/<int:pk>/up/", views.AlertRouteOrder.as_view(), {"verb": "up"}, name="alert-route-up-api"),
    path("alert-routes/<int:pk>/down/", views.AlertRouteOrder.as_view(), {"verb": "down"}, name="alert-route-down-api"),
    path("correlation-rules/", views.CorrelationRuleList.as_view(), name="correlation-rules-api"),
    path("correlation-rules/<int:pk>/", views.CorrelationRuleDetail.as_view(), name="correlation-rule-api"),
    path(
        "correlation-rules/<int:pk>/up/",
        views.CorrelationRuleOrder.as_view(),
        {"verb": "up"},
        name="correlation-rule-up-api",
    ),
    path(
        "correlation-rules/<int:pk>/down/",
        views.CorrelationRuleOrder.as_view(),
        {"verb": "down"},
        name="correlation-rule-down-api",
    ),
    path("maintenance-windows/", views.MaintenanceList.as_view(), name="maintenance-windows-api"),
    path("maintenance-windows/<int:pk>/", views.MaintenanceDetail.as_view(), name="maintenance-window-api"),
    path("maintenance-windows/<int:pk>/end/", views.MaintenanceEnd.as_view(), name="maintenance-end-api"),
    path("heartbeats/", views.HeartbeatList.as_view(), name="heartbeats-api"),
    path("heartbeats/<int:pk>/", views.HeartbeatDetail.as_view(), name="heartbeat-api"),
    path("heartbeats/<int:pk>/key/", views.HeartbeatKey.as_view(), name="heartbeat-key-api"),
    path("heartbeats/<int:pk>/pause/", views.HeartbeatSwitch.as_view(), {"verb": "pause"}, name="pause-heartbeat-api"),
    path(
        "heartbeats/<int:pk>/resume/", views.HeartbeatSwitch.as_view(), {"verb": "resume"}, name="resume-heartbeat-api"
    ),
]
