"""Many scans in one go: volumes of the scene here, items of a sequence in `sequence_batch`."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace

import slicer
from mednca import MedNCAError, Progress, Result
from mednca.time_left import TimeLeft
from slicer.i18n import tr as _

from .batch_folder import createBatchFolder, folderOf
from .batch_table import Row, fillBatchTable
from .hierarchy_folder import putIntoFolder, removeRunFolder
from .logic import RunOptions, makeSegmenter
from .measures import measure
from .model_store import DEFAULT_MODEL
from .reading import Scan, readScan
from .results import addVolume, fillSegmentation
from .run_nodes import RunOutputs
from .wording import doubtText


@dataclass
class BatchProgress:
    """Where a batch is. The last one has fraction 1."""

    fraction: float  # of the whole batch; every scan counts the same
    index: int  # of the scan, from 1
    count: int  # of scans
    name: str  # of the scan
    secondsLeft: float | None = None
    volume: Progress | None = None  # within the scan; None before its first step


class Batch(ABC):
    """Scans under way, one after the other; :meth:`advance`, `finished` and :meth:`cancel` are those of a single run.

    A scan that has ended well is in the scene at once, complete. One that cannot be segmented is reported in `problems`
    and the others go on. All results lie in one folder of the subject hierarchy, with one table. Steps are not
    recorded: they would take the memory of a run, times the number of scans.

    Attributes:
        progress: the latest :class:`BatchProgress`; None before the first pull.
        outputs: a RunOutputs for each scan, None for one that failed or was not reached.
        problems: (name of the scan, sentence for the user) of each scan that failed.
        tableNode: the table, once a scan has ended well.
    """

    def __init__(self, logic, names: list[str], model: str, options: RunOptions | None) -> None:
        self._options = replace(options or RunOptions(), recordSteps=False, live=False)
        self._segmenter = makeSegmenter(logic.model(model), self._options)
        self._card = self._segmenter.model.card
        self._names = names
        self._index = 0
        self._scan: Scan | None = None
        self._events = self._adding = None  # the steps of a scan, then the nodes of its result
        self._rows: list[Row] = []
        self._timeLeft = TimeLeft(1.0)
        self.progress: BatchProgress | None = None
        self.outputs: list[RunOutputs | None] = [None] * len(names)
        self.problems: list[tuple[str, str]] = []
        self.tableNode = None
        self.finished = False
        self.cancelled = False

    # What differs between volumes and items of a sequence

    @abstractmethod
    def _read(self, index: int) -> Scan:
        """Copy a scan. Raises MedNCAError when it cannot be segmented."""

    @abstractmethod
    def _add(self, index: int, result: Result, scan: Scan, folder: int, created: list) -> Iterator[RunOutputs | None]:
        """Add the nodes of a scan; each new one is appended to `created` at once, so that a failure can be undone.

        Yields None between two of them, and what it has added in the end.
        """

    @abstractmethod
    def _title(self) -> str:
        """Name of the folder."""

    @abstractmethod
    def _beside(self):
        """The node beside which the folder is made; None makes it at the top."""

    def _row(self, index: int, measures=None, problem: str = "") -> Row:
        return Row(self._names[index], "", measures, problem)

    def _fillTable(self, rows: list[Row]) -> None:
        fillBatchTable(self.tableNode, rows)

    # What a user of this class calls

    def advance(self, seconds: float = 0.03) -> BatchProgress | None:
        """Work for about this long; returns the latest progress. Sets `finished` when all scans are done.

        An exception other than MedNCAError and MemoryError ends the batch; what was complete stays.
        """
        until = time.perf_counter() + seconds
        try:
            while not self.finished:
                self._pull()
                if time.perf_counter() >= until:
                    break
        except BaseException:
            self._end()
            raise
        if self.finished:
            self._close()  # where the nodes themselves have set off the cancelling
        return self.progress

    def cancel(self) -> None:
        """Stop at once. Scans that were complete stay, with their rows; nothing of the others does."""
        if not self.finished:
            self.cancelled = True
            self._end()

    # How it is done

    def _pull(self) -> None:
        """Begin a scan, do a step of it, or keep its result."""
        volume = self.progress.volume if self.progress is not None else None
        try:
            if self._events is None:
                self._scan = self._read(self._index)
                self._events = self._segmenter.events(self._scan.volume, self._scan.inside)
                self._report(None)
            elif self._adding is not None:
                if next(self._adding):
                    self._next()
            elif volume is not None and volume.result is not None:
                self._adding = self._keep(volume.result)
            else:
                self._report(next(self._events))
        except MedNCAError as problem:
            self._fail(str(problem))
        except MemoryError:
            self._fail(_("There is not enough memory for this scan; crop it, or close what else is open."))

    def _report(self, volume: Progress | None) -> None:
        within = volume.fraction if volume is not None else 0.0
        fraction = (self._index + within) / len(self._names)
        left = self._timeLeft.after(fraction)
        self.progress = BatchProgress(
            fraction, self._index + 1, len(self._names), self._names[self._index], left, volume
        )

    def _next(self) -> None:
        self._close()
        self._index += 1
        if self.finished:  # cancelled by something that the last node has set off
            return
        if self._index < len(self._names):
            self._report(None)
        else:
            self.progress = BatchProgress(1.0, self._index, self._index, self._names[-1], 0.0)
            self._end()

    def _fail(self, sentence: str) -> None:
        self.problems.append((self._names[self._index], sentence))
        self._rows.append(self._row(self._index, problem=sentence))
        if slicer.mrmlScene.IsNodePresent(self.tableNode):
            self._fillTable(self._rows)
        self._next()

    def _end(self) -> None:
        self.finished = True
        self._close()

    def _close(self) -> None:
        for work in (self._events, self._adding):
            if work is not None and work.gi_running:
                return  # an observer of a new node has cancelled; `advance` closes when it is back there
            if work is not None:
                work.close()
        # A scan and its result are large; nothing of them is needed any more.
        self._events = self._adding = self._scan = None
        if self.progress is not None:
            self.progress = replace(self.progress, volume=None)

    def _keep(self, result: Result) -> Iterator[bool]:
        """Add the nodes and rows of a scan, or nothing at all; says after each node whether it was the last."""
        scene, created, newFolder = slicer.mrmlScene, [], 0
        rows, doubt = [], doubtText(result)
        for measures in measure(result, self._card):
            rows.append(self._row(self._index, measures, doubt))
            yield False
        # What was deleted meanwhile is made anew, so that the work that follows is not lost.
        folder = folderOf(self.tableNode) if scene.IsNodePresent(self.tableNode) else 0
        try:
            if not folder:
                folder = newFolder = createBatchFolder(self._beside(), self._title())
                title = scene.GenerateUniqueName(self._title())
                self.tableNode = scene.AddNewNodeByClass("vtkMRMLTableNode", title)
                created.append(self.tableNode)
            outputs = None
            for outputs in self._add(self._index, result, self._scan, folder, created):
                if outputs is None:
                    yield False
            if not scene.IsNodePresent(self.tableNode):
                raise MedNCAError(_("The table was removed while the result was added to the scene."))
            self._fillTable(self._rows + rows)
            for node in created:
                putIntoFolder(folder, node)
        except BaseException:
            for node in reversed(created):
                if scene.IsNodePresent(node):
                    scene.RemoveNode(node)
            if newFolder:
                removeRunFolder(newFolder)
                self.tableNode = None
            raise
        outputs.doubt = doubt
        self._rows += rows
        self.outputs[self._index] = outputs
        yield True

    def _maps(self, result: Result, name: str):
        """(whether it is a probability, title, float32 [i, j, k]) of each map that the options ask for."""
        for isProbability, wanted, maps, title in (
            (True, self._options.probability, result.probability, _("{name} {label} probability")),
            (False, self._options.deviation, result.deviation, _("{name} {label} uncertainty")),
        ):
            for label, values in zip(self._card.labels, maps if wanted else [], strict=False):
                yield isProbability, title.format(name=name, label=label.name), values


class SegmentationBatch(Batch):
    """Volumes of the scene, for instance those of a folder: `SegmentationBatch(logic, volumesInFolder(item))`."""

    def __init__(self, logic, volumeNodes: list, model: str = DEFAULT_MODEL, options: RunOptions | None = None) -> None:
        """Args:
        logic: gives the model.
        volumeNodes: scalar volumes; any other node is reported when its turn comes.
        model: name of a shipped model, or path of a model file.
        options: as for a single run.

        Raises:
            MedNCAError: there is no volume, or model or options are not sound.
        """
        if not volumeNodes:
            raise MedNCAError(_("There is no volume to segment; choose a folder with volumes in it."))
        super().__init__(logic, [node.GetName() for node in volumeNodes], model, options)
        self._volumeNodes = list(volumeNodes)

    def _title(self) -> str:
        return _("{title} of {count} volumes").format(title=self._card.title, count=len(self._names))

    def _beside(self):
        present = (node for node in self._volumeNodes if slicer.mrmlScene.IsNodePresent(node))
        return next(present, None)

    def _present(self, index: int):
        node = self._volumeNodes[index]
        if not slicer.mrmlScene.IsNodePresent(node):
            raise MedNCAError(_("The volume was removed before it was segmented."))
        return node

    def _read(self, index: int) -> Scan:
        return readScan(self._present(index))

    def _add(self, index: int, result: Result, scan: Scan, folder: int, created: list) -> Iterator[RunOutputs | None]:
        scene, volumeNode = slicer.mrmlScene, self._present(index)
        scan.checkPlace(volumeNode)
        name = volumeNode.GetName()
        title = scene.GenerateUniqueName(_("{name} segmentation").format(name=name))
        created.append(scene.AddNewNodeByClass("vtkMRMLSegmentationNode", title))
        outputs = RunOutputs(folder, created[-1], self.tableNode)
        fillSegmentation(outputs.segmentationNode, result, self._card, volumeNode, scan)
        for isProbability, title, values in self._maps(result, name):
            yield None
            created.append(addVolume(title, values, volumeNode, scan))
            (outputs.probabilityNodes if isProbability else outputs.deviationNodes).append(created[-1])
        yield outputs
