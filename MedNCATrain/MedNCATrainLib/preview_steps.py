"""The part of the panel in which the automaton's steps on one validation slice are played and scrubbed as it learns."""

import qt
from MedNCASegmentLib.step_numbers import StepNumber, stepTitle
from slicer.i18n import tr as _

from .run_files import Preview, RunFiles
from .run_labels import runLabels
from .step_picture import asPortablePixmap, palette, stepPicture

MILLISECONDS = 120  # a step is shown
LAST = 10  # times as long the last one
HEIGHT = 260  # of the picture at most, in pixels
LEAST_WIDTH = 280


class PreviewSteps:
    """Shows the preview of one run at a time."""

    def __init__(self, ui) -> None:
        """
        Args:
            ui: has previewSection, previewPicture, previewPlayButton, previewSlider, previewStepLabel and
                previewFactsLabel.
        """
        self._ui, self._preview, self._colors = ui, None, {}
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._next)
        ui.previewSlider.connect("valueChanged(int)", self._draw)
        ui.previewPlayButton.connect("toggled(bool)", self._onPlay)
        ui.previewSection.visible = False

    def show(self, files: RunFiles) -> None:
        """Show the preview of a run as it is now; the step on display stays."""
        if files.preview is None:
            self.hide()
            return
        if files.preview is self._preview:
            return
        isFirst = self._preview is None
        self._preview, self._colors = files.preview, palette(runLabels(files.folder))
        last = len(self._preview.labels) - 1
        ui = self._ui
        ui.previewSlider.maximum = last
        ui.previewFactsLabel.text = factsText(self._preview)
        ui.previewSection.visible = True
        if isFirst:
            ui.previewSlider.value = last
        self._draw()
        self._onPlay(ui.previewPlayButton.checked)

    def hide(self) -> None:
        """Show nothing and stop playing."""
        self._timer.stop()
        self._preview = None
        self._ui.previewSection.visible = False

    def close(self) -> None:
        """Hide, and let go of the widgets for good."""
        self.hide()
        self._timer.disconnect("timeout()", self._next)
        self._ui.previewSlider.disconnect("valueChanged(int)", self._draw)
        self._ui.previewPlayButton.disconnect("toggled(bool)", self._onPlay)

    def _draw(self, item: int | None = None) -> None:
        preview = self._preview
        if preview is None:
            return
        item = min(self._ui.previewSlider.value, len(preview.labels) - 1)
        width = max(LEAST_WIDTH, self._ui.previewPicture.width)
        picture = qt.QPixmap()
        picture.loadFromData(asPortablePixmap(stepPicture(preview, item, self._colors, width, HEIGHT)))
        self._ui.previewPicture.setPixmap(picture)
        level = int(preview.level[item])
        of = int(preview.step[preview.level == level].max())
        self._ui.previewStepLabel.text = stepTitle(StepNumber(level, int(preview.step[item]), of))

    def _onPlay(self, playing: bool) -> None:
        if playing and self._preview is not None:
            if not self._timer.isActive():
                self._timer.start(MILLISECONDS)
        else:
            self._timer.stop()

    def _next(self) -> None:
        slider = self._ui.previewSlider
        slider.value = 0 if slider.value >= slider.maximum else slider.value + 1
        # The result is looked at for longer than the way to it.
        self._timer.start(MILLISECONDS * (LAST if slider.value == slider.maximum else 1))


def factsText(preview: Preview) -> str:
    """Which slice of which case, and of which iteration."""
    facts = preview.facts
    return _("{case}, slice {slice}, as of iteration {iteration}; the reference is outlined at the right").format(
        case=facts.get("case", "?"), slice=facts.get("slice", "?"), iteration=facts.get("iteration", "?")
    )
