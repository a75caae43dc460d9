from django.urls import URLPattern, path

from detection.inspections.api import records, views
from incidents.api.views import command_views

VERBS = ("run", "enable", "disable")
urlpatterns: list[URLPattern] = [
    path("inspections/", views.InspectionList.as_view(), name="inspections-api"),
    path("inspections/kinds/", views.InspectionKinds.as_view(), name="inspection-kinds-api"),
    path("inspections/score/", views.InspectionScore.as_view(), name="inspection-score-api"),
    path("inspections/activities/", records.ActivityList.as_view(), name="activities-api"),
    path("inspections/activities/<int:pk>/", records.ActivityDetail.as_view(), name="activity-api"),
    path("inspections/activities/<int:pk>/findings/", records.ActivityFindings.as_view(), name="activity-findings-api"),
    path("inspections/expiries/", records.ExpiryDateList.as_view(), name="expiries-api"),
    path("inspections/expiries/import/", records.ExpiryDateImport.as_view(), name="import-expiries-api"),
    path("inspections/expiries/<int:pk>/", records.ExpiryDateDetail.as_view(), name="expiry-api"),
    path("inspections/capacities/", records.CapacityList.as_view(), name="capacities-api"),
    path("inspections/capacities/import/", records.CapacityImport.as_view(), name="import-capacities-api"),
    path("inspections/capacities/<int:pk>/", records.CapacityDetail.as_view(), name="capacity-api"),
    path("inspections/<int:pk>/", views.InspectionDetail.as_view(), name="inspection-api"),
    path("inspections/<int:pk>/runs/", views.InspectionRuns.as_view(), name="inspection-runs-api"),
    *(
        path(
            f"inspections/<int:pk>/{verb}/",
            views.InspectionVerb.as_view(),
            {"verb": verb},
            name=f"{verb}-inspection-api",
        )
        for verb in VERBS
    ),
    path("findings/", views.FindingList.as_view(), name="findings-api"),
    path("findings/<int:pk>/", views.FindingDetail.as_view(), name="finding-api"),
    path("findings/<int:pk>/events/", views.FindingEvents.as_view(), name="finding-events-api"),
    *(
        path(f"findings/<int:pk>/{verb}/", view, name=f"finding-{verb}-api")
        for _kind, verb, view in command_views(views.FINDINGS)
    ),
]
