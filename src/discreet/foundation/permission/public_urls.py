"""Public addresses of choices, at the root: `/.well-known/` is where programs look."""

from django.urls import path

from discreet.foundation.permission import centre

app_name = "choices"
urlpatterns = [
    path(".well-known/gpc.json", centre.gpc_support, name="gpc_support"),
    path("privacy/choices/", centre.choices, name="choices"),
    path("privacy/choices/back/", centre.take_back, name="take_back"),
    path("privacy/choices/back/<str:token>/", centre.confirm_back, name="confirm_back"),
    path("privacy/choices/<str:token>/", centre.choice, name="choice"),
]
