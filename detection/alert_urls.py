"""Addresses of the pages about alerts, below detection/."""

from django.urls import URLPattern, path

from detection.views import alerts, heartbeats, integrations, maintenance, ordering

urlpatterns: list[URLPattern] = [
    path("alerts/", alerts.alert_list, name="alerts"),
    path("alerts/<int:pk>/", alerts.alert_page, name="alert"),
    path("integrations/", integrations.integration_list, name="integrations"),
    path("integrations/new/", integrations.new_integration, name="new_integration"),
    path("integrations/<int:pk>/", integrations.integration_page, name="integration"),
    path("integrations/<int:pk>/edit/", integrations.edit_integration_page, name="edit_integration"),
    path("integrations/<int:pk>/<slug:verb>/", integrations.act_on_integration, name="act_on_integration"),
    path("receipts/<int:pk>/", integrations.receipt_page, name="receipt"),
    path("receipts/<int:pk>/retry/", integrations.retry_receipt_page, name="retry_receipt"),
    path("routing/", ordering.routing_page, name="routing"),
    path("routing/new/", ordering.new_route, name="new_route"),
    path("routing/<int:pk>/", ordering.route_page, name="route"),
    path("routing/<int:pk>/<slug:verb>/", ordering.act_on_route, name="act_on_route"),
    path("correlation/", ordering.correlation_page, name="correlation"),
    path("correlation/new/", ordering.new_correlation_rule, name="new_correlation_rule"),
    path("correlation/<int:pk>/", ordering.correlation_rule_page, name="correlation_rule"),
    path("correlation/<int:pk>/<slug:verb>/", ordering.act_on_correlation_rule, name="act_on_correlation_rule"),
    path("maintenance/", maintenance.maintenance_list, name="maintenance"),
    path("maintenance/new/", maintenance.new_maintenance, name="new_maintenance"),
    path("maintenance/<int:pk>/", maintenance.maintenance_window_page, name="maintenance_window"),
    path("maintenance/<int:pk>/extend/", maintenance.extend_maintenance_page, name="extend_maintenance"),
    path("maintenance/<int:pk>/end/", maintenance.end_maintenance_page, name="end_maintenance"),
    path("heartbeats/", heartbeats.heartbeat_list, name="heartbeats"),
    path("heartbeats/new/", heartbeats.new_heartbeat, name="new_heartbeat"),
    path("heartbeats/<int:pk>/", heartbeats.heartbeat_page, name="heartbeat"),
    path("heartbeats/<int:pk>/edit/", heartbeats.edit_heartbeat_page, name="edit_heartbeat"),
    path("heartbeats/<int:pk>/<slug:verb>/", heartbeats.act_on_heartbeat, name="act_on_heartbeat"),
]
