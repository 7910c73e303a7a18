"""``slicer.parameterNodeWrapper``: typed access to a ``vtkMRMLScriptedModuleNode``, with the names, file format and
errors of Slicer's own, so that a scene written here opens there and the other way round.

Missing: parameter packs, ``typing.Any``, ``QColor`` and the creation of widgets from types.
"""

from .annotations import Decimals, Default, SingleStep
from .connecting import SlicerParameterNamePropertyName, findChildWidgetForParameter
from .connectors import GuiConnector, createGuiConnector, parameterNodeGuiConnector
from .serializers import Serializer, ValidatedSerializer, parameterNodeSerializer
from .validators import Choice, Exclude, IsInstance, Maximum, Minimum, NotNone, Validator, WithinRange
from .wrapper import isParameterNodeWrapper, parameterNodeWrapper

__all__ = [
    "Choice",
    "Decimals",
    "Default",
    "Exclude",
    "GuiConnector",
    "IsInstance",
    "Maximum",
    "Minimum",
    "NotNone",
    "Serializer",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "ValidatedSerializer",
    "Validator",
    "WithinRange",
    "createGuiConnector",
    "findChildWidgetForParameter",
    "isParameterNodeWrapper",
    "parameterNodeGuiConnector",
    "parameterNodeSerializer",
    "parameterNodeWrapper",
]
