"""The held-out cases in the scene: a folder with a table, a chart and what the chart is drawn from."""

from collections.abc import Callable

import slicer
from MedNCASegmentLib.hierarchy_folder import createRunFolder, putIntoFolder, removeRunFolder, runFolderOf
from slicer.i18n import tr as _

from .results_plot import addHeldOutChart
from .results_table import HeldOutResults, fillHeldOutTable

CHART_ROLE = "MedNCA.HeldOutChart"
# Attributes of the table: the folder of the run, and when its evaluation was written.
FOLDER, WRITTEN = "MedNCA.TrainingFolder", "MedNCA.EvaluationWritten"


def showEvaluation(folder: str, written: str, modelName: str, results: HeldOutResults):
    """Have the evaluation of a run in the scene, once, and no earlier one of it; returns the table.

    Args:
        folder: of the run.
        written: when the evaluation was written; tells it from an earlier one.
        modelName: for the names of the nodes.
        results: the evaluation.
    """
    return presentOnce(WRITTEN, folder, written, lambda: addResultNodes(modelName, results))


def presentOnce(attribute: str, folder: str, written: str, add: Callable):
    """Have what a run has written in the scene, once, and nothing earlier of the same kind; returns its table.

    Args:
        attribute: of the tables of this kind, for `written`.
        folder: of the run.
        written: when it was written.
        add: adds the nodes, in a folder of the subject hierarchy, and returns the table.
    """
    tables = [node for node in slicer.util.getNodesByClass("vtkMRMLTableNode") if node.GetAttribute(attribute)]
    ofRun = [node for node in tables if node.GetAttribute(FOLDER) == folder]
    current = next((node for node in ofRun if node.GetAttribute(attribute) == written), None)
    for node in ofRun:
        if node is not current:
            removeResultNodes(node)
    if current is None:
        current = add()
        current.SetAttribute(FOLDER, folder)
        current.SetAttribute(attribute, written)
    return current


def addResultNodes(modelName: str, results: HeldOutResults):
    """Add table and chart, in a folder of the subject hierarchy that can be deleted as a whole; returns the table."""
    name = _("{model}, held-out cases").format(model=modelName)
    folder = createRunFolder(None, name)
    tableNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", slicer.mrmlScene.GenerateUniqueName(name))
    fillHeldOutTable(tableNode, results)
    nodes = addHeldOutChart(name, results)
    tableNode.SetNodeReferenceID(CHART_ROLE, nodes[0].GetID())
    for node in (tableNode, *nodes):
        putIntoFolder(folder, node)
    return tableNode


def removeResultNodes(tableNode) -> None:
    """Remove a table with all that was added beside it."""
    folder = runFolderOf(tableNode)
    if folder:
        removeRunFolder(folder)
    else:
        slicer.mrmlScene.RemoveNode(tableNode)


def chartOf(tableNode):
    """The chart that belongs to a table; None when there is none any more."""
    return tableNode.GetNodeReference(CHART_ROLE) if tableNode is not None else None


def showTableInLayout(tableNode) -> None:
    """Show a table in a layout that has room for one."""
    manager, application = slicer.app.layoutManager(), slicer.app.applicationLogic()
    manager.setLayout(slicer.modules.tables.logic().GetLayoutWithTable(manager.layout))
    application.GetSelectionNode().SetActiveTableID(tableNode.GetID())
    application.PropagateTableSelection()
