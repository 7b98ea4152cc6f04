"""Settings of a worker process of the tests: the product's own, with the apps that jobs stand on alone."""

from discreet.project.settings import *  # noqa: F403

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "discreet.foundation.keys",
    "discreet.foundation.ledger",
    "discreet.foundation.jobs",
    "discreet.foundation.staff",
]
MIDDLEWARE: list[str] = []
