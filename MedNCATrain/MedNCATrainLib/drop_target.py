"""Items of the subject hierarchy, or folders of the computer, that are dropped on a table."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import qt

ITEM = ("mrml", "scene", "/subjecthierarchy/item")


class DropTarget(qt.QObject):
    """Filters the events of a table's viewport; it has to be kept as long as drops are wanted."""

    def __init__(self, table, onItems: Callable[[list[int]], None], onPaths: Callable[[list[str]], None]) -> None:
        """
        Args:
            table: an item view.
            onItems: is called with the subject hierarchy items that were dropped.
            onPaths: is called with the files and folders that were dropped.
        """
        qt.QObject.__init__(self)
        self._onItems, self._onPaths = onItems, onPaths
        self._viewport = table.viewport()
        self._viewport.setAcceptDrops(True)
        self._viewport.installEventFilter(self)

    def close(self) -> None:
        """Take no more drops."""
        self._viewport.removeEventFilter(self)

    def eventFilter(self, watched, event) -> bool:
        """Whether the event was dealt with here."""
        kind = event.type()
        if kind not in (qt.QEvent.DragEnter, qt.QEvent.DragMove, qt.QEvent.Drop):
            return False
        items, paths = itemsOf(event.mimeData()), pathsOf(event.mimeData())
        if not items and not paths:
            return False
        if kind == qt.QEvent.Drop:
            # Nothing is moved: with another action, the tree would take away what was dragged out of it.
            event.setDropAction(qt.Qt.IgnoreAction)
            # Not now: the drag is over only when this has returned.
            qt.QTimer.singleShot(0, lambda: self._onItems(items) if items else self._onPaths(paths))
        event.accept()
        return True


def itemsOf(mimeData) -> list[int]:
    """The subject hierarchy items that are dragged: their tree hands them out as addresses of its own kind."""
    addresses = [urlsplit(url.toString()) for url in mimeData.urls()] if mimeData.hasUrls() else []
    found = [parse_qs(one.query).get("id", [""])[0] for one in addresses if (one.scheme, one.netloc, one.path) == ITEM]
    return [int(item) for item in found if item.isdigit()]


def pathsOf(mimeData) -> list[str]:
    """The files and folders that are dragged."""
    return [url.toLocalFile() for url in mimeData.urls() if url.isLocalFile()] if mimeData.hasUrls() else []
