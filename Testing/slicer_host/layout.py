"""``slicer.app.layoutManager()`` for views that nobody sees: slice logics and layout names without widgets."""

import slicer


class SliceWidget:
    """What scripts use of ``qMRMLSliceWidget``."""

    def __init__(self, logic):
        self._logic = logic

    def sliceLogic(self):
        return self._logic

    def mrmlSliceNode(self):
        return self._logic.GetSliceNode()

    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToBackground()


class LayoutManager:
    """What scripts use of ``qSlicerLayoutManager``."""

    threeDViewCount = 0
    tableViewCount = 0
    plotViewCount = 0

    def __init__(self, host):
        self._host = host
        self.layout = slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView

    def setLayout(self, layout: int) -> None:
        self.layout = int(layout)

    def sliceViewNames(self) -> tuple:
        return tuple(logic.GetSliceNode().GetLayoutName() for logic in self._logics())

    def sliceWidget(self, name: str):
        """The slice widget of a view such as "Red", None for an unknown name."""
        return next(
            (SliceWidget(logic) for logic in self._logics() if logic.GetSliceNode().GetLayoutName() == name), None
        )

    def resetSliceViews(self) -> None:
        for logic in self._logics():
            logic.FitSliceToBackground()

    def resetThreeDViews(self) -> None:
        """There are no 3D views."""

    def _logics(self) -> list:
        logics = self._host.sliceLogics
        return [logics.GetItemAsObject(index) for index in range(logics.GetNumberOfItems())]
