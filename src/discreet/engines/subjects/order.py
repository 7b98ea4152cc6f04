"""Order of tables when some refer to one another in a circle."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def components(*, nodes: Sequence[Node], edges: Mapping[Node, Iterable[Node]]) -> list[list[Node]]:
    """Return the strongly connected parts, each before every part that its edges lead to.

    Stable: equal input order gives equal output. Without recursion (Kosaraju), so schemas may be deep.
    """
    known = set(nodes)
    forward = {node: [to for to in edges.get(node, ()) if to in known] for node in nodes}
    backward: dict[Node, list[Node]] = {node: [] for node in nodes}
    for node, targets in forward.items():
        for to in targets:
            backward[to].append(node)
    parts: list[list[Node]] = []
    placed: set[Node] = set()
    for node in reversed(_finished(nodes, forward)):
        if node in placed:
            continue
        part = []
        stack = [node]
        placed.add(node)
        while stack:
            here = stack.pop()
            part.append(here)
            for other in backward[here]:
                if other not in placed:
                    placed.add(other)
                    stack.append(other)
        parts.append(part)
    return parts


def _finished(nodes: Sequence[Node], forward: Mapping[Node, Sequence[Node]]) -> list[Node]:
    """Return the nodes in the order in which a depth-first walk leaves them."""
    left: list[Node] = []
    seen: set[Node] = set()
    for start in nodes:
        if start in seen:
            continue
        seen.add(start)
        stack = [(start, iter(forward[start]))]
        while stack:
            node, targets = stack[-1]
            for to in targets:
                if to not in seen:
                    seen.add(to)
                    stack.append((to, iter(forward[to])))
                    break
            else:
                left.append(node)
                stack.pop()
    return left
