"""A worker process of the tests: `python -m tests.foundation.jobs.process HOME [--until-idle]`."""

import os
import sys


def load() -> None:
    import tests.foundation.jobs.sample_jobs


def main() -> None:
    os.environ["DISCREET_HOME"] = sys.argv[1]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.foundation.jobs.settings")
    import django

    django.setup()
    from discreet.foundation.jobs.worker import work

    report = work(until_idle="--until-idle" in sys.argv, load=load)
    print(f"failed={report.failed} waiting={report.waiting}", flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
