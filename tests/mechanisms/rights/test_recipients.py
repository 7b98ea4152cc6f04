"""Recipients are told of what was done, each one of what it received and no more, and tracked to an end."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.conf import settings
from django.test import Client

from discreet.foundation.cases.queries import open_tasks
from discreet.foundation.datamap import sharing_actions
from discreet.foundation.datamap.sharing import Contact, RecipientFacts, RecipientKind, Reference
from discreet.foundation.jobs.models import Job
from discreet.foundation.ledger.models import LedgerEntry
from discreet.mechanisms.rights import recipient_queries, schedules
from discreet.mechanisms.rights.actions import notifying
from discreet.mechanisms.rights.models import RecipientNotice
from discreet.mechanisms.rights.refusals import EvidenceMissing, NotYours
from discreet.mechanisms.rights.telling_rules import Hindrance, NoticeState
from discreet.vocabulary.actors import Role
from tests.foundation.jobs.driving import deliver_events
from tests.foundation.sources.conftest import Company
from tests.foundation.staff.people import add
from tests.mechanisms.rights.company import AGENT, ANN, ANN_PHONE, BOB, CLEO, NOW, OPERATOR, VIEWER
from tests.mechanisms.rights.driving import erased, failures, work
