"""Pictures of a scan with label maps over it, drawn with Pillow; not screenshots of Slicer."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from mednca.volume import Volume, slicing_for
from PIL import Image, ImageDraw, ImageFont

BACKGROUND, TEXT, MUTED = (16, 18, 22), (235, 238, 242), (140, 148, 160)
MARGIN, CAPTION = 16, 44
PLANES = ("axial", "coronal", "sagittal")


class Viewer:
    """Draws three anatomical planes of a scan side by side, with a label map over them.

    All arrays are indexed [i, j, k]; planes are shown as radiologists see them: patient's right on the left, anterior or
    superior at the top.
    """

    def __init__(
        self, volume: Volume, centre: tuple[int, int, int], color: tuple[float, float, float], height: int = 300
    ):
        """`centre` is the voxel [i, j, k] through which the planes go; `height` the height of a plane in pixels."""
        self.volume, self.centre, self.height = volume, centre, height
        self.color = np.array(color) * 255
        low, high = np.percentile(volume.array, (0.5, 99.5))
        gray = np.clip((volume.array.astype(float) - low) / max(high - low, 1e-6), 0, 1) * 255
        self.images = {plane: self._plane(gray, plane, Image.Resampling.BICUBIC) for plane in PLANES}

    def draw(self, labels: np.ndarray, caption: str, curve: list[float] | None = None, at: int = 0) -> Image.Image:
        """One picture; `curve` is a volume in mL for each step, drawn at the bottom with step `at` marked."""
        tiles = []
        for plane in PLANES:
            gray = np.asarray(self.images[plane], float)[..., None].repeat(3, axis=2)
            mask = np.asarray(self._plane((labels > 0) * 255.0, plane, Image.Resampling.BILINEAR)) > 127
            inside = mask[..., None]
            tile = np.where(inside, 0.62 * gray + 0.38 * self.color, gray)
            tile[_outline(mask)] = self.color
            tiles.append(Image.fromarray(tile.clip(0, 255).astype(np.uint8)))
        wide = sum(tile.width for tile in tiles) + MARGIN * (len(tiles) + 1)
        graph = 110 if curve else 0
        canvas = Image.new("RGB", (wide, CAPTION + self.height + MARGIN + graph), BACKGROUND)
        pen = ImageDraw.Draw(canvas)
        left = MARGIN
        small, large = ImageFont.load_default(13), ImageFont.load_default(18)
        pen.text((MARGIN, 12), caption, TEXT, large)
        for plane, tile in zip(PLANES, tiles, strict=True):
            canvas.paste(tile, (left, CAPTION))
            pen.text((left + 6, CAPTION + 4), plane, MUTED, small)
            left += tile.width + MARGIN
        if curve:
            box = (MARGIN, CAPTION + self.height + MARGIN, wide - MARGIN, CAPTION + self.height + graph)
            _draw_curve(pen, box, curve, at, tuple(int(c) for c in self.color), small)
        return canvas

    def _plane(self, array: np.ndarray, plane: str, resampling) -> Image.Image:
        slicing = slicing_for(self.volume.affine, plane)
        index = self.centre[slicing.axes[0]]
        if slicing.flips[0]:
            index = self.volume.array.shape[slicing.axes[0]] - 1 - index
        # Rows run towards right or anterior, columns towards anterior or superior: turn so that the latter points up,
        # and patient's right to the left of the picture.
        picture = slicing.to_slices(array)[index].T[::-1, ::-1]
        spacing = [self.volume.spacing[axis] for axis in slicing.axes]
        width = round(self.height * picture.shape[1] * spacing[1] / (picture.shape[0] * spacing[2]))
        return Image.fromarray(picture.astype(np.uint8)).resize((width, self.height), resampling)


def write_animation(frames: list[Image.Image], path: Path, milliseconds: int = 160) -> None:
    """Write frames as an endless GIF that rests on its last frame."""
    durations = [milliseconds] * (len(frames) - 1) + [1800]
    small = [frame.quantize(128, dither=Image.Dither.NONE) for frame in frames]
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
