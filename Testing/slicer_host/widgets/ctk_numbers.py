"""``ctkSliderWidget`` and ``ctkDoubleSpinBox``: numbers with decimals, a unit and a range."""

from PySide6.QtCore import Property, Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget


def _passed(attribute: str, getter: str, setter: str, type_) -> Property:
    """A property that belongs to a part of the widget."""
    return Property(
        type_,
        lambda self: getattr(getattr(self, attribute), getter)(),
        lambda self, value: getattr(getattr(self, attribute), setter)(value),
    )


class ctkDoubleSpinBox(QWidget):
    """A spin box; ``valueChanged(double)``."""

    valueChanged = Signal(float)
    decimalsChanged = Signal(int)
    SIGNATURES = ("valueChanged(double)", "decimalsChanged(int)")

    def __init__(self, parent=None):
        super().__init__(parent)
        self._box = QDoubleSpinBox(self)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._box.valueChanged.connect(self.valueChanged)

    def _setDecimals(self, decimals: int) -> None:
        self._box.setDecimals(decimals)
        self.decimalsChanged.emit(decimals)

    value = _passed("_box", "value", "setValue", float)
    minimum = _passed("_box", "minimum", "setMinimum", float)
    maximum = _passed("_box", "maximum", "setMaximum", float)
    singleStep = _passed("_box", "singleStep", "setSingleStep", float)
    prefix = _passed("_box", "prefix", "setPrefix", str)
    suffix = _passed("_box", "suffix", "setSuffix", str)
    decimals = Property(int, lambda self: self._box.decimals(), _setDecimals)

    @Slot(float)
    def setValue(self, value: float) -> None:
        self._box.setValue(value)

    def setRange(self, minimum: float, maximum: float) -> None:
        self._box.setRange(minimum, maximum)


class ctkSliderWidget(QWidget):
    """A slider and a spin box; ``valueChanged(double)`` follows the slider, without ``tracking`` its release."""

    valueChanged = Signal(float)
    valueIsChanging = Signal(float)
    rangeChanged = Signal(float, float)
    SIGNATURES = ("valueChanged(double)", "valueIsChanging(double)", "rangeChanged(double,double)")

    def __init__(self, parent=None):
        super().__init__(parent)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._box = QDoubleSpinBox(self)
        self._box.setRange(0, 99)
        self._box.setSingleStep(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._slider, 1)
        layout.addWidget(self._box)
        self._updateSlider()
        self._slider.valueChanged.connect(self._onSlider)
        self._slider.sliderReleased.connect(self._onReleased)
        self._box.valueChanged.connect(self._onBox)

    def _updateSlider(self) -> None:
        blocked = self._slider.blockSignals(True)
        steps = (self._box.maximum() - self._box.minimum()) / self._box.singleStep()
        self._slider.setRange(0, min(round(steps), 2**30))
        self._slider.setValue(round((self._box.value() - self._box.minimum()) / self._box.singleStep()))
        self._slider.blockSignals(blocked)

    def _onSlider(self, position: int) -> None:
        value = self._box.minimum() + position * self._box.singleStep()
        if self._slider.hasTracking() or not self._slider.isSliderDown():
            self._box.setValue(value)
        self.valueIsChanging.emit(value)

    def _onReleased(self) -> None:
        self._onSlider(self._slider.value())

    def _onBox(self, value: float) -> None:
        self._updateSlider()
        self.valueChanged.emit(value)

    def _setMinimum(self, minimum: float) -> None:
        self.setRange(minimum, max(minimum, self._box.maximum()))

    def _setMaximum(self, maximum: float) -> None:
        self.setRange(min(maximum, self._box.minimum()), maximum)

    def _setSingleStep(self, step: float) -> None:
        self._box.setSingleStep(step)
        self._updateSlider()

    def _setDecimals(self, decimals: int) -> None:
        self._box.setDecimals(decimals)
        self._updateSlider()

    value = _passed("_box", "value", "setValue", float)
    minimum = Property(float, lambda self: self._box.minimum(), _setMinimum)
    maximum = Property(float, lambda self: self._box.maximum(), _setMaximum)
    singleStep = Property(float, lambda self: self._box.singleStep(), _setSingleStep)
    decimals = Property(int, lambda self: self._box.decimals(), _setDecimals)
    pageStep = _passed("_slider", "pageStep", "setPageStep", float)
    tracking = _passed("_slider", "hasTracking", "setTracking", bool)
    prefix = _passed("_box", "prefix", "setPrefix", str)
    suffix = _passed("_box", "suffix", "setSuffix", str)
    spinBoxVisible = Property(
        bool, lambda self: not self._box.isHidden(), lambda self, visible: self._box.setVisible(visible)
    )

    @Slot(float)
    def setValue(self, value: float) -> None:
        self._box.setValue(value)

    @Slot(float, float)
    def setRange(self, minimum: float, maximum: float) -> None:
        self._box.setRange(minimum, maximum)
        self._updateSlider()
        self.rangeChanged.emit(minimum, maximum)
