"""Addresses of papers: staff pages under /desk/, the door for customers under /privacy/."""

from django.urls import path

from discreet.foundation.papers import centre, desk

app_name = "papers"
urlpatterns = [
    path("desk/papers/<slug:paper_id>/", desk.paper, name="paper"),
    path("desk/papers/<slug:paper_id>/show/", desk.show, name="show"),
    path("desk/papers/<slug:paper_id>/check/", desk.check, name="check"),
    path("desk/papers/of/<str:number>/ask/", desk.ask, name="ask"),
    path("desk/papers/of/<str:number>/stop/", desk.stop, name="stop"),
    path("desk/papers/of/<str:number>/add/", desk.add, name="add"),
    path("privacy/papers/<str:token>/", centre.send, name="send"),
]
