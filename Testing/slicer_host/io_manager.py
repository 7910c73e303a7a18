"""``slicer.app.coreIOManager()``: reading and writing nodes and scenes through MRML's own storage nodes.

``slicer.util.loadVolume``, ``saveNode``, ``exportNode``, ``loadScene`` and their relatives end here. Slicer asks its
reader and writer plugins (Qt classes); this manager asks the module logics and default storage nodes, which those
plugins use too.
"""

import os

import slicer
import vtk

# File type -> node class read through its default storage node.
_NODE_CLASSES = {
    "TableFile": "vtkMRMLTableNode",
    "TextFile": "vtkMRMLTextNode",
    "ModelFile": "vtkMRMLModelNode",
    "TransformFile": "vtkMRMLTransformNode",
    "SequenceFile": "vtkMRMLSequenceNode",
}

# File name ending -> file type; the longest ending wins.
_FILE_TYPES = {
    ".mrml": "SceneFile",
    ".mrb": "SceneFile",
    ".seg.nrrd": "SegmentationFile",
    ".seg.nhdr": "SegmentationFile",
    ".seg.vtm": "SegmentationFile",
    ".seq.nrrd": "SequenceFile",
    ".seq.mrb": "SequenceFile",
    ".mrk.json": "MarkupsFile",
    ".nrrd": "VolumeFile",
    ".nhdr": "VolumeFile",
    ".nii": "VolumeFile",
    ".nii.gz": "VolumeFile",
    ".mha": "VolumeFile",
    ".mhd": "VolumeFile",
    ".tsv": "TableFile",
    ".csv": "TableFile",
    ".schema.tsv": "TableFile",
    ".txt": "TextFile",
    ".json": "TextFile",
    ".vtp": "ModelFile",
    ".vtk": "ModelFile",
    ".ply": "ModelFile",
    ".stl": "ModelFile",
    ".obj": "ModelFile",
    ".h5": "TransformFile",
    ".tfm": "TransformFile",
}

# Node class -> writer file type, most derived class first.
_WRITER_TYPES = {
    "vtkMRMLSegmentationNode": "SegmentationFile",
    "vtkMRMLSequenceNode": "SequenceFile",
    "vtkMRMLVolumeNode": "VolumeFile",
    "vtkMRMLTableNode": "TableFile",
    "vtkMRMLTextNode": "TextFile",
    "vtkMRMLModelNode": "ModelFile",
    "vtkMRMLMarkupsNode": "MarkupsFile",
    "vtkMRMLTransformNode": "TransformFile",
}


class CoreIOManager:
    """The part of ``qSlicerCoreIOManager`` that ``slicer.util`` calls."""

    def __init__(self, host):
        """``host`` is the :class:`~slicer_host.scene.SceneHost` whose scene is read and written."""
        self._host = host

    def fileType(self, fileName: str) -> str:
        """File type for a file name, ``"NoFile"`` when nothing reads it."""
        name = str(fileName).lower()
        endings = [ending for ending in _FILE_TYPES if name.endswith(ending)]
        return _FILE_TYPES[max(endings, key=len)] if endings else "NoFile"

    def loadNodes(self, fileType, properties, loadedNodes=None, userMessages=None) -> bool:
        """Reads ``properties["fileName"]``; loaded nodes go into the ``vtkCollection`` ``loadedNodes``."""
        fileName = os.path.abspath(properties["fileName"])
        if not os.path.exists(fileName):
            _say(userMessages, f"File not found: {fileName}")
            return False
        if fileType == "SceneFile":
            return self._loadScene(fileName, properties, userMessages)
        if fileType == "VolumeFile":
            node = self._loadVolume(fileName, properties)
        elif fileType == "SegmentationFile":
            node = self._loadSegmentation(fileName, properties)
        elif fileType == "MarkupsFile":
            nodeID = self._host.moduleLogics["Markups"].LoadMarkups(fileName, properties.get("name"))
            node = self._host.scene.GetNodeByID(nodeID) if nodeID else None
        elif fileType in _NODE_CLASSES:
            node = self._loadWithStorageNode(_NODE_CLASSES[fileType], fileName, properties, userMessages)
        else:
            _say(userMessages, f"No reader for {fileName} (file type {fileType})")
            return False
        if node is not None and loadedNodes is not None:
            loadedNodes.AddItem(node)
        return node is not None

    def _loadVolume(self, fileName, properties):
        logic = self._host.moduleLogics["Volumes"]
        options = 0
        for key, flag in (
            ("labelmap", logic.LabelMap),
            ("center", logic.CenterImage),
            ("singleFile", logic.SingleFile),
            ("autoWindowLevel", logic.AutoWindowLevel),
            ("discardOrientation", logic.DiscardOrientation),
        ):
            # Slicer computes window and level unless told otherwise.
            if properties.get(key, key == "autoWindowLevel"):
                options |= int(flag)
        name = properties.get("name") or _baseName(fileName)
        node = logic.AddArchetypeVolume(fileName, name, options)
        if node is None:
            return None
        if "colorNodeID" in properties and node.GetDisplayNode():
            node.GetDisplayNode().SetAndObserveColorNodeID(properties["colorNodeID"])
        if properties.get("show", True):
            selection = self._host.applicationLogic.GetSelectionNode()
            if selection is not None:
                labelmap = node.IsA("vtkMRMLLabelMapVolumeNode")
                setter = selection.SetActiveLabelVolumeID if labelmap else selection.SetActiveVolumeID
                setter(node.GetID())
                self._host.applicationLogic.PropagateVolumeSelection()
        return node

    def _loadSegmentation(self, fileName, properties):
        logic = self._host.moduleLogics["Segmentations"]
        name = properties.get("name") or _baseName(fileName)
        return logic.LoadSegmentationFromFile(fileName, properties.get("autoOpacities", True), name)

    def _loadWithStorageNode(self, className, fileName, properties, userMessages):
        scene = self._host.scene
        node = scene.AddNewNodeByClass(className, properties.get("name") or _baseName(fileName))
        node.AddDefaultStorageNode(fileName)
        storage = node.GetStorageNode()
        storage.SetFileName(fileName)
        if storage.ReadData(node):
            return node
        _say(userMessages, f"{className} could not be read from {fileName}")
        scene.RemoveNode(storage)
        scene.RemoveNode(node)
        return None

    def _loadScene(self, fileName, properties, userMessages) -> bool:
        scene = self._host.scene
        clear = bool(properties.get("clear", False))  # Slicer adds to the scene unless it is told otherwise
        if fileName.lower().endswith(".mrb"):
            return bool(scene.ReadFromMRB(fileName, clear, userMessages))
        scene.SetURL(fileName)
        return bool(scene.Connect(userMessages) if clear else scene.Import(userMessages))

    def fileWriterFileType(self, node, _format: str = "") -> str:
        """File type with which ``node`` is written, ``"NoFile"`` when it cannot be stored."""
        return next((kind for name, kind in _WRITER_TYPES.items() if node.IsA(name)), "NoFile")

    def fileWriterExtensions(self, node) -> list:
        """Formats with which ``node`` can be written, as its storage node lists them (``"NRRD (.nrrd)"``)."""
        storage = self._newStorageNode(node)
        types = storage.GetSupportedWriteFileTypes() if storage else None
        return [types.GetValue(index) for index in range(types.GetNumberOfValues())] if types else []

    def extractKnownExtension(self, fileName, node) -> str:
        """The longest file name ending that ``node`` can be written with, empty when there is none."""
        helper = slicer.vtkDataFileFormatHelper
        known = [helper.GetFileExtensionFromFormatString(text) for text in self.fileWriterExtensions(node)]
        matching = [ending for ending in known if ending and str(fileName).lower().endswith(ending.lower())]
        return max(matching, key=len, default="")

    def saveNodes(self, fileType, properties, userMessages=None) -> bool:
        """Writes the node ``properties["nodeID"]``, or the scene for ``"SceneFile"``, to ``properties["fileName"]``."""
        fileName = os.path.abspath(properties["fileName"])
        if fileType == "SceneFile":
            return self._saveScene(fileName, userMessages)
        node = self._host.scene.GetNodeByID(properties["nodeID"])
        if fileType == "NoFile" or not os.path.isdir(os.path.dirname(fileName)):
            _say(userMessages, f"{node.GetName()} cannot be written to {fileName}")
            return False
        if node.GetStorageNode() is None or not node.GetStorageNode().SupportedFileType(fileName):
            node.AddDefaultStorageNode(fileName)
        storage = node.GetStorageNode()
        storage.SetFileName(fileName)
        storage.SetUseCompression(int(bool(properties.get("useCompression", True))))
        return bool(storage.WriteData(node))

    def _saveScene(self, fileName, userMessages) -> bool:
        scene = self._host.scene
        thumbnail = vtk.vtkImageData()
        if fileName.lower().endswith(".mrb"):
            return bool(scene.WriteToMRB(fileName, thumbnail, userMessages))
        if fileName.lower().endswith(".mrml"):
            scene.SetURL(fileName)
            return bool(scene.Commit(fileName, userMessages))
        os.makedirs(fileName, exist_ok=True)
        return bool(self._host.applicationLogic.SaveSceneToSlicerDataBundleDirectory(fileName, thumbnail, userMessages))

    def exportNodes(self, nodeIDs, fileNames, properties, hardenTransform=False, userMessages=None) -> bool:
        """Writes nodes without touching their own storage nodes; ``hardenTransform`` writes world coordinates."""
        scene = self._host.scene
        for nodeID, fileName in zip(nodeIDs, fileNames, strict=True):
            node = scene.GetNodeByID(nodeID)
            parent = node.GetParentTransformNode() if hardenTransform and node.IsA("vtkMRMLTransformableNode") else None
            if parent is not None:
                copy = scene.CreateNodeByClass(node.GetClassName())
                copy.UnRegister(None)
                copy.CopyContent(node)
                scene.AddNode(copy)
                copy.SetAndObserveTransformNodeID(parent.GetID())
                copy.HardenTransform()
            else:
                copy = node
            storage = self._newStorageNode(copy)
            storage.SetFileName(os.path.abspath(fileName))
            storage.SetUseCompression(int(bool(properties.get("useCompression", True))))
            written = storage.WriteData(copy)
            if copy is not node:
                scene.RemoveNode(copy)
            if not written:
                _say(userMessages, f"{node.GetName()} could not be written to {fileName}")
                return False
        return True

    def _newStorageNode(self, node):
        storage = node.CreateDefaultStorageNode() if node.IsA("vtkMRMLStorableNode") else None
        if storage is not None:
            storage.UnRegister(None)
            storage.SetScene(self._host.scene)
        return storage


def _say(userMessages, text: str) -> None:
    if userMessages is not None:
        userMessages.AddMessage(vtk.vtkCommand.ErrorEvent, text)


def _baseName(fileName: str) -> str:
    name = os.path.basename(fileName)
    ending = max((end for end in _FILE_TYPES if name.lower().endswith(end)), key=len, default=os.path.splitext(name)[1])
    return name[: len(name) - len(ending)] if ending else name
