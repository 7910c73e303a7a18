"""Stand-ins for CTK's and Slicer's own widgets, as PySide6 classes; scripts see them through proxies.

Each has the properties, signals and methods of the real widget that scripts use, under the real names; names that begin
with an underscore are the host's own. They look plainer than the real ones.
"""

from .ctk_buttons import ctkCollapsibleButton, ctkMenuButton
from .ctk_choices import ctkCheckBox, ctkComboBox
from .ctk_numbers import ctkDoubleSpinBox, ctkSliderWidget
from .ctk_paths import ctkDirectoryButton, ctkPathLineEdit
from .main_window import qSlicerMainWindow, qSlicerModuleSelectorToolBar
from .module_widget import qSlicerScriptedLoadableModuleWidget
from .mrml_widget import qMRMLWidget
from .node_combo_box import qMRMLNodeComboBox
from .plot_widget import qMRMLPlotWidget
from .sequence_browser import (
    qMRMLSequenceBrowserPlayWidget,
    qMRMLSequenceBrowserSeekWidget,
    qMRMLSequenceBrowserToolBar,
)
from .subject_hierarchy_tree import qMRMLSubjectHierarchyTreeView

CTK_WIDGETS = {
    widget.__name__: widget
    for widget in (
        ctkCheckBox,
        ctkCollapsibleButton,
        ctkComboBox,
        ctkDirectoryButton,
        ctkDoubleSpinBox,
        ctkMenuButton,
        ctkPathLineEdit,
        ctkSliderWidget,
    )
}

SLICER_WIDGETS = {
    widget.__name__: widget
    for widget in (
        qMRMLNodeComboBox,
        qMRMLPlotWidget,
        qMRMLSequenceBrowserPlayWidget,
        qMRMLSequenceBrowserSeekWidget,
        qMRMLSequenceBrowserToolBar,
        qMRMLSubjectHierarchyTreeView,
        qMRMLWidget,
        qSlicerMainWindow,
        qSlicerModuleSelectorToolBar,
        qSlicerScriptedLoadableModuleWidget,
    )
}
