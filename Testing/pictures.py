"""Pictures of a scan with label maps over it, drawn with Pillow; not screenshots of Slicer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mednca.volume import Volume, slicing_for
from PIL import Image, ImageDraw, ImageFont

BACKGROUND, TEXT, MUTED = (16, 18, 22), (235, 238, 242), (140, 148, 160)
MARGIN, CAPTION, GRAPH = 16, 44, 110
PLANES = ("axial", "coronal", "sagittal")


class Viewer:
    """Draws three anatomical planes of a scan side by side, with a label map over them.

    All arrays are indexed [i, j, k]; planes are shown as radiologists see them: patient's right on the left, anterior
    or superior at the top.
    """

    def __init__(
        self, volume: Volume, centre: tuple[int, int, int], color: tuple[float, float, float], size: int = 420
    ):
        """`centre` is the voxel [i, j, k] through which the planes go; `size` the length in pixels of the longest side.
        All planes have the same scale."""
        self.volume, self.centre = volume, centre
        self.pixels_per_mm = size / float(max(np.array(volume.array.shape) * volume.spacing))
        self.color = np.array(color) * 255
        low, high = np.percentile(volume.array, (0.5, 99.5))
        gray = np.clip((volume.array.astype(float) - low) / max(high - low, 1e-6), 0, 1) * 255
        self.images = {plane: self._plane(gray, plane, Image.Resampling.BICUBIC) for plane in PLANES}

    def draw(
        self,
        labels: np.ndarray,
        caption: str,
        curve: list[float] | None = None,
        at: int = 0,
        reference: np.ndarray | None = None,
    ) -> Image.Image:
        """One picture; `curve` is a volume in mL for each step, drawn below with step `at` marked, and `reference` a
        mask [i, j, k] whose outline is drawn in white."""
        first, *others = (self._tile(labels, reference, plane) for plane in PLANES)
        right = MARGIN + first.width + MARGIN
        wide = right + sum(tile.width + MARGIN for tile in others)
        below = CAPTION + max(tile.height for tile in others) + MARGIN
        high = max(CAPTION + first.height, below + (GRAPH if curve else -MARGIN)) + MARGIN
        canvas = Image.new("RGB", (wide, high), BACKGROUND)
        pen = ImageDraw.Draw(canvas)
        pen.text((MARGIN, 12), caption, TEXT, ImageFont.load_default(18))
        small, left = ImageFont.load_default(13), MARGIN
        for plane, tile in zip(PLANES, (first, *others), strict=True):
            canvas.paste(tile, (left, CAPTION))
            pen.text((left + 6, CAPTION + 4), plane, TEXT, small, stroke_width=2, stroke_fill=BACKGROUND)
            left += tile.width + MARGIN
        if curve:
            box = (right, below, wide - MARGIN, high - MARGIN)
            _draw_curve(pen, box, curve, at, tuple(int(c) for c in self.color), small)
        return canvas

    def _tile(self, labels: np.ndarray, reference: np.ndarray | None, plane: str) -> Image.Image:
        gray = np.asarray(self.images[plane], float)[..., None].repeat(3, axis=2)
        mask = self._mask(labels > 0, plane)
        tile = np.where(mask[..., None], 0.62 * gray + 0.38 * self.color, gray)
        tile[_outline(mask)] = self.color
        if reference is not None:
            tile[_outline(self._mask(reference, plane))] = TEXT
        return Image.fromarray(tile.clip(0, 255).astype(np.uint8))

    def _mask(self, inside: np.ndarray, plane: str) -> np.ndarray:
        return np.asarray(self._plane(inside * 255.0, plane, Image.Resampling.BILINEAR)) > 127

    def _plane(self, array: np.ndarray, plane: str, resampling) -> Image.Image:
        slicing = slicing_for(self.volume.affine, plane)
        index = self.centre[slicing.axes[0]]
        if slicing.flips[0]:
            index = self.volume.array.shape[slicing.axes[0]] - 1 - index
        # Rows run towards right or anterior, columns towards anterior or superior: turn so that the latter points up,
        # and patient's right to the left of the picture.
        picture = slicing.to_slices(array)[index].T[::-1, ::-1]
        spacing = [self.volume.spacing[axis] for axis in slicing.axes]
        size = (picture.shape[1] * spacing[1], picture.shape[0] * spacing[2])
        size = tuple(max(1, round(mm * self.pixels_per_mm)) for mm in size)
        return Image.fromarray(picture.astype(np.uint8)).resize(size, resampling)


def write_animation(frames: list[Image.Image], path: Path, milliseconds: int = 160, colors: int = 128) -> None:
    """Write frames as an endless GIF that rests on its last frame; `colors` is the size of each frame's palette."""
    durations = [milliseconds] * (len(frames) - 1) + [1800]
    small = [frame.quantize(colors, dither=Image.Dither.NONE) for frame in frames]
    small[0].save(path, save_all=True, append_images=small[1:], duration=durations, loop=0)


def _outline(mask: np.ndarray) -> np.ndarray:
    """Pixels of the mask within two pixels of its border."""
    inner = mask.copy()
    for _ in range(2):
        padded = np.pad(inner, 1)
        inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:] & inner
    return mask & ~inner


def _draw_curve(pen: ImageDraw.ImageDraw, box, values: list[float], at: int, color, font) -> None:
    left, top, right, bottom = box
    left, bottom = left + 56, bottom - 24
    highest = max(max(values), 1e-6) * 1.1
    xs = np.linspace(left, right - 12, max(len(values), 2))[: len(values)]
    points = [(float(x), float(bottom - (bottom - top) * value / highest)) for x, value in zip(xs, values, strict=True)]
    pen.line([(left, top), (left, bottom), (right, bottom)], MUTED)
    pen.line(points, MUTED, 2)
    pen.line(points[: at + 1], color, 3)
    x, y = points[at]
    pen.ellipse((x - 5, y - 5, x + 5, y + 5), color)
    pen.text((left - 56, top), f"{values[at]:.2f} mL", TEXT, font)
    pen.text((left, bottom + 6), "segmented volume over the steps", MUTED, font)
