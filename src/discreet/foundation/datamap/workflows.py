"""A worker drives a scan: step by step, resting as the source's plan asks."""

import time

from discreet.foundation.datamap.scanning import Driver, Step
from discreet.foundation.jobs.api import WorkflowContext, workflow
from discreet.vocabulary.actors import SYSTEM

_LONGEST_REST_S = 5.0  # then the scan's state is looked at again


@workflow("datamap.scan", can_wait=True, tells_from_records=True)
def scan(ctx: WorkflowContext, scan_id: int, attempt: int) -> None:
    """Read a source until the scan is done, rests or was taken over."""
    driver = Driver(scan_id=scan_id, attempt=attempt, actor=SYSTEM)
    while True:
        wait_s = driver.wait_s(ctx.now())
        if wait_s > 0:
            time.sleep(min(wait_s, _LONGEST_REST_S))
            if wait_s > _LONGEST_REST_S:
                continue
        if ctx.run(driver.step, ctx.now()) != Step.MORE:
            return
