"""Pages about policies, table, routes, simulation and drills; under /oncall/."""

from django.urls import path

from notifications.views import policies, routes, simulation, table

urlpatterns = [
    path("policies/", policies.policies_page, name="policies"),
    path("policies/new/", policies.add_policy_page, name="new-policy"),
    path("policies/<int:pk>/", policies.policy_page, name="policy"),
    path("policies/<int:pk>/copy/", policies.copy_policy_page, name="copy-policy"),
    path("policies/<int:pk>/delete/", policies.delete_policy_page, name="delete-policy"),
    path("table/", table.table_page, name="table"),
    path("table/new/", table.add_rule_page, name="new-rule"),
    path("table/<int:pk>/", table.rule_page, name="rule"),
    path("table/<int:pk>/delete/", table.delete_rule_page, name="delete-rule"),
    path("routes/", routes.routes_page, name="routes"),
    path("routes/new/", routes.add_route_page, name="new-route"),
    path("routes/<int:pk>/", routes.route_page, name="route"),
    path("routes/<int:pk>/delete/", routes.delete_route_page, name="delete-route"),
    path("simulation/", simulation.simulation_page, name="simulation"),
    path("drill/", simulation.drill_page, name="drill"),
    path("drill/<int:pk>/end/", simulation.end_drill_page, name="end-drill"),
    path("policy-changes/", simulation.changes_page, name="changes"),
]
