"""Segmentation of a volume node, without any user interface."""

import logging
import time
from dataclasses import dataclass

import numpy as np
import slicer
from mednca import Card, MedNCAError, Model, Options, Progress, Segmenter, make_engine
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

from .content import contentOf, isOther
from .model_store import DEFAULT_MODEL, ModelStore, importedModelsFolder
from .parameters import MedNCASegmentParameterNode
from .reading import readScan
from .run_nodes import RunOutputs, addRunNodes


@dataclass
class RunOptions:
    """How to segment; None means as the model's card says."""

    seed: int = 0
    runs: int | None = None  # stochastic runs to average
    steps: int | None = None  # of every level
    fireRate: float | None = None
    largestComponent: bool | None = None
    engine: str = "auto"  # "auto", "numpy" or "torch"
    device: str = "auto"  # "auto", "cpu" or "cuda"
    recordSteps: bool = True
    recordEvery: int | None = None  # None: as often as the limit allows
    recordLimitMB: float = 256.0
    probability: bool = False  # add the probability as a volume
    deviation: bool = False  # add the standard deviation over the runs as a volume
    live: bool = False  # let the progress carry a label map that follows the steps

    def forCore(self) -> Options:
        return Options(
            seed=self.seed,
            runs=self.runs,
            steps=self.steps,
            fire_rate=self.fireRate,
            largest_component=self.largestComponent,
            record=self.recordSteps,
            record_every=self.recordEvery,
            record_limit_mb=self.recordLimitMB,
            live=self.live,
        )


def makeSegmenter(model: Model, options: RunOptions) -> Segmenter:
    """What segments volumes with a model on the engine that the options name.

    Raises:
        MedNCAError: an option is out of its range, or asks for what this computer lacks.
    """
    engine = make_engine(options.engine, None if options.device == "auto" else options.device)
    segmenter = Segmenter(model, engine, options.forCore())
    if options.deviation and segmenter.runs < 2:
        raise MedNCAError(_("The uncertainty map needs at least two runs; raise the number of runs."))
    return segmenter


class SegmentationRun:
    """A segmentation under way. Until it has ended well, the scene stays, or is made again, as it was."""

    def __init__(self, volumeNode, model: Model, outputNode, options: RunOptions, roiNode, startAt) -> None:
        self._segmenter = makeSegmenter(model, options)
        self._volumeNode, self._outputNode, self._options = volumeNode, outputNode, options
        self.scan = readScan(volumeNode, roiNode)
        self._events = self._segmenter.events(self.scan.volume, self.scan.inside, self._voxelAt(startAt))
        self.progress: Progress | None = None
        self.outputs: RunOutputs | None = None
        self.kept = ""  # says that the output was changed meanwhile and a new one made
        self._before = contentOf(outputNode) if outputNode is not None else []
        self._adding = None  # the nodes, once there is a result
        self.finished = False
        self.cancelled = False

    def advance(self, seconds: float = 0.03) -> Progress | None:
        """Work for about this long; returns the latest progress. When it ends, `finished` and `outputs` are set.

        Raises:
            MedNCAError: the volume cannot be segmented, or was removed meanwhile; the run is over, the scene unchanged.
        """
        if self.finished:
            return self.progress
        try:
            until = time.perf_counter() + seconds
            while self._adding is None:
                self.progress = next(self._events)
                if self.progress.result is not None:
                    self._adding = self._addNodes()
                if time.perf_counter() >= until:
                    return self.progress
            while not self.finished:
                self.outputs = next(self._adding)
                if self.outputs is not None:
                    self.cancelled = False  # too late, if something that a node has set off has tried to
                    self._end()
                elif self.cancelled:
                    self._end()
                elif time.perf_counter() >= until:
                    break
            return self.progress
        except BaseException:
            self._end()
            raise

    def cancel(self) -> None:
        """Stop at once; the scene stays as it was. A run that has ended is left as it is."""
        if not self.finished:
            self.cancelled = True
            self._end()

    def _end(self) -> None:
        self.finished = True
        self._events.close()
        if self._adding is not None and not self._adding.gi_running:
            self._adding.close()

    def _addNodes(self):
        if not slicer.mrmlScene.IsNodePresent(self._volumeNode):
            raise MedNCAError(_("The volume was removed while it was being segmented; choose another one."))
        self.scan.checkPlace(self._volumeNode)
        # An output that was removed meanwhile is replaced by a new one, so that the work is not lost.
        output = self._outputNode if slicer.mrmlScene.IsNodePresent(self._outputNode) else None
        if output is not None and isOther(self._before, contentOf(output)):
            self.kept = _("'{name}' was changed meanwhile and is kept beside it.").format(name=output.GetName())
            output = None
        card, result = self._segmenter.model.card, self.progress.result
        wanted = (
            result.probability if self._options.probability else [],
            result.deviation if self._options.deviation else [],
        )
        return addRunNodes(self._volumeNode, output, self.scan, card, result, *wanted)

    def _voxelAt(self, position) -> tuple[int, int, int] | None:
        """The voxel of the scan at a position in world RAS."""
        if position is None:
            return None
        return tuple((np.linalg.inv(self.scan.volume.affine) @ [*position, 1.0])[:3].round().astype(int))


class MedNCASegmentLogic(ScriptedLoadableModuleLogic):
    """Segments volume nodes: `MedNCASegmentLogic().segment(volumeNode)` returns a segmentation node."""

    def __init__(self) -> None:
        ScriptedLoadableModuleLogic.__init__(self)
        self.models = ModelStore(importedModelsFolder())

    def getParameterNode(self) -> MedNCASegmentParameterNode:
        return MedNCASegmentParameterNode(super().getParameterNode())

    def modelNames(self) -> list[str]:
        """Names of the models that come with the extension, and of those that were imported."""
        return self.models.names()

    def model(self, name: str) -> Model:
        """A shipped or imported model by name, or a model file by path.

        Raises:
            MedNCAError: there is no such model, or it is not sound.
        """
        return self.models.model(name)

    def card(self, name: str) -> Card:
        """The card of a model: what it is for, how it runs and what is known of it."""
        return self.model(name).card

    def start(
        self,
        volumeNode,
        model: str = DEFAULT_MODEL,
        outputNode=None,
        options: RunOptions | None = None,
        roiNode=None,
        startAt=None,
    ) -> SegmentationRun:
        """Begin to segment a volume; call :meth:`SegmentationRun.advance` until `finished`.

        Args:
            volumeNode: a scalar volume.
            model: name of a shipped or imported model, or path of a model file.
            outputNode: segmentation node whose content is replaced; None adds a new one beside the volume.
            options: see :class:`RunOptions`.
            roiNode: markups ROI; only what is inside is segmented. None: the whole volume.
            startAt: position in world RAS near which to begin; the result does not depend on it.

        Raises:
            MedNCAError: one sentence for the user.
        """
        return SegmentationRun(volumeNode, self.model(model), outputNode, options or RunOptions(), roiNode, startAt)

    def segment(
        self,
        volumeNode,
        model: str = DEFAULT_MODEL,
        outputNode=None,
        options: RunOptions | None = None,
        roiNode=None,
    ):
        """Segment a volume in one go; returns the segmentation node. Arguments and errors as for :meth:`start`.

        What speaks against the result, if anything, goes to the log as a warning.
        """
        run = self.start(volumeNode, model, outputNode, options, roiNode)
        while not run.finished:
            run.advance(seconds=1.0)
        if run.outputs.doubt:
            logging.warning("%s: %s", volumeNode.GetName(), run.outputs.doubt)
        return run.outputs.segmentationNode
