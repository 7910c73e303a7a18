"""One node at a time, watched for one event."""

from collections.abc import Callable


class NodeWatcher:
    """Follows whichever node, or wrapper of a parameter node, is chosen.

    Not Slicer's observation mixin, which keeps what it has once observed: a node that has left the scene, or a wrapper
    with all its observers for each time that a module was opened.
    """

    def __init__(self, event: int, onEvent: Callable) -> None:
        self._event, self._onEvent = event, onEvent
        self.node = None
        self._tag = 0

    def watch(self, node) -> None:
        """Watch this node instead of the former one; None watches nothing."""
        if node is self.node:
            return
        if self.node is not None:
            self.node.RemoveObserver(self._tag)
        self.node = node
        if node is not None:
            self._tag = node.AddObserver(self._event, self._onEvent)
