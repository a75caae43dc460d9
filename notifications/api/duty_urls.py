from django.urls import path

from notifications.api import duty_views as views

urlpatterns = [
    path("oncall/", views.OnCallNow.as_view(), name="oncall-api"),
    path("oncall/coverage/", views.CoverageReport.as_view(), name="coverage-api"),
    path("schedules/", views.ScheduleList.as_view(), name="schedules-api"),
    path("schedules/<slug:team>/", views.ScheduleDetail.as_view(), name="schedule-api"),
    path("schedules/<slug:team>/layers/", views.LayerList.as_view(), name="layers-api"),
    path("schedules/<slug:team>/overrides/", views.OverrideList.as_view(), name="overrides-api"),
    path("schedules/<slug:team>/swaps/", views.SwapList.as_view(), name="swaps-api"),
    path("layers/<int:pk>/", views.LayerDetail.as_view(), name="layer-api"),
    path("overrides/<int:pk>/", views.OverrideDetail.as_view(), name="override-api"),
    path("swaps/<int:pk>/take/", views.SwapVerb.as_view(), {"verb": "take"}, name="take-swap-api"),
    path("swaps/<int:pk>/withdraw/", views.SwapVerb.as_view(), {"verb": "withdraw"}, name="withdraw-swap-api"),
]
