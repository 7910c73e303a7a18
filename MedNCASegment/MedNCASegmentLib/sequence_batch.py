"""A sequence of volumes, segmented into a sequence of segmentations that the same browser scrubs and plays."""

from collections.abc import Iterator
from dataclasses import replace

import slicer
import vtk
from mednca import MedNCAError, Result, Volume
from slicer.i18n import tr as _

from .batch import Batch
from .batch_table import Row, fillBatchTable
from .logic import RunOptions
from .model_store import DEFAULT_MODEL
from .reading import Scan, readScan
from .results import addVolume, fillSegmentation
from .run_nodes import RunOutputs


class SequenceBatch(Batch):
    """Every item of a sequence. An item that failed has no segmentation, and the browser shows none for it."""

    def __init__(
        self, logic, sequenceNode, model: str = DEFAULT_MODEL, options: RunOptions | None = None, browserNode=None
    ) -> None:
        """Args:
        logic: gives the model.
        sequenceNode: sequence of scalar volumes; an item that is something else is reported when its turn comes.
        model: name of a shipped model, or path of a model file.
        options: as for a single run.
        browserNode: browser that gets the segmentations; None takes the sequence's first, or makes one.

        Raises:
            MedNCAError: the sequence is empty, or model or options are not sound.
        """
        self._sequenceNode, self._browserNode = sequenceNode, browserNode
        count = sequenceNode.GetNumberOfDataNodes() if sequenceNode is not None else 0
        if not count:
            raise MedNCAError(_("There is nothing in the sequence; choose a sequence of volumes."))
        self._values = [sequenceNode.GetNthIndexValue(number) for number in range(count)]
        index, unit = sequenceNode.GetIndexName() or _("index"), sequenceNode.GetIndexUnit() or ""
        names = [f"{sequenceNode.GetName()} [{index}={value}{unit}]" for value in self._values]
        super().__init__(logic, names, model, options)
        self._indexName, self._indexUnit = index, unit
        self._sequences: dict[str, object] = {}  # by what they hold

    def _title(self) -> str:
        return _("{name} {title}").format(name=self._sequenceNode.GetName(), title=self._card.title)

    def _beside(self):
        return self._volumeProxy()

    def _row(self, index: int, measures=None, problem: str = "") -> Row:
        return Row(self._sequenceNode.GetName(), self._values[index], measures, problem)

    def _fillTable(self, rows: list[Row]) -> None:
        fillBatchTable(self.tableNode, rows, self._indexName, self._indexUnit)

    def _item(self, index: int):
        """The volume of an item; it lies in the sequence, not in the scene."""
        node = None
        if slicer.mrmlScene.IsNodePresent(self._sequenceNode):
            node = self._sequenceNode.GetDataNodeAtValue(self._values[index], True)
        if node is None:
            raise MedNCAError(_("The volume was removed from the sequence before it was segmented."))
        return node

    def _browser(self):
        """The browser of the sequence, if it has one."""
        if slicer.mrmlScene.IsNodePresent(self._browserNode):
            return self._browserNode
        return slicer.modules.sequences.logic().GetFirstBrowserNodeForSequenceNode(self._sequenceNode)

    def _volumeProxy(self):
        """The volume that shows the sequence in the scene, if there is one."""
        browser = self._browser()
        return browser.GetProxyNode(self._sequenceNode) if browser is not None else None

    def _read(self, index: int) -> Scan:
        scan = readScan(self._item(index))
        # Items have no transform; the node that shows them may have one.
        proxy = self._volumeProxy()
        transformNode = proxy.GetParentTransformNode() if proxy is not None else None
        if transformNode is None or not transformNode.IsTransformToWorldLinear():
            return scan
        toWorld = vtk.vtkMatrix4x4()
        transformNode.GetMatrixTransformToWorld(toWorld)
        affine = slicer.util.arrayFromVTKMatrix(toWorld) @ scan.volume.affine
        return replace(scan, volume=Volume(scan.volume.array, affine))

    def _add(self, index: int, result: Result, scan: Scan, folder: int, created: list) -> Iterator[RunOutputs | None]:
        item, value, name = self._item(index), self._values[index], self._sequenceNode.GetName()
        self._addBrowser(created)
        filled = []
        try:
            title = _("{name} segmentation").format(name=name)
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", title)
            try:
                fillSegmentation(node, result, self._card, item, scan)
                sequence, proxy = self._put("segmentation", node, title, value, filled, created)
            finally:
                _removeWithDisplay(node)
            outputs = RunOutputs(folder, proxy, self.tableNode, sequence, self._browserNode)
            for isProbability, title, values in self._maps(result, name):
                yield None
                node = addVolume(title, values, item, scan)
                try:
                    proxy = self._put(title, node, title, value, filled, created)[1]
                finally:
                    _removeWithDisplay(node)
                (outputs.probabilityNodes if isProbability else outputs.deviationNodes).append(proxy)
        except BaseException:
            for sequence in filled:
                sequence.RemoveDataNodeAtValue(value)
            raise
        yield outputs

    def _addBrowser(self, created: list) -> None:
        self._browserNode = self._browser()
        if self._browserNode is not None:
            return
        title = _("{name} browser").format(name=self._sequenceNode.GetName())
        browser = slicer.mrmlScene.AddNewNodeByClass(
            "vtkMRMLSequenceBrowserNode", slicer.mrmlScene.GenerateUniqueName(title)
        )
        created.append(browser)
        browser.SetAndObserveMasterSequenceNodeID(self._sequenceNode.GetID())
        slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
        created.append(browser.GetProxyNode(self._sequenceNode))
        self._browserNode = browser

    def _put(self, key: str, node, title: str, value: str, filled: list, created: list):
        """Copy a node into the sequence of its kind, which is made if need be; returns the sequence and its proxy."""
        browser, sequence = self._browserNode, self._sequences.get(key)
        isNew = not slicer.mrmlScene.IsNodePresent(sequence)
        if isNew:
            sequence = self._addSequence(title, created)
        sequence.SetDataNodeAtValue(node, value)
        filled.append(sequence)
        if isNew:
            browser.AddSynchronizedSequenceNode(sequence)
            # The nearest item's segmentation would be a wrong one.
            browser.SetMissingItemMode(sequence, browser.MissingItemSetToDefault)
        # The item that a browser shows is counted in its master, which need not be the sequence of the volumes.
        shown = browser.GetMasterSequenceNode().GetNthIndexValue(browser.GetSelectedItemNumber())
        if isNew or shown == value:
            slicer.modules.sequences.logic().UpdateProxyNodesFromSequences(browser)
        proxy = browser.GetProxyNode(sequence)
        if isNew:
            created.append(proxy)
            self._dress(proxy)
            self._sequences[key] = sequence
        return sequence, proxy

    def _addSequence(self, title: str, created: list):
        sequence = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSequenceNode", slicer.mrmlScene.GenerateUniqueName(title))
        created.append(sequence)
        sequence.SetIndexName(self._sequenceNode.GetIndexName())
        sequence.SetIndexUnit(self._sequenceNode.GetIndexUnit())
        sequence.SetIndexType(self._sequenceNode.GetIndexType())
        return sequence

    def _dress(self, proxy) -> None:
        """What a proxy keeps for all items: transform, reference to the scan that is shown, window and level."""
        volume = self._volumeProxy()
        if volume is not None:
            proxy.SetAndObserveTransformNodeID(volume.GetTransformNodeID())
        if proxy.IsA("vtkMRMLSegmentationNode"):
            if volume is not None:
                proxy.SetNodeReferenceID(proxy.GetReferenceImageGeometryReferenceRole(), volume.GetID())
            return
        proxy.CreateDefaultDisplayNodes()
        display = proxy.GetDisplayNode()
        if display is not None:
            display.AutoWindowLevelOff()
            display.SetWindowLevelMinMax(0.0, 1.0)


def _removeWithDisplay(node) -> None:
    """Remove a node with its display nodes, which Slicer would leave in the scene."""
    displays = [node.GetNthDisplayNode(number) for number in range(node.GetNumberOfDisplayNodes())]
    for one in (node, *displays):
        if one is not None:
            slicer.mrmlScene.RemoveNode(one)
