"""A robustness report in the scene: a folder with one table, and a chart for each experiment."""

from typing import Any

import slicer
from mednca.report.findings import points_of
from MedNCASegmentLib.hierarchy_folder import createRunFolder, putIntoFolder
from MedNCASegmentLib.measures import writeColumns
from slicer.i18n import tr as _

from .report_plots import addExperimentChart
from .results_nodes import presentOnce

CHARTS_ROLE = "MedNCA.ReportCharts"
WRITTEN = "MedNCA.ReportWritten"  # attribute of the table: when its report was written


def showReport(folder: str, written: str, modelName: str, result: dict[str, Any]):
    """Have the report of a run in the scene, once, and no earlier one of it; returns the table.

    Args:
        folder: of the run.
        written: when the report was written; tells it from an earlier one.
        modelName: for the names of the nodes.
        result: of :func:`mednca.report.result.read_result`.
    """
    return presentOnce(WRITTEN, folder, written, lambda: addReportNodes(modelName, result))


def addReportNodes(modelName: str, result: dict[str, Any]):
    """Add table and charts, in a folder of the subject hierarchy that can be deleted as a whole; returns the table."""
    name = _("{model}, robustness").format(model=modelName)
    folder = createRunFolder(None, name)
    tableNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", slicer.mrmlScene.GenerateUniqueName(name))
    fillReportTable(tableNode, result)
    putIntoFolder(folder, tableNode)
    for experiment in result["experiments"]:
        title = _("{model}, {experiment}").format(model=modelName, experiment=experiment["title"])
        nodes = addExperimentChart(title, result, experiment)
        tableNode.AddNodeReferenceID(CHARTS_ROLE, nodes[0].GetID())
        for node in nodes:
            putIntoFolder(folder, node)
    return tableNode


def chartsOf(tableNode) -> list:
    """The charts that belong to a table and are still there, in the order of the experiments."""
    if tableNode is None:
        return []
    count = tableNode.GetNumberOfNodeReferences(CHARTS_ROLE)
    charts = [tableNode.GetNthNodeReference(CHARTS_ROLE, number) for number in range(count)]
    return [chart for chart in charts if chart is not None]


def fillReportTable(tableNode, result: dict[str, Any]) -> None:
    """Replace the content of a table node: a row for each experiment, level and label.

    Where no case has a Dice there is not-a-number and no lowest case.
    """
    rows = [
        (experiment, label, point)
        for experiment in result["experiments"]
        for label in result["labels"]
        for point in points_of(result, experiment, label)
    ]
    writeColumns(
        tableNode,
        [
            (_("Experiment"), "", [experiment["title"] for experiment, _label, _point in rows]),
            (_("Level"), "", [float(point.level) for _experiment, _label, point in rows]),
            (_("The level is"), "", [experiment["axis"] for experiment, _label, _point in rows]),
            (_("Segment"), "", [label for _experiment, label, _point in rows]),
            (_("Mean Dice"), "", [point.mean for _experiment, _label, point in rows]),
            (_("Standard deviation"), "", [point.spread for _experiment, _label, point in rows]),
            (_("Lowest Dice"), "", [float(point.lowest) for _experiment, _label, point in rows]),
            (_("Lowest case"), "", [point.lowest_case for _experiment, _label, point in rows]),
        ],
    )
