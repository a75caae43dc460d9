from django.urls import path

from postmortems.views import lessons

app_name = "lessons"
urlpatterns = [
    path("", lessons.lesson_list, name="list"),
    path("<int:pk>/", lessons.lesson_page, name="lesson"),
]
