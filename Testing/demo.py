"""`make demo`: segment the sample scan through the module's logic on a machine without Slicer, and write the results.

The stand-in host (slicer_host) puts Slicer's own MRML scene around the module; nothing is shown on a screen.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "MedNCASegment")]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path("demo-output"), help="folder to write to")
    output = parser.parse_args().output
    output.mkdir(parents=True, exist_ok=True)

    import slicer_host

    slicer_host.start()
    import numpy as np
    import slicer
    from mednca.console import ProgressBar
    from mednca.metrics import dice, hundredths_text
    from MedNCASegmentLib.logic import MedNCASegmentLogic, RunOptions
    from MedNCASegmentLib.sample_data import LABEL, SCAN
    from pictures import Viewer, write_animation

    volumeNode = slicer.util.loadVolume(str(SCAN))
    truthNode = slicer.util.loadLabelVolume(str(LABEL))
    truth = slicer.util.arrayFromVolume(truthNode).transpose(2, 1, 0) > 0
    slicer.mrmlScene.RemoveNode(truthNode)

    logic = MedNCASegmentLogic()
    started = time.perf_counter()
    bar = ProgressBar()
    run = logic.start(volumeNode, options=RunOptions(recordSteps=True))
    while not run.finished:
        progress = run.advance()
        bar.show(progress.fraction, "segmenting the sample scan")
    seconds = time.perf_counter() - started
    bar.close()
    outputs, result = run.outputs, run.progress.result

    slicer.util.saveNode(outputs.segmentationNode, str(output / "segmentation.seg.nrrd"))
    slicer.util.saveScene(str(output / "scene.mrb"))

    volume = run.scan.volume
    label = logic.card("hippocampus").labels[0]
    found = np.argwhere(result.labels > 0)
    centre = tuple(int(c) for c in np.median(found, axis=0)) if len(found) else tuple(n // 2 for n in truth.shape)
    viewer = Viewer(volume, centre, label.color)
    levels = logic.card("hippocampus").levels
    curve = [float((step.labels > 0).sum()) * volume.voxel_volume_ml for step in result.steps]
    frames = [
        viewer.draw(
            step.labels,
            f"level {step.level} of {len(levels)}, step {step.step} of {levels[step.level - 1].steps}",
            curve,
            at,
        )
        for at, step in enumerate(result.steps)
    ]
    write_animation(frames, output / "steps.gif")
    overlap = dice(result.labels > 0, truth)
    millilitres = result.volume_ml[label.name]
    volumes = [hundredths_text(one) for one in (millilitres, truth.sum() * volume.voxel_volume_ml)]
    caption = f"{label.name}: {volumes[0]} mL, Dice {overlap:.3f} against the expert's outline (white)"
    viewer.draw(result.labels, caption, curve, len(curve) - 1, truth).save(output / "result.png")

    print(f"Dice      {overlap:.3f} against the expert's label (a case that took no part in training)")
    print(f"Volume    {volumes[0]} mL (expert {volumes[1]} mL)")
    print(f"Time      {seconds:.1f} s")
    print(f"Look at   {output}/result.png and {output}/steps.gif")
    print(f"In Slicer drag {output}/scene.mrb in and play the steps in the sequence toolbar;")
    print(f"          {output}/segmentation.seg.nrrd is the segmentation alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
