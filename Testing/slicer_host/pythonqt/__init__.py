"""``qt`` and ``ctk`` made of PySide6, with the manners of PythonQt, which Slicer uses, and stricter than it.

Every Qt object is seen through a proxy (:mod:`~slicer_host.pythonqt.proxies`):

- Qt properties are attributes, read and set: ``button.text``, ``button.enabled = False``. Calling one raises, and so
  does a value of the wrong type.
- Slots, setters and getters that are not properties are called: ``comboBox.currentText`` and ``comboBox.count`` are
  properties, ``widget.isEnabled()`` and ``comboBox.itemText(0)`` methods. Keyword arguments raise.
- Unknown attributes raise, read or set.
- ``button.connect("clicked(bool)", f)`` and ``button.clicked.connect(f)`` connect, ``disconnect`` likewise; ``f`` gets
  as many arguments as it takes. An unknown signal or signature raises, where PythonQt returns False.
- An exception in a slot is printed, as in Slicer, and raised at the next ``slicer.app.processEvents()``.
- The tooltip of a widget is read as rich text, ``<p>a &lt; b</p>``, though it was set as plain text.
- Enumerations are ``qt.Qt.Horizontal``, lists come back as tuples, ``name`` is the same as ``objectName``.

Missing: Python classes that derive from Qt classes, but for event filters, and ``ctk`` and qMRML widgets other than
those in :mod:`slicer_host.widgets`. PySide6 is Qt 6, Slicer 5.10 is Qt 5: what only one of them has is not told apart.
"""

from .namespace import install

__all__ = ["install"]
