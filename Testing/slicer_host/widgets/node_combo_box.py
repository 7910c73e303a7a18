"""``qMRMLNodeComboBox``: chooses a node of the scene, and adds, renames and removes nodes."""

import slicer
import vtk
from PySide6.QtCore import Property, Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from .node_choice import actions, offers
from .observing import Observations

_NODE, _ACTION = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class qMRMLNodeComboBox(QWidget):
    """Rows: "None" where ``noneEnabled``, the nodes in scene order, then the actions that are enabled.

    Which row is current after nodes come and go is left to ``QComboBox``, as in Slicer: the row next to a removed one,
    and the first node that comes into an empty box.
    """

    currentNodeChanged = Signal(object)
    currentNodeIDChanged = Signal(str)
    nodeActivated = Signal(object)
    nodeAdded = Signal(object)
    nodeAddedByUser = Signal(object)
    nodeAboutToBeRemoved = Signal(object)
    nodeAboutToBeEdited = Signal(object)
    currentNodeRenamed = Signal(str)
    mrmlSceneChanged = Signal(object)
    SIGNATURES = (
        "currentNodeChanged(vtkMRMLNode*)",
        "currentNodeChanged(bool)",
        "currentNodeIDChanged(QString)",
        "nodeActivated(vtkMRMLNode*)",
        "nodeAdded(vtkMRMLNode*)",
        "nodeAddedByUser(vtkMRMLNode*)",
        "nodeAboutToBeRemoved(vtkMRMLNode*)",
        "nodeAboutToBeEdited(vtkMRMLNode*)",
        "currentNodeRenamed(QString)",
    )

    def __init__(self, parent=None):
        super().__init__(parent)
        self._scene = None
        self._observations = Observations(self)
        self._shown = None
        self._requestedID = ""
        self._settings = {
            "nodeTypes": [],
            "showHidden": False,
            "showChildNodeTypes": True,
            "hideChildNodeTypes": [],
            "baseName": "",
            "noneEnabled": False,
            "addEnabled": True,
            "removeEnabled": True,
            "editEnabled": False,
            "renameEnabled": False,
            "selectNodeUponCreation": True,
            "noneDisplay": "None",
        }
        self._attributes = []
        self._labels = {}
        self._box = QComboBox(self)
        self._box.setSizePolicy(self._box.sizePolicy().Policy.Expanding, self._box.sizePolicy().Policy.Fixed)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._box.currentIndexChanged.connect(self._onIndexChanged)
        self._box.activated.connect(self._onActivated)
        self.setEnabled(False)

    # Properties

    def _setting(name, type_):  # noqa: N805 - makes properties while the class is built
        def change(self, value):
            self._settings[name] = value
            self._rebuild()

        return Property(type_, lambda self: self._settings[name], change)

    nodeTypes = _setting("nodeTypes", "QStringList")
    showHidden = _setting("showHidden", bool)
    showChildNodeTypes = _setting("showChildNodeTypes", bool)
    hideChildNodeTypes = _setting("hideChildNodeTypes", "QStringList")
    baseName = _setting("baseName", str)
    noneEnabled = _setting("noneEnabled", bool)
    addEnabled = _setting("addEnabled", bool)
    removeEnabled = _setting("removeEnabled", bool)
    editEnabled = _setting("editEnabled", bool)
    renameEnabled = _setting("renameEnabled", bool)
    selectNodeUponCreation = _setting("selectNodeUponCreation", bool)
    noneDisplay = _setting("noneDisplay", str)
    del _setting

    # Scene

    def mrmlScene(self):
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene) -> None:
        if scene is self._scene:
            return
        self._observations.removeAll()
        wanted = self._requestedID or self._currentNodeID()
        self._scene = scene
        if scene is not None:
            events = slicer.vtkMRMLScene
            for event, slot in (
                (events.NodeAddedEvent, self._onNodeAdded),
                (events.NodeAboutToBeRemovedEvent, self._onNodeAboutToBeRemoved),
                (events.EndImportEvent, self._onManyNodesChanged),
                (events.EndCloseEvent, self._onManyNodesChanged),
            ):
                self._observations.add(scene, event, slot)
        self._requestedID = ""
        self._rebuild(wanted)
        self.setEnabled(scene is not None)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAdded(self, _scene, _event, node) -> None:
        self._watch(node)
        if self._offers(node):
            nodes = self._nodes()
            position = next((place for place, other in enumerate(nodes) if other is node), len(nodes) - 1)
            self._box.insertItem(position + self._settings["noneEnabled"], node.GetName(), node.GetID())
            if self._box.count() == 1:
                # Qt itself would choose it, were it not for the placeholder text.
                self._box.setCurrentIndex(0)
            self.nodeAdded.emit(node)

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def _onNodeAboutToBeRemoved(self, _scene, _event, node) -> None:
        self._observations.remove(node, "ModifiedEvent")
        row = self._box.findData(node.GetID())
        if row >= 0:
            self.nodeAboutToBeRemoved.emit(node)
            self._box.removeItem(row)

    def _onManyNodesChanged(self, _scene, _event) -> None:
        self._rebuild()

    def _watch(self, node) -> None:
        """Follows a node's name and whether it is hidden."""
        if any(node.IsA(name) for name in self._settings["nodeTypes"]):
            self._observations.add(node, "ModifiedEvent", self._onNodeModified)

    def _onNodeModified(self, node, _event) -> None:
        row = self._box.findData(node.GetID())
        if (row >= 0) != self._offers(node):
            self._rebuild()
        elif row >= 0 and self._box.itemText(row) != node.GetName():
            self._box.setItemText(row, node.GetName())

    def _offers(self, node) -> bool:
        return offers(self._settings, self._attributes, node)

    def _nodes(self) -> list:
        if self._scene is None:
            return []
        every = (self._scene.GetNthNode(index) for index in range(self._scene.GetNumberOfNodes()))
        return [node for node in every if self._offers(node)]

    # Rows

    def _rebuild(self, wanted: str | None = None) -> None:
        """Fills the box anew and keeps the current node, or takes the node with ID ``wanted``."""
        wanted = self._currentNodeID() if wanted is None else wanted
        self._box.blockSignals(True)
        self._box.clear()
        if self._scene is not None:
            if self._settings["noneEnabled"]:
                self._box.addItem(self._settings["noneDisplay"])
            for node in self._nodes():
                self._box.addItem(node.GetName(), node.GetID())
                self._watch(node)
            self._addActions()
        types = self._settings["nodeTypes"]
        self._box.setPlaceholderText(f"Select a {self.nodeTypeLabel(types[0] if types else '')}")
        self._box.setCurrentIndex(self._rowOf(wanted))
        self._box.blockSignals(False)
        self._announce()

    def _addActions(self) -> None:
        rows = actions(self._settings, self.nodeTypeLabel)
        if rows:
            self._box.insertSeparator(self._box.count())
        for text, action in rows:
            self._box.addItem(text)
            self._box.setItemData(self._box.count() - 1, action, _ACTION)

    def _rowOf(self, nodeID: str) -> int:
        row = self._box.findData(nodeID) if nodeID else -1
        return 0 if row < 0 and self._settings["noneEnabled"] and self._box.count() else row

    def _onIndexChanged(self, row: int) -> None:
        none = self._settings["noneEnabled"] and row == 0
        if row >= 0 and not none and self._box.itemData(row) is None:
            # Never stay on an action or a separator: take the last node, or nothing.
            nodes = [other for other in range(self._box.count()) if self._box.itemData(other)]
            self._box.setCurrentIndex(nodes[-1] if nodes else self._rowOf(""))
            return
        self._announce()

    def _announce(self) -> None:
        node = self.currentNode()
        if node is not self._shown:
            self._shown = node
            self.currentNodeChanged.emit(node)
            self.currentNodeIDChanged.emit(node.GetID() if node is not None else "")

    def _onActivated(self, row: int) -> None:
        action = self._box.itemData(row, _ACTION)
        if action is None:
            self.nodeActivated.emit(self.currentNode())
            return
        kind, nodeType = action
        if kind == "add":
            self.addNode(nodeType)
        else:
            {"remove": self.removeCurrentNode, "edit": self.editCurrentNode, "rename": self.renameCurrentNode}[kind]()

    # Methods

    def currentNode(self):
        """The chosen node, or None."""
        nodeID = self._currentNodeID()
        return self._scene.GetNodeByID(nodeID) if nodeID and self._scene is not None else None

    def _currentNodeID(self) -> str:
        return self._box.currentData(_NODE) or ""

    def _setCurrentNodeID(self, nodeID: str) -> None:
        if self._scene is None:
            self._requestedID = nodeID
        else:
            self._box.setCurrentIndex(self._rowOf(nodeID))

    currentNodeID = Property(str, _currentNodeID, _setCurrentNodeID)

    @Slot(object)
    def setCurrentNode(self, node) -> None:
        """Chooses a node (or its ID); one that the box does not offer chooses nothing."""
        nodeID = node if isinstance(node, str) else node.GetID() if node is not None else ""
        self._setCurrentNodeID(nodeID or "")

    @Slot(str)
    def setCurrentNodeID(self, nodeID: str) -> None:
        self._setCurrentNodeID(nodeID)

    @Slot(int)
    def setCurrentNodeIndex(self, index: int) -> None:
        self._box.setCurrentIndex(index + self._settings["noneEnabled"] if index >= 0 else -1)

    def nodeCount(self) -> int:
        return len(self._nodes())

    def nodeFromIndex(self, index: int):
        nodes = self._nodes()
        return nodes[index] if 0 <= index < len(nodes) else None

    def nodeTypeLabel(self, nodeType: str) -> str:
        if nodeType in self._labels:
            return self._labels[nodeType]
        label = self._scene.GetTypeDisplayNameByClassName(nodeType) if self._scene is not None and nodeType else ""
        return label or "node"

    def setNodeTypeLabel(self, label: str, nodeType: str) -> None:
        self._labels[nodeType] = label
        self._rebuild()

    def addAttribute(self, nodeType: str, attributeName: str, attributeValue=None) -> None:
        """Offers nodes of the type only if they have the attribute (with the value, where one is given)."""
        self._attributes.append((nodeType, attributeName, attributeValue))
        self._rebuild()

    @Slot(str, result=object)
    def addNode(self, nodeType: str | None = None):
        """Adds a node of a type (the first offered), chooses it where ``selectNodeUponCreation``, and returns it."""
        nodeType = nodeType or self._settings["nodeTypes"][0]
        if nodeType not in self._settings["nodeTypes"]:
            return None
        baseName = self._settings["baseName"] or self.nodeTypeLabel(nodeType)
        node = self._scene.AddNewNodeByClass(nodeType, self._scene.GenerateUniqueName(baseName))
        for name, attribute, value in self._attributes:
            if node.IsA(name):
                node.SetAttribute(attribute, value or "")
        if self._settings["selectNodeUponCreation"]:
            self.setCurrentNode(node)
        self.nodeAddedByUser.emit(node)
        return node

    @Slot()
    def removeCurrentNode(self) -> None:
        self._scene.RemoveNode(self.currentNode())

    @Slot()
    def editCurrentNode(self) -> None:
        self.nodeAboutToBeEdited.emit(self.currentNode())

    @Slot()
    def renameCurrentNode(self) -> None:
        raise RuntimeError("The dialog for a new name cannot be answered in the stand-in host; use SetName")
