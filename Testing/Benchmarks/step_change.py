"""How long it takes from a step change, when the sequence browser moves, to the updated label map over the slices.

The targets are 5 ms (median) on the sample and 10 ms on a volume of 384 x 384 x 19 voxels, the step player of the panel
at work. Apart from it: the surface of a step for 3D, and the drawing of one slice view, in software where there is no
graphics card.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from common import REPOSITORY, SAMPLE, arguments, clinical_volume, finish, set_threads

THREADS = set_threads()
sys.path.insert(0, str(REPOSITORY / "Testing"))

from slicer_host import loadModule, start  # noqa: E402

VIEW_SIZE = (512, 512)


def milliseconds(work: Callable[[], object]) -> float:
    """Time of one call."""
    started = time.perf_counter()
    work()
    return 1e3 * (time.perf_counter() - started)


def sequence_of_steps(volume):
    """The scan as a volume node of an empty scene, segmented with the shipped model; returns the run's outputs."""
    import numpy as np
    import slicer
    from MedNCASegmentLib import MedNCASegmentLogic

    slicer.mrmlScene.Clear(0)
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "Scan")
    slicer.util.updateVolumeFromArray(node, np.ascontiguousarray(volume.array.transpose(2, 1, 0)))
    node.SetIJKToRASMatrix(slicer.util.vtkMatrixFromArray(volume.affine))
    node.CreateDefaultDisplayNodes()
    slicer.util.setSliceViewerLayers(background=node)
    run = MedNCASegmentLogic().start(node)
    while not run.finished:
        run.advance(1.0)
    return run.outputs


def measure(volume, changes: int) -> dict:
    """Figures of one volume, in milliseconds."""
    import numpy as np
    import qt
    import slicer
    from MedNCASegmentLib.step_player import StepPlayer
    from MedNCASegmentLib.step_surface import labelSurface
    from slicer_host.views import SliceView

    outputs = sequence_of_steps(volume)
    sequence, browser = outputs.sequenceNode, outputs.browserNode
    count = sequence.GetNumberOfDataNodes()
    recorded = [slicer.util.arrayFromVolume(sequence.GetNthDataNode(item)) for item in range(count)]
    parent = qt.QWidget()
    player = StepPlayer(qt.QVBoxLayout(parent))
    shown_in = milliseconds(lambda: player.show(sequence, browser))
    view = SliceView("Red", VIEW_SIZE)
    view.draw()

    step, surface, drawing = [], [], []
    for number in range(changes):
        # Far apart, so that nothing is near at hand by chance.
        item = (7 * number) % count
        step.append(milliseconds(lambda item=item: browser.SetSelectedItemNumber(item)))
        proxy = browser.GetProxyNode(sequence)
        if not np.array_equal(slicer.util.arrayFromVolume(proxy), recorded[item]):
            raise SystemExit(f"The label map on display is not the one of step {item + 1}.")
        surface.append(milliseconds(lambda item=item: labelSurface(sequence.GetNthDataNode(item))))
        drawing.append(milliseconds(lambda: view.draw(fit=False)))
    view.close()
    player.close()
    return {
        "steps": count,
        "changes": changes,
        "label_map_ms": statistics.median(step),
        "label_map_longest_ms": max(step),
        "surface_ms": statistics.median(surface),
        "drawing_ms": statistics.median(drawing),
        "player_shown_ms": shown_in,
    }


def main() -> None:
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--changes", type=int, default=100, help="step changes to time (100)")
    options = parser.parse_args()
    start(gui=True)
    loadModule(str(REPOSITORY / "MedNCASegment" / "MedNCASegment.py"))
    from mednca import read_volume

    clinical, name = clinical_volume()
    rows, figures = [], {"threads": THREADS, "view": VIEW_SIZE, "cases": []}
    for title, volume, target in (("sample", read_volume(SAMPLE), 5), (f"384x384x19 ({name})", clinical, 10)):
        found = measure(volume, options.changes)
        figures["cases"].append({"case": title, "target_ms": target, **found})
        rows += [
            (
                f"{title}: label map",
                f"median {found['label_map_ms']:.2f} ms (target {target}),"
                f" longest {found['label_map_longest_ms']:.2f} ms, {found['changes']} changes",
            ),
            (f"{title}: surface for 3D", f"median {found['surface_ms']:.1f} ms"),
            (
                f"{title}: drawing a slice view",
                f"median {found['drawing_ms']:.1f} ms at {VIEW_SIZE[0]} x {VIEW_SIZE[1]}",
            ),
            (f"{title}: opening the player", f"{found['player_shown_ms']:.1f} ms"),
        ]
    finish(rows, figures, options.json)


if __name__ == "__main__":
    main()
