"""Observations of VTK objects that end with the widget that made them."""

import weakref

import shiboken6


class Observations:
    """The VTK observers of one widget. They keep neither the widget alive nor call it when it is gone."""

    def __init__(self, widget):
        self._widget = weakref.ref(widget)
        self._tags = {}
        # A bound method of this object, not of the widget, which is no more when the signal comes.
        widget.destroyed.connect(self.removeAll)

    def add(self, source, event, method) -> None:
        """Calls ``method``, one of the widget's, at each ``event`` of ``source``; once, however often it is added."""
        if (source, event) in self._tags:
            return
        reference = weakref.WeakMethod(method)

        def call(*arguments) -> None:
            widget, bound = self._widget(), reference()
            if bound is not None and shiboken6.isValid(widget):
                bound(*arguments)

        if hasattr(method, "CallDataType"):
            call.CallDataType = method.CallDataType
        self._tags[source, event] = source.AddObserver(event, call)

    def remove(self, source, event) -> None:
        """Ends one observation, if there is one."""
        tag = self._tags.pop((source, event), None)
        if tag is not None:
            source.RemoveObserver(tag)

    def __contains__(self, observation: tuple) -> bool:
        return observation in self._tags

    def __len__(self) -> int:
        return len(self._tags)

    def removeAll(self) -> None:
        """Ends all observations."""
        for (source, _event), tag in self._tags.items():
            source.RemoveObserver(tag)
        self._tags.clear()
