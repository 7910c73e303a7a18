"""``slicer.parameterNodeWrapper``: typed access to a ``vtkMRMLScriptedModuleNode``, with the names, file format and
errors of Slicer's own, so that a scene written here opens there and the other way round.

Missing: parameter packs, ``typing.Any``, ``QColor`` and the creation of widgets from types.
"""

from .annotations import Decimals, Default, SingleStep
from .connecting import SlicerParameterNamePropertyName, findChildWidgetForParameter
from .connectors import GuiConnector, createGuiConnector, parameterNodeGuiConnector
from .containers import DictSerializer, ListSerializer, TupleSerializer, UnionSerializer
from .serializer import Serializer, ValidatedSerializer, parameterNodeSerializer
from .serializers import BoolSerializer, NodeSerializer, NumberSerializer, PathSerializer, StringSerializer
from .validators import Choice, Exclude, IsInstance, Maximum, Minimum, NotNone, Validator, WithinRange
from .wrapper import isParameterNodeWrapper, parameterNodeWrapper

__all__ = [
    "BoolSerializer",
    "Choice",
    "Decimals",
    "Default",
    "DictSerializer",
    "Exclude",
    "GuiConnector",
    "IsInstance",
    "ListSerializer",
    "Maximum",
    "Minimum",
    "NodeSerializer",
    "NotNone",
    "NumberSerializer",
    "PathSerializer",
    "Serializer",
    "SingleStep",
    "SlicerParameterNamePropertyName",
    "StringSerializer",
    "TupleSerializer",
    "UnionSerializer",
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
