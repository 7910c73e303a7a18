"""What talks to Slicer: panel, logic, parameters, and how the scene becomes cases and a model."""

from .logic import MedNCATrainLogic
from .selftest import MedNCATrainTest
from .widget import MedNCATrainWidget

__all__ = ["MedNCATrainLogic", "MedNCATrainTest", "MedNCATrainWidget"]
