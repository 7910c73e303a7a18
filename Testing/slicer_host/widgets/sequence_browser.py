"""The widgets of Slicer's Sequences module: they show a sequence browser node and change nothing else.

The part widgets have the names that they have in Slicer; icons are those of Qt's style.
"""

import slicer
from PySide6.QtCore import Property, Qt, Slot
from PySide6.QtGui import QFontDatabase, QKeySequence, QShortcut
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QSlider, QStyle, QToolBar

from .mrml_widget import qMRMLWidget
from .node_combo_box import qMRMLNodeComboBox
from .observing import Observations


class _BrowserWidget(qMRMLWidget):
    """A widget that follows one sequence browser node."""

    _EVENTS = ("ModifiedEvent",)

    def __init__(self, parent=None):
        super().__init__(parent)
        self._browser = None
        self._observations = Observations(self)

    @Slot(object)
    def setMRMLSequenceBrowserNode(self, node) -> None:
        """Follows another browser node; any other node counts as None."""
        self._observations.removeAll()
        self._browser = node if node is not None and node.IsA("vtkMRMLSequenceBrowserNode") else None
        if self._browser is not None:
            for event in self._EVENTS:
                self._observations.add(self._browser, event, self._onModified)
        self._update()

    def _onModified(self, _caller, _event) -> None:
        self._update()

    def _itemCount(self) -> int:
        """Items of the master sequence; -1 when there is none."""
        sequence = self._browser.GetMasterSequenceNode() if self._browser is not None else None
        return sequence.GetNumberOfDataNodes() if sequence is not None else -1


class qMRMLSequenceBrowserSeekWidget(_BrowserWidget):
    """Name of the index, slider, and the index value of the item on display."""

    _EVENTS = (
        "ModifiedEvent",
        slicer.vtkMRMLSequenceBrowserNode.SequenceNodeModifiedEvent,
        slicer.vtkMRMLSequenceBrowserNode.IndexDisplayFormatModifiedEvent,
    )

    def __init__(self, parent=None):
        super().__init__(parent)
        self._name, self._value, self._unit = QLabel(self), QLabel(self), QLabel(self)
        self._value.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._value.setMinimumWidth(30)
        self._slider = QSlider(Qt.Orientation.Horizontal, self)
        self._slider.setObjectName("slider_IndexValue")
        layout = QHBoxLayout(self)
        for part in (self._name, self._slider, self._value, self._unit):
            layout.addWidget(part)
        self._slider.valueChanged.connect(self.setSelectedItemNumber)
        self._update()

    def slider(self) -> QSlider:
        return self._slider

    @Slot(int)
    def setSelectedItemNumber(self, itemNumber: int) -> None:
        if self._browser is not None:
            self._browser.SetSelectedItemNumber(itemNumber if 0 <= itemNumber < self._itemCount() else -1)

    def _update(self) -> None:
        count = self._itemCount()
        self.setEnabled(count >= 0)
        for label in (self._name, self._value, self._unit):
            label.setText("")
        if count < 0:
            return
        browser, sequence = self._browser, self._browser.GetMasterSequenceNode()
        self._name.setText(sequence.GetIndexName())
        blocked = self._slider.blockSignals(True)
        self._slider.setEnabled(count > 0 and not browser.GetRecordingActive())
        self._slider.setRange(0, max(count - 1, 0))
        self._slider.blockSignals(blocked)
        item = browser.GetSelectedItemNumber()
        if 0 <= item < count:
            asValue = browser.GetIndexDisplayMode() == browser.IndexDisplayAsIndexValue
            self._value.setText(browser.GetFormattedIndexValue(item) if asValue else f"{item + 1}/{count}")
            self._unit.setText(sequence.GetIndexUnit() if asValue else "")
        self._slider.setValue(max(item, 0))


class qMRMLSequenceBrowserPlayWidget(_BrowserWidget):
    """First, previous, play or pause, next, last, frames per second, loop. Recording is left out."""

    def __init__(self, parent=None):
        super().__init__(parent)
        self._recordingControlsVisible = True
        layout = QHBoxLayout(self)
        self._buttons = {}
        for name, icon, tip, checkable in (
            ("VcrFirst", QStyle.StandardPixmap.SP_MediaSkipBackward, "First frame", False),
            ("VcrPrevious", QStyle.StandardPixmap.SP_MediaSeekBackward, "Previous frame", False),
            ("VcrPlayPause", QStyle.StandardPixmap.SP_MediaPlay, "Play/Pause", True),
            ("VcrNext", QStyle.StandardPixmap.SP_MediaSeekForward, "Next frame", False),
            ("VcrLast", QStyle.StandardPixmap.SP_MediaSkipForward, "Last frame", False),
            ("VcrLoop", QStyle.StandardPixmap.SP_BrowserReload, "Loop playback", True),
        ):
            button = QPushButton(self)
            button.setIcon(self.style().standardIcon(icon))
            button.setObjectName(f"pushButton_{name}")
            button.setToolTip(tip)
            button.setCheckable(checkable)
            button.setMinimumWidth(28)
            layout.addWidget(button)
            self._buttons[name] = button
        self._rate = QDoubleSpinBox(self)
        self._rate.setObjectName("doubleSpinBox_VcrPlaybackRate")
        self._rate.setSuffix("fps")
        self._rate.setDecimals(1)
        self._rate.setRange(0.0, 1000.0)
        layout.insertWidget(5, self._rate)
        for name, slot in (
            ("VcrFirst", "First"),
            ("VcrPrevious", "Previous"),
            ("VcrNext", "Next"),
            ("VcrLast", "Last"),
        ):
            self._buttons[name].clicked.connect(getattr(self, f"onVcr{slot}"))
        self._buttons["VcrPlayPause"].toggled.connect(self.setPlaybackEnabled)
        self._buttons["VcrLoop"].toggled.connect(self.setPlaybackLoopEnabled)
        self._rate.valueChanged.connect(self.setPlaybackRateFps)
        for keys, slot in (
            ("Ctrl+Shift+Down", self.onVcrPlayPause),
            ("Ctrl+Shift+Left", self.onVcrPrevious),
            ("Ctrl+Shift+Right", self.onVcrNext),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)
        self._update()

    recordingControlsVisible = Property(
        bool, lambda self: self._recordingControlsVisible, lambda self, show: self.setRecordingControlsVisible(show)
    )

    @Slot(bool)
    def setRecordingControlsVisible(self, show: bool) -> None:
        self._recordingControlsVisible = show

    @Slot(bool)
    def setPlaybackEnabled(self, play: bool) -> None:
        if self._browser is not None:
            self._browser.SetRecordingActive(False)
            self._browser.SetPlaybackActive(play)

    @Slot(bool)
    def setPlaybackLoopEnabled(self, loop: bool) -> None:
        if self._browser is not None:
            self._browser.SetPlaybackLooped(loop)

    @Slot(float)
    def setPlaybackRateFps(self, rate: float) -> None:
        if self._browser is not None:
            self._browser.SetPlaybackRateFps(rate)

    @Slot()
    def onVcrFirst(self) -> None:
        if self._browser is not None:
            self._browser.SelectFirstItem()

    @Slot()
    def onVcrPrevious(self) -> None:
        if self._browser is not None:
            self._browser.SelectNextItem(-1)

    @Slot()
    def onVcrNext(self) -> None:
        if self._browser is not None:
            self._browser.SelectNextItem(1)

    @Slot()
    def onVcrLast(self) -> None:
        if self._browser is not None:
            self._browser.SelectLastItem()

    @Slot()
    def onVcrPlayPause(self) -> None:
        if self._browser is not None:
            self.setPlaybackEnabled(not self._browser.GetPlaybackActive())

    def _update(self) -> None:
        count = self._itemCount()
        self.setEnabled(count >= 0)
        if count < 0:
            return
        browser = self._browser
        for widget, change in (
            (self._buttons["VcrPlayPause"], lambda button: button.setChecked(browser.GetPlaybackActive())),
            (self._buttons["VcrLoop"], lambda button: button.setChecked(browser.GetPlaybackLooped())),
            (self._rate, lambda box: box.setValue(browser.GetPlaybackRateFps())),
        ):
            blocked = widget.blockSignals(True)
            change(widget)
            widget.blockSignals(blocked)
        # Slicer's button has a second icon for this.
        pixmap = QStyle.StandardPixmap
        icon = pixmap.SP_MediaPause if browser.GetPlaybackActive() else pixmap.SP_MediaPlay
        self._buttons["VcrPlayPause"].setIcon(self.style().standardIcon(icon))
        for button in self._buttons.values():
            button.setEnabled(count > 0 and not browser.GetRecordingActive())


class qMRMLSequenceBrowserToolBar(QToolBar):
    """Chooses a browser node, and plays and seeks in it."""

    def __init__(self, parent=None):
        super().__init__("Sequence browser", parent)
        self.setObjectName("SequenceBrowserToolBar")
        self._play, self._seek = qMRMLSequenceBrowserPlayWidget(), qMRMLSequenceBrowserSeekWidget()
        self._selector = qMRMLNodeComboBox()
        self._selector.setProperty("nodeTypes", ["vtkMRMLSequenceBrowserNode"])
        self._selector.setProperty("addEnabled", False)
        for part in (self._play, self._seek, self._selector):
            self.addWidget(part)
        self._selector.currentNodeChanged.connect(self._play.setMRMLSequenceBrowserNode)
        self._selector.currentNodeChanged.connect(self._seek.setMRMLSequenceBrowserNode)

    @Slot(object)
    def setMRMLScene(self, scene) -> None:
        self._selector.setMRMLScene(scene)

    def activeBrowserNode(self):
        return self._selector.currentNode()

    @Slot(object)
    def setActiveBrowserNode(self, node) -> None:
        self._selector.setCurrentNode(node)
