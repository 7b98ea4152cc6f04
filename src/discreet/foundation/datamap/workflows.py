"""A worker drives a scan: step by step, resting as the source's plan asks."""

import time

from discreet.foundation.datamap import scan_queries
from discreet.foundation.datamap.driving import driving
from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.jobs.api import WorkflowContext, workflow
from discreet.vocabulary.actors import SYSTEM
from discreet.vocabulary.errors import Refused

_LONGEST_REST_S = 5.0  # then the scan's state is looked at again


@workflow("datamap.scan", can_wait=True, tells_from_records=True)
def scan(ctx: WorkflowContext, scan_id: int, attempt: int) -> None:
    """Read a source until the scan is done, rests or was taken over."""
    view = scan_queries.scan(scan_id)
    if view is None:
        return
    driver = Driver(scan_id=scan_id, attempt=attempt, actor=SYSTEM)
    with driving(view.source) as lock:
        while True:
            lock.take()  # who drove it before may be about to leave
            wait_s = driver.wait_s(ctx.now())
            if wait_s > 0:
                time.sleep(min(wait_s, _LONGEST_REST_S))
                if wait_s > _LONGEST_REST_S:
                    continue
            try:
                step = ctx.run(driver.step, ctx.now())
            except Refused as refusal:  # for good: what may pass ends the run before this, and is tried again
                ctx.run(driver.give_up, ctx.now(), refusal.code)
                raise
            if step != Step.MORE:
                return
