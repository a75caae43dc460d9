from django.urls import URLPattern, path

from catalog.api import views

urlpatterns: list[URLPattern] = [
    path("services/", views.ServiceList.as_view(), name="api-services"),
    path("services/<slug:slug>/", views.ServiceDetail.as_view(), name="api-service"),
    path("people/", views.PersonList.as_view(), name="api-people"),
    path("teams/", views.TeamList.as_view(), name="api-teams"),
    path("business-lines/", views.BusinessLineList.as_view(), name="api-business-lines"),
]
