"""Qt in the host has PythonQt's manners, and raises where PythonQt lets mistakes pass."""

import pytest

pytest.importorskip("PySide6", reason="the Qt side of the host needs PySide6")

import ctk  # noqa: E402
import qt  # noqa: E402
import slicer  # noqa: E402


@pytest.fixture
def button():
    return qt.QPushButton("Segment")


def test_properties_are_attributes(button):
    button.text = "Cancel"
    button.enabled = False
    assert (button.text, button.enabled, button.isEnabled()) == ("Cancel", False, False)


def test_calling_a_property_raises(button):
    with pytest.raises(TypeError):
        button.text()


def test_setters_and_getters_that_are_no_properties_are_called(button):
    button.setText("Cancel")
    assert button.text == "Cancel"
    assert qt.QSize(3, 4).width() == 3
    with pytest.raises(AttributeError):
        button.isEnabled = False


def test_a_tooltip_of_a_widget_becomes_rich_text(button):
    assert button.toolTip == ""
    for text, found in (("a < b & 'c'", "<p>a &lt; b &amp; 'c'</p>"), ("<b>bold</b>", "<b>bold</b>")):
        button.toolTip = text
        assert button.toolTip == found
    button.setToolTip("plain")
    assert button.toolTip == "<p>plain</p>"
    action = qt.QAction("Segment", None)
    action.toolTip = "plain"
    assert action.toolTip == "plain"


def test_keyword_arguments_raise(button):
    with pytest.raises(TypeError):
        button.setText(text="Cancel")
    with pytest.raises(TypeError):
        qt.QPushButton(text="Cancel")


@pytest.mark.parametrize("name", ["txet", "setTxet", "mrmlScene"])
def test_an_unknown_attribute_raises_when_read_and_when_set(button, name):
    with pytest.raises(AttributeError):
        getattr(button, name)
    with pytest.raises(AttributeError):
        setattr(button, name, "x")


def test_a_value_of_the_wrong_type_raises(button):
    for name, value in (("text", 5), ("text", None), ("enabled", "no"), ("checkable", None)):
        with pytest.raises(TypeError):
            setattr(button, name, value)
    with pytest.raises(TypeError):
        qt.QSpinBox().value = 1.5


def test_a_read_only_property_cannot_be_set(button):
    with pytest.raises(AttributeError):
        button.sizeHint = qt.QSize(1, 1)


@pytest.mark.parametrize("connect", [lambda b, f: b.connect("clicked(bool)", f), lambda b, f: b.clicked.connect(f)])
def test_signals_connect_in_both_ways_and_slots_get_the_arguments_they_take(button, connect):
    calls = []

    def takesOne(checked):
        calls.append(checked)

    def takesNone():
        calls.append("none")

    connect(button, takesOne)
    connect(button, takesNone)
    connect(button, lambda *arguments: calls.append(arguments))
    button.click()
    assert calls == [False, "none", (False,)]


def test_a_disconnected_slot_is_not_called(button):
    calls = []

    def slot():
        calls.append(1)

    button.connect("clicked()", slot)
    assert button.disconnect("clicked()", slot)
    assert not button.disconnect("clicked()", slot)
    button.click()
    assert not calls


@pytest.mark.parametrize("signature", ["clickd(bool)", "clicked(int)", "clicked", "text(QString)"])
def test_an_unknown_signal_raises(button, signature):
    with pytest.raises(AttributeError):
        button.connect(signature, print)


def test_connecting_to_something_that_cannot_be_called_raises(button):
    with pytest.raises(TypeError):
        button.connect("clicked(bool)", None)


def test_an_exception_in_a_slot_is_raised_when_events_are_processed(button, capsys):
    def slot():
        raise KeyError("in a slot")

    button.connect("clicked()", slot)
    button.click()
    with pytest.raises(KeyError, match="in a slot"):
        slicer.app.processEvents()
    assert "in a slot" in capsys.readouterr().err
    slicer.app.processEvents()


def test_an_exception_in_a_vtk_observer_is_raised_when_events_are_processed(scene, capsys):
    def observer(caller, event):
        raise KeyError("in an observer")

    tag = scene.AddObserver(scene.NodeAddedEvent, observer)
    scene.AddNewNodeByClass("vtkMRMLTextNode")
    scene.RemoveObserver(tag)
    with pytest.raises(KeyError, match="in an observer"):
        slicer.app.processEvents()
    assert "in an observer" in capsys.readouterr().err


def test_timers_call_functions():
    calls = []
    timer = qt.QTimer()
    timer.setInterval(0)
    timer.connect("timeout()", lambda: calls.append("timer"))
    timer.start()
    qt.QTimer.singleShot(0, lambda: calls.append("once"))
    slicer.app.processEvents()
    slicer.app.processEvents()
    timer.stop()
    slicer.app.processEvents()
    assert calls.count("once") == 1 and calls.count("timer") >= 2
    assert timer.active is False


def test_enumerations_are_attributes_of_their_class():
    slider = qt.QSlider(qt.Qt.Horizontal)
    assert slider.orientation == qt.Qt.Horizontal
    slider.setSizePolicy(qt.QSizePolicy.Expanding, qt.QSizePolicy.Fixed)
    slider.orientation = qt.Qt.Vertical
    assert slider.orientation == qt.Qt.Vertical


def test_children_and_parents_are_the_same_objects():
    parent = qt.QWidget()
    layout = qt.QVBoxLayout(parent)
    child = ctk.ctkSliderWidget()
    child.name = "threshold"
    layout.addWidget(child)
    assert child.parent() is parent
    assert any(other is child for other in parent.children())
    assert child in parent.findChildren(qt.QWidget)
    assert isinstance(child, qt.QWidget) and type(child) is ctk.ctkSliderWidget
    assert child.className() == "ctkSliderWidget" and child.inherits("QWidget")
    assert slicer.util.findChild(parent, "threshold") is child
    assert parent.layout() is layout


def test_python_classes_cannot_derive_from_qt_classes():
    with pytest.raises(TypeError, match="derive"):
        type("MyWidget", (qt.QWidget,), {})


def test_an_event_filter_can_derive_from_qobject_and_sees_events_with_the_manners_of_pythonqt():
    class Filter(qt.QObject):
        def __init__(self):
            qt.QObject.__init__(self)
            self.seen, self.answer = [], True

        def eventFilter(self, watched, event):
            self.seen.append((watched, event.type()))
            return self.answer

    button, clicks, watcher = qt.QPushButton("Segment"), [], Filter()
    button.connect("clicked(bool)", lambda checked: clicks.append(checked))
    button.installEventFilter(watcher)
    for answer, expected in ((True, 0), (False, 1)):
        watcher.answer = answer
        for kind in (qt.QEvent.KeyPress, qt.QEvent.KeyRelease):
            qt.QApplication.sendEvent(button, qt.QKeyEvent(kind, qt.Qt.Key_Space, qt.Qt.NoModifier))
        assert len(clicks) == expected
    assert (button, qt.QEvent.KeyPress) in watcher.seen
    watcher.answer = None
    qt.QApplication.sendEvent(button, qt.QKeyEvent(qt.QEvent.KeyPress, qt.Qt.Key_Space, qt.Qt.NoModifier))
    with pytest.raises(TypeError, match="bool"):
        slicer.app.processEvents()
    with pytest.raises(TypeError, match="event filters"):
        type("Other", (qt.QObject,), {})


def test_settings_stay_out_of_those_of_the_user():
    settings = qt.QSettings()
    settings.setValue("MedNCA/Test", "x")
    assert settings.fileName().startswith(slicer.app.slicerHome)
    assert slicer.util.settingsValue("MedNCA/Test", None) == "x"
