"""Opens and approves a correction in the installation of the environment: `python -m tests.faults.correction_steps`.

Corrections are asked for and approved on pages; this does by the same acts what the pages do, in a process of its own.
"""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "discreet.project.settings")
    django.setup()
    from discreet.engines.subjects.corrections import Change
    from tests.mechanisms.rights import correcting

    number = correcting.asked(Change("email", correcting.NEW, correcting.MIA))
    correcting.approve(number)
    sys.stdout.write(number)
