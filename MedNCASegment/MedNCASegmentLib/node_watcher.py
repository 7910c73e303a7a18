"""One node at a time, watched for some events."""

from collections.abc import Callable


class NodeWatcher:
    """Follows whichever node, or wrapper of a parameter node, is chosen.

    Not Slicer's observation mixin, which keeps what it has once observed: a node that has left the scene, or a wrapper
    with all its observers for each time that a module was opened.
    """

    def __init__(self, onEvent: Callable, *events: int) -> None:
        self._onEvent, self._events = onEvent, events
        self.node = None
        self._tags: list[int] = []

    def watch(self, node) -> None:
        """Watch this node instead of the former one; None watches nothing."""
        if node is self.node:
            return
        for tag in self._tags:
            self.node.RemoveObserver(tag)
        self.node = node
        self._tags = [] if node is None else [node.AddObserver(event, self._onEvent) for event in self._events]
