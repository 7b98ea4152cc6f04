"""Every address. Each app's `urls.py` names its own; this file only places them."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
