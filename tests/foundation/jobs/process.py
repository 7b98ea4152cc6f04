"""A process of the tests, with real Django and DBOS: `python -m tests.foundation.jobs.process HOME COMMAND …`."""

import os
import sys
import threading


def load() -> None:
    import tests.foundation.jobs.sample_jobs  # noqa: F401


def _begin(name: str, numbers: list[str]) -> None:
    from discreet.foundation.jobs.api import start
    from discreet.foundation.ledger.acts import act, count_evidence

    @act("sample.begin")
    def begin(number: str) -> None:
        count_evidence()
        start(name, key=number, args={"number": number})

    threads = [threading.Thread(target=begin, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _publish(numbers: list[str]) -> None:
    from discreet.foundation.jobs.api import publish
    from discreet.foundation.ledger.acts import act, count_evidence
    from tests.foundation.jobs.sample_jobs import SomethingHappened

    @act("sample.publish")
    def happen(number: str) -> None:
        count_evidence()
        publish(SomethingHappened(number=number))

    for number in numbers:
        happen(number)


def main() -> None:
    home, command, *rest = sys.argv[1:]
    os.environ["DISCREET_HOME"] = home
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.foundation.jobs.settings"
    import django

    django.setup()
    if command == "migrate":
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
    elif command == "begin":
        _begin(rest[0], rest[1:])
    elif command == "publish":
        _publish(rest)
    elif command == "work":
        from discreet.foundation.jobs.worker import work

        report = work(until_idle="--until-idle" in rest, load=load)
        print(f"failed={report.failed} waiting={report.waiting}", flush=True)
        os._exit(0)


if __name__ == "__main__":
    main()
