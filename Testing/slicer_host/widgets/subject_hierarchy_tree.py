"""``qMRMLSubjectHierarchyTreeView``: the items of the subject hierarchy, to select and to drag."""

import slicer
from PySide6.QtCore import Property, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QTreeView

from .observing import Observations

ITEM_ROLE = Qt.ItemDataRole.UserRole + 1
HIERARCHY_EVENTS = ("Added", "Removed", "Modified", "Reparented")
SCENE_EVENTS = ("NodeAddedEvent", "NodeRemovedEvent", "EndCloseEvent", "EndImportEvent", "EndBatchProcessEvent")


class _Model(QStandardItemModel):
    """Hands out what is dragged under addresses, as Slicer's model does."""

    def mimeData(self, indexes):
        data = super().mimeData(indexes)
        items = [index.data(ITEM_ROLE) for index in indexes if index.column() == 0]
        data.setUrls([QUrl(f"mrml://scene/subjecthierarchy/item?id={item}") for item in items])
        return data

    def supportedDropActions(self):
        return Qt.DropAction.MoveAction


class qMRMLSubjectHierarchyTreeView(QTreeView):
    """Has the column of names only; it cannot be edited, and has no menu."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = self._hierarchy = None
        self._columns = {}
        self._observations = Observations(self)
        self.setModel(_Model(self))
        self.setHeaderHidden(True)
        self.setIndentation(8)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        # Many events come at once.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._fill)

    def _multiSelection(self) -> bool:
        return self.selectionMode() == QAbstractItemView.SelectionMode.ExtendedSelection

    def _setMultiSelection(self, several: bool) -> None:
        modes = QAbstractItemView.SelectionMode
        self.setSelectionMode(modes.ExtendedSelection if several else modes.SingleSelection)

    def _isShown(name):
        return Property(
            bool,
            lambda self: self._columns.get(name, True),
            lambda self, shown: self._columns.__setitem__(name, shown),
        )

    multiSelection = Property(bool, _multiSelection, _setMultiSelection)
    visibilityColumnVisible, colorColumnVisible = _isShown("visibility"), _isShown("color")
    transformColumnVisible, idColumnVisible = _isShown("transform"), _isShown("id")

    def mrmlScene(self):
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene) -> None:
        self._observations.removeAll()
        self._scene, self._hierarchy = scene, None
        for event in SCENE_EVENTS if scene is not None else ():
            self._observations.add(scene, getattr(slicer.vtkMRMLScene, event), self._onChanged)
        self._fill()

    def currentItem(self) -> int:
        """The item that was chosen last; 0 when there is none."""
        return self.currentIndex().data(ITEM_ROLE) or 0

    def setCurrentItem(self, item: int) -> None:
        """Chooses an item; one that is not shown chooses nothing."""
        if self._later.isActive():
            self._fill()
        found = self.model().match(
            self.model().index(0, 0), ITEM_ROLE, item, 1, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive
        )
        if found:
            self.setCurrentIndex(found[0])
        else:
            self.clearSelection()

    def _onChanged(self, _caller, _event) -> None:
        self._later.start()

    def _fill(self) -> None:
        """Makes all rows anew."""
        self._later.stop()
        hierarchy = self._scene.GetSubjectHierarchyNode() if self._scene is not None else None
        if hierarchy is not self._hierarchy:
            self._observe(hierarchy)
        self.model().clear()
        if hierarchy is not None:
            self._addRows(self.model().invisibleRootItem(), hierarchy.GetSceneItemID())
        self.expandAll()

    def _observe(self, hierarchy) -> None:
        for name in HIERARCHY_EVENTS:
            event = getattr(slicer.vtkMRMLSubjectHierarchyNode, f"SubjectHierarchyItem{name}Event")
            if self._hierarchy is not None:
                self._observations.remove(self._hierarchy, event)
            if hierarchy is not None:
                self._observations.add(hierarchy, event, self._onChanged)
        self._hierarchy = hierarchy

    def _addRows(self, parent: QStandardItem, parentItem: int) -> None:
        children = []
        self._hierarchy.GetItemChildren(parentItem, children)
        for child in children:
            row = QStandardItem(self._hierarchy.GetItemName(child))
            row.setData(child, ITEM_ROLE)
            parent.appendRow(row)
            self._addRows(row, child)
