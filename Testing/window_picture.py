"""A picture of the module panel beside slice and 3D views, put together like an application window.

The panel is drawn by Qt and the views by Slicer's own slice logics and displayable managers, in the stand-in host; a
caption on every picture says that it is not a screenshot of Slicer.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import slicer
from PIL import Image, ImageDraw, ImageFont
from slicer_host.views import SliceView, ThreeDView

PANEL_WIDTH, VIEW_SIDE, LEAST_HEIGHT = 430, 380, 700
BAR, FOOT, GAP = 20, 24, 2
CAMERA = (0.9, 0.9, 0.7)  # from where the 3D view looks, RAS
NOTE = "Picture from the stand-in host of MedNCA's tests, not a screenshot of Slicer"
FRAME, INK, PALE, PANEL = (60, 63, 68), (25, 27, 30), (225, 228, 232), (239, 239, 239)
# Slice view, its plane and the colour of its bar, as in Slicer; the 3D view is the second of the four.
SLICE_VIEWS = {
    "Red": ("Axial", (243, 74, 51)),
    "Green": ("Coronal", (110, 176, 75)),
    "Yellow": ("Sagittal", (237, 213, 76)),
}
THREE_D_BAR = (151, 163, 222)
LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))  # of the negative and the positive RAS axes


class Views:
    """Three slice views and a 3D view of the scene, all of one size."""

    def __init__(self, width: int, height: int) -> None:
        """Size of one view in pixels, without the bar above it."""
        self.size = (width, height)
        self._slices = {name: SliceView(name, self.size) for name in SLICE_VIEWS}
        self._threeD = ThreeDView(self.size)
        # A view that no layout shows is one in which modules show nothing.
        self._threeD.viewNode.SetMappedInLayout(1)
        # The axial slice stands in the 3D view too: a surface alone does not say where it lies.
        self._slices["Red"].logic.GetSliceNode().SetSliceVisible(True)

    def draw(self, position, columns: int = 2, sameCamera: bool = False) -> Image.Image:
        """The four views: axial, 3D, coronal and sagittal.

        Args:
            position: the point in RAS (mm) through which the slices go.
            columns: number of views side by side.
            sameCamera: leave the 3D view as it was drawn before, so that pictures of a series can be compared.
        """
        width, height = self.size[0] + GAP, self.size[1] + BAR + GAP
        rows = -(-4 // columns)
        picture = Image.new("RGB", (columns * width - GAP, rows * height - GAP), FRAME)
        tiles = {name: self._sliceTile(name, position) for name in SLICE_VIEWS}
        # VTK fits the scene to the height of a view; in a narrow one the width decides.
        zoom = 1.2 * min(1.0, self.size[0] / self.size[1])
        pixels = self._threeD.picture() if sameCamera else self._threeD.draw(CAMERA, zoom)
        tiles["3D"] = _tile(pixels, "3D", THREE_D_BAR)
        for place, name in enumerate(("Red", "3D", "Green", "Yellow")):
            picture.paste(tiles[name], (place % columns * width, place // columns * height))
        return picture

    def _sliceTile(self, name: str, position) -> Image.Image:
        title, color = SLICE_VIEWS[name]
        view = self._slices[name]
        sliceNode = view.logic.GetSliceNode()
        # A slice's offset runs along its normal, which points to S, A or L.
        normal = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())[:3, 2]
        pixels = view.draw(float(normal @ np.asarray(position)))
        axis = int(np.argmax(np.abs(normal)))
        tile = _tile(pixels, f"{title}   {_where(position[axis], axis)}", color)
        _letter(tile, sliceNode)
        return tile

    def close(self) -> None:
        """Let go of the graphics memory."""
        for view in (*self._slices.values(), self._threeD):
            view.close()


def panelPicture(panel, width: int = PANEL_WIDTH) -> Image.Image:
    """The whole panel, as high as its content needs; `width` in pixels."""
    window = slicer.util.mainWindow()
    window.show()
    # Labels that break their lines settle in a second round.
    for _round in range(3):
        slicer.app.processEvents()
        above = window.height - panel.height
        needed = panel.layout().totalHeightForWidth(width)
        window.resize(width, max(LEAST_HEIGHT, needed + above))
    slicer.app.processEvents()
    return grab(panel)


def grab(widget) -> Image.Image:
    """A widget as it is drawn on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "widget.png"
        widget.grab().save(str(path))
        with Image.open(path) as picture:
            return picture.convert("RGB")


def windowPicture(panel, position) -> Image.Image:
    """The panel at the left, the four views through a point in RAS (mm) at its right, the caption below."""
    left = panelPicture(panel)
    height = max(left.height, LEAST_HEIGHT)
    views = Views(VIEW_SIDE, (height - GAP) // 2 - BAR)
    try:
        right = views.draw(position)
    finally:
        views.close()
    return together(left, right)


def together(first: Image.Image, second: Image.Image, below: bool = False) -> Image.Image:
    """The second picture at the right of the first or below it, and the caption under both; the panel's own colour
    fills what is left over.
    """
    place = (0, first.height + GAP) if below else (first.width + GAP, 0)
    width, height = max(first.width, place[0] + second.width), max(first.height, place[1] + second.height)
    picture = Image.new("RGB", (width, height + FOOT), PANEL)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, height, width, height + FOOT), FRAME)
    picture.paste(first, (0, 0))
    picture.paste(second, place)
    pen.text((10, height + FOOT / 2), NOTE, PALE, ImageFont.load_default(13), anchor="lm")
    return picture


def _where(value: float, axis: int) -> str:
    """A position along an axis as Slicer's slice controllers say it, such as "S: 12.0 mm"."""
    return f"{LETTERS[axis][int(value >= 0)]}: {abs(value):.1f} mm"


def _tile(pixels: np.ndarray, title: str, color: tuple) -> Image.Image:
    view = Image.fromarray(pixels)
    tile = Image.new("RGB", (view.width, view.height + BAR), color)
    tile.paste(view, (0, BAR))
    ImageDraw.Draw(tile).text((8, BAR / 2), title, INK, ImageFont.load_default(13), anchor="lm")
    return tile


def _letter(tile: Image.Image, sliceNode) -> None:
    """Write the patient's directions at the edges of a slice view; they come from the view, not from its name."""
    matrix = slicer.util.arrayFromVTKMatrix(sliceNode.GetSliceToRAS())
    pen, font = ImageDraw.Draw(tile), ImageFont.load_default(15)
    middle = BAR + (tile.height - BAR) / 2
    right, up = matrix[:3, 0], matrix[:3, 1]
    for direction, place, anchor in (
        (right, (tile.width - 8, middle), "rm"),
        (-right, (8, middle), "lm"),
        (up, (tile.width / 2, BAR + 6), "ma"),
        (-up, (tile.width / 2, tile.height - 6), "md"),
    ):
        axis = int(np.argmax(np.abs(direction)))
        pen.text(place, LETTERS[axis][int(direction[axis] > 0)], PALE, font, anchor, stroke_width=2, stroke_fill=INK)
