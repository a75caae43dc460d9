from django.urls import URLPattern, path

from notifications.api import chats, contacts, duty_urls, health, policy_urls, war_rooms

urlpatterns: list[URLPattern] = [
    path("pager/", health.PagerHealth.as_view(), name="pager-api"),
    *policy_urls.urlpatterns,
    *duty_urls.urlpatterns,
    path("chat-groups/<number:pk>/", war_rooms.WarRoomDetail.as_view(), name="chat-group-api"),
    path("chats/", chats.ChatList.as_view(), name="chats-api"),
    path("chats/<int:pk>/", chats.ChatDetail.as_view(), name="chat-api"),
    path("chats/<int:pk>/test/", chats.ChatTest.as_view(), name="test-chat-api"),
    path("me/paging/", contacts.Reach.as_view(), name="paging-api"),
    path("me/phone/codes/", contacts.PhoneCodes.as_view(), name="phone-codes-api"),
    path("me/phone/verify/", contacts.PhoneProof.as_view(), name="phone-proof-api"),
    path("me/test-pages/", contacts.TestPages.as_view(), name="test-pages-api"),
]
