"""The section of the panel with the volumes and segmentations to learn from."""

import time
from collections.abc import Callable
from pathlib import Path

import qt
import slicer
from MedNCASegmentLib.gui_connection import GuiConnection
from MedNCASegmentLib.problems import problemText
from MedNCASegmentLib.run_timer import RunTimer
from slicer.i18n import tr as _

from .add_folder import FolderMenu
from .case_list import addCases, casesOf, removeCases
from .case_table import CaseTable, SegmentTable
from .disk_cases import casesInFolder
from .drop_target import DropTarget
from .hierarchy_cases import casesOfItems, segmentationFor
from .nodes_watcher import NodesWatcher
from .scene_cases import SceneCase
from .segment_labels import codeFrom, nameKey
from .stepwise import Stepwise
from .wording import caseRows, casesText, segmentRows

UI_FILE = Path(__file__).resolve().parent.parent / "Resources" / "UI" / "MedNCATrainCases.ui"
SHOW_EVERY = 0.5  # seconds


class CasesSection:
    """Shows the list of cases and changes it. The cases are looked at a little at a time, whenever one is new."""

    def __init__(self, layout, logic, onChanged: Callable[[], None]) -> None:
        """
        Args:
            layout: of the panel; the section is added to it.
            logic: of the module.
            onChanged: is called when more is known of the cases, or the nodes that they consist of have changed.
        """
        self._logic, self._onChanged = logic, onChanged
        self._parameters = None
        self._message = self._summary = ""
        self._folders: list[str] = []  # on disk, still to be read
        self._folderTexts: list[str] = []  # what there is to say of those that were read
        self._shown = 0.0  # when the cases were last shown while they are looked at
        section = slicer.util.loadUI(str(UI_FILE))
        layout.addWidget(section)
        self.ui = slicer.util.childWidgetVariables(section)
        self._gui = GuiConnection(self.ui)
        section.setMRMLScene(slicer.mrmlScene)
        self._table = CaseTable(self.ui.casesTable, self._showButtons, self._onActivated)
        self._segments = SegmentTable(self.ui.segmentsTable, self._onSegmentChosen, self._onCodeWritten)
        self._drops = DropTarget(self.ui.casesTable, self._onItemsDropped, self._onPathsDropped)
        self.folderMenu = FolderMenu(self.ui.addFolderButton, self._add, self.addFolderFromDisk)
        self._watcher = NodesWatcher(self._onNodeModified)
        self._timer = RunTimer(self._onLooked, self._onLookedAtAll, self._onProblem)
        self._files = RunTimer(self._onRead, self._onFolderRead, self._onFolderProblem)
        # Many events come at once, and from within other code's changes of the scene.
        self._later = qt.QTimer()
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.connect("timeout()", self._onNodesChanged)
        self._connections = (
            (self.ui.volumeSelector, "currentNodeChanged(vtkMRMLNode*)", self._onVolumeChosen),
            (self.ui.segmentationSelector, "currentNodeChanged(vtkMRMLNode*)", self._showButtons),
            (self.ui.addButton, "clicked(bool)", self._onAdd),
            (self.ui.removeButton, "clicked(bool)", self._onRemove),
        )
        for widget, signal, slot in self._connections:
            widget.connect(signal, slot)

    def setParameters(self, parameters) -> None:
        """Show other parameters, or None to let go of those shown."""
        self._gui.disconnect()
        self._timer.stop()
        self._parameters = parameters
        if parameters is None:
            self._message = ""
            self._watcher.watch([])
            return
        self._gui.connect(parameters)

    def show(self) -> None:
        """Show the parameters as they are now; called after each change of them, and never while there are none."""
        cases, labels = casesOf(self._parameters), self._logic.labels(self._parameters)
        nodes = [node for case in cases if isinstance(case, SceneCase) for node in case.nodes()]
        self._watcher.watch(nodes)
        reports = [self._logic.reports.report(case, labels) for case in cases]
        self._table.show(caseRows(cases, reports))
        self._segments.show(segmentRows(cases, self._parameters.omittedSegments, self._parameters.segmentCodes))
        self._summary = casesText(reports)
        self._showText()
        self.ui.leaveOutCheckBox.visible = any(report is not None and not report.ok for report in reports)
        self._showButtons()
        if None in reports and self._timer.run is None:
            self._timer.start(self._logic.reports.examine(cases, labels))

    def forget(self) -> None:
        """Stop to read folders for the scene that is closed now; when the module is left, reading goes on."""
        self._files.stop()
        self._folders.clear()
        self._folderTexts.clear()

    def close(self) -> None:
        """Let go of the widgets."""
        self._timer.close()
        self._files.close()
        self._later.stop()
        self._later.disconnect("timeout()", self._onNodesChanged)
        self._drops.close()
        self._table.close()
        self._segments.close()
        self.folderMenu.close()
        for widget, signal, slot in self._connections:
            widget.disconnect(signal, slot)

    # Adding and removing

    def addFolderFromDisk(self, folder: str) -> None:
        """Add the labelled cases of a folder on disk, after those added before; they are not loaded into the scene."""
        self._folders.append(folder)
        if self._files.run is None:
            self._readNextFolder()

    def _readNextFolder(self) -> None:
        self._files.start(Stepwise(casesInFolder(self._folders.pop(0))))

    def _add(self, cases: list) -> None:
        self.say(self._added(cases))

    def _added(self, cases: list) -> str:
        """Add cases; returns what there is to say of it."""
        # None are shown when a folder was read while the person is in another module.
        parameters = self._logic.getParameterNode() if self._parameters is None else self._parameters
        count = addCases(parameters, cases)
        if not cases:
            return _("There is no volume with a segmentation that belongs to it.")
        return "" if count else _("All of these cases are in the list already.")

    def _onAdd(self, checked: bool = False) -> None:
        volumeNode, segmentationNode = self.ui.volumeSelector.currentNode(), self.ui.segmentationSelector.currentNode()
        self._add([SceneCase(volumeNode, segmentationNode)])

    def _onRemove(self, checked: bool = False) -> None:
        removeCases(self._parameters, self._table.selected())
        self.say("")

    def _onItemsDropped(self, items: list[int]) -> None:
        if self._parameters is not None:
            self._add(casesOfItems(items))

    def _onPathsDropped(self, paths: list[str]) -> None:
        if self._parameters is not None:
            for path in paths:
                self.addFolderFromDisk(path)

    def _onRead(self, progress) -> None:
        self.say(_("Reading the folder, {count} labels so far.").format(count=progress))

    def _onFolderRead(self, reading) -> None:
        self._onFolderDone(self._added(reading.progress))

    def _onFolderProblem(self, problem: Exception) -> None:
        self._onFolderDone(problemText(problem))

    def _onFolderDone(self, text: str) -> None:
        # Said when all are read: the progress of the next one would take its place.
        self._folderTexts.append(text)
        if self._folders:
            self._readNextFolder()
        else:
            self.say(" ".join(dict.fromkeys(filter(None, self._folderTexts))))
            self._folderTexts.clear()

    def _onProblem(self, problem: Exception) -> None:
        self.say(problemText(problem))

    # Choosing

    def _onVolumeChosen(self, volumeNode) -> None:
        found = segmentationFor(volumeNode)
        if found is not None:
            self.ui.segmentationSelector.setCurrentNode(found)
        self._showButtons()

    def _onSegmentChosen(self, name: str, chosen: bool) -> None:
        omitted = [one for one in self._parameters.omittedSegments if nameKey(one) != nameKey(name)]
        self._parameters.omittedSegments = omitted if chosen else [*omitted, name]

    def _onCodeWritten(self, name: str, text: str) -> None:
        codes = {key: code for key, code in self._parameters.segmentCodes.items() if key != nameKey(name)}
        if codeFrom(text) is not None:
            codes[nameKey(name)] = text
        elif text.strip():
            self.say(_("Write a code as 'Hippocampus (SCT 5366008)': meaning, coding scheme and value."))
            self._segments.restore()
            return
        self.say("")
        self._parameters.segmentCodes = codes
        self._segments.restore()

    def _onActivated(self, row: int) -> None:
        case = casesOf(self._parameters)[row]
        if isinstance(case, SceneCase) and not case.obviousProblem():
            case.showInViews()

    # Looking at the cases

    def _onLooked(self, done: int) -> None:
        now = time.monotonic()
        if now - self._shown > SHOW_EVERY:
            self._shown = now
            self.show()

    def _onLookedAtAll(self, examination) -> None:
        # Cases may have come or changed meanwhile; showing them looks at those.
        self._logic.reports.forgetOthers(casesOf(self._parameters), self._logic.labels(self._parameters))
        self._onChanged()

    def _onNodeModified(self, caller=None, event=None) -> None:
        self._later.start()

    def _onNodesChanged(self) -> None:
        if self._parameters is not None and not slicer.mrmlScene.IsBatchProcessing():
            self._onChanged()

    # Showing

    def _showButtons(self, node=None) -> None:
        both = (self.ui.volumeSelector.currentNode(), self.ui.segmentationSelector.currentNode())
        self.ui.addButton.enabled = None not in both
        self.ui.removeButton.enabled = bool(self._table.selected())

    def say(self, text: str) -> None:
        """Show one sentence in place of the summary; an empty one brings the summary back."""
        self._message = text
        self._showText()

    def _showText(self) -> None:
        self.ui.casesLabel.text = self._message or self._summary
