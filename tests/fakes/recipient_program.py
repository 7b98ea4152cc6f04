"""The program of a recipient that is told by signed calls: it verifies each one, stops once, and confirms.

It stands on the receiver, whose code of its own checks signature, time and envelope, and drops what came before.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.webhook_receiver import Message, Receiver


@dataclass
class RecipientProgram:
    """`stopped`: whom it has acted on, once for each call that came. `is_prompt`: its answer says that it is done."""

    receiver: Receiver
    is_prompt: bool = True
    stopped: list[str] = field(default_factory=list)
    confirm_urls: list[str] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.receiver.reply = self.answer

    def answer(self, message: Message) -> bytes:
        data: Any = message.data
        assert message.kind == "recipient.notice"
        if data["notice"] not in self._known:  # a call that comes again changes nothing
            self._known.add(data["notice"])
            self.stopped += [one["value"] for one in data["people"]]
            self.confirm_urls.append(data["confirm_url"])
        return json.dumps({"confirmed": message.message_id} if self.is_prompt else {"ok": True}).encode()
