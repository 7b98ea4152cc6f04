"""What the model of random histories knows of a request, and who takes part in them."""

from dataclasses import dataclass, field

from discreet.mechanisms.rights.kinds import Kind, Requester, Tier, Way, right_of
from discreet.mechanisms.rights.rules import State
from discreet.vocabulary.actors import Actor, ActorKind, Role
from tests.mechanisms.rights.company import AGENT, APPROVER, CUSTOMER, OPERATOR, SECOND_APPROVER, VIEWER

ADMIN = Actor(kind=ActorKind.STAFF, name="ada", roles=frozenset({Role.ADMINISTRATOR}))
CLERK = Actor(kind=ActorKind.STAFF, name="yu", roles=frozenset({Role.AGENT}))  # a second agent
BOTH = Actor(kind=ActorKind.STAFF, name="bo", roles=frozenset({Role.AGENT, Role.APPROVER}))
TOKEN = Actor(kind=ActorKind.API, name="wei", roles=frozenset({Role.VIEWER, Role.AGENT}))
ACTORS = (AGENT, CLERK, APPROVER, SECOND_APPROVER, VIEWER, CUSTOMER, OPERATOR, ADMIN, BOTH, TOKEN)
RUNS = frozenset({State.ACCEPTED, State.EXECUTING})
MOST = 8  # requests of a history
RETURN = 2  # of the ways to decide: send a plan back
OVER = frozenset({State.CANCELLED, State.DUPLICATE})
ACTS = {Way.ERASE: "erasure", Way.CORRECT: "correction"}


def works(actor: Actor) -> bool:
    """Say whether somebody of the company works on requests."""
    return actor.may(Role.AGENT) or actor.may(Role.ADMINISTRATOR)


def decides(actor: Actor) -> bool:
    return works(actor) or actor.may(Role.APPROVER)


def act_of(kind: Kind) -> str:
    """Return which of the approvals a request takes."""
    return ACTS.get(right_of(kind).way, "access")


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a plan is to be like. `is_open`: it asks what nobody has answered."""

    is_new: bool = True
    is_sensitive: bool = False
    is_open: bool = False


@dataclass
class Decided:
    """What the model knows of a plan and who decided on it. Requests of one batch share it."""

    digest: str = ""
    last: str = ""  # of the plan that was made last, also where it stands no more
    is_open: bool = False
    is_sensitive: bool = False
    planner: str = ""  # who made a plan that nobody has proposed stands as its proposer
    deciders: set[str] = field(default_factory=set)
    may_approve: bool = False  # one of those who decided is an approver
    approved: str = ""  # the digest that the last decision bound to

    def undecided(self, digest: str) -> None:
        """Whatever was decided before, it was about another plan."""
        self.digest, self.planner, self.deciders, self.may_approve = digest, "", set(), False
        self.last = digest or self.last


@dataclass(eq=False)
class Known:
    """What the model knows of one request. It says by itself what the law and the company ask for."""

    kind: Kind
    requester: str
    is_californian: bool = False
    is_proven: bool = False
    is_authorised: bool = False
    is_code_back: bool = False
    is_declared: bool = False
    proofs: set[str] = field(default_factory=set)
    people: int | None = None  # who were found; None: nobody has looked
    found_by: str = ""  # by what, beside the address
    plan: Decided = field(default_factory=Decided)
    judges: set[str] = field(default_factory=set)  # everybody who ever decided, whatever became of it
    batch_judges: set[str] = field(default_factory=set)  # who decided of it together with others
    is_over: bool = False  # withdrawn, or a duplicate: nothing follows

    @property
    def matched(self) -> int:
        """Return the data points beside the address, of the only person found."""
        return int(self.people == 1 and self.found_by == "phone")

    @property
    def needs_two(self) -> bool:
        """Written over for good, sensitive, or handed to somebody else."""
        way = right_of(self.kind).way
        is_handed_over = way is Way.COPY and (self.plan.is_sensitive or self.requester != Requester.SELF)
        return way in (Way.ERASE, Way.CORRECT) or is_handed_over

    @property
    def is_enough(self) -> bool:
        """Whether all that was shown proves who asks, and that they may."""
        right = right_of(self.kind)
        is_for_another = self.requester != Requester.SELF
        if right.tier is Tier.NONE:
            return True
        if is_for_another and not self.is_authorised:
            return False
        if "staff" in self.proofs:
            return True
        needed = 3 if right.tier is Tier.STRONG and self.is_californian else min(right.tier, 2)
        needs_word = self.is_californian and right.way is Way.COPY and not is_for_another
        return (
            "code" in self.proofs
            and self.is_code_back
            and 2 + self.matched >= needed
            and (self.is_declared or not needs_word)
        )
