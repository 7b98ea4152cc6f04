"""WSGI entry for the server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
_house = get_wsgi_application()

from discreet.project.door import wrapped  # noqa: E402 - it needs the apps, which stand now

application = wrapped(_house)
