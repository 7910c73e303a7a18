"""What MedNCATrain reads of a training run: files that grow, are replaced, damaged, or not there."""

import json
import shutil
import tempfile
import unittest
from pathlib import Path

from train_panel_case import library

# isort: split
import numpy as np


class TrainFilesTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="MedNCATrain"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.files = library("run_files").RunFiles(self.folder)

    def log(self, *lines, mode="a"):
        with open(self.folder / "log.jsonl", mode, encoding="utf-8", newline="") as stream:
            stream.write("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))

    @staticmethod
    def line(iteration, loss=1.0, dice=None):
        byLabel = None if dice is None else {"A": dice, "B": dice / 2}
        return {"iteration": iteration, "loss": loss, "validation_dice": dice, "dice_by_label": byLabel}

    def iterations(self):
        while self.files.readLog() or not self.files.isLogRead:
            pass
        return self.files.curves.iterations

    # The log

    def test_withoutFilesThereIsNothing(self):
        self.assertFalse(self.files.readLog())
        self.assertFalse(self.files.readPreview())
        self.assertIsNone(self.files.status())
        self.assertEqual(self.files.output(), "")

    def test_theLogIsReadOnFromWhereItWas(self):
        self.log(self.line(10, 2.0))
        self.assertTrue(self.files.readLog())
        self.log(self.line(20, 1.5, 0.5))
        self.assertTrue(self.files.readLog())
        self.assertFalse(self.files.readLog())
        curves = self.files.curves
        self.assertEqual((curves.iterations, curves.losses), ([10, 20], [2.0, 1.5]))
        self.assertEqual((curves.validations, curves.dice), ([20], [0.5]))
        self.assertEqual(curves.diceByLabel, [{"A": 0.5, "B": 0.25}])

    def test_aHalfWrittenLineIsLeftForLater(self):
        text = json.dumps(self.line(10)) + "\n"
        self.log(text, text.replace("10", "20")[:15])
        self.assertEqual(self.iterations(), [10])
        self.log(text.replace("10", "20")[15:])
        self.assertEqual(self.iterations(), [10, 20])

    def test_aLineOfItsOwnForTheValidationIsOfTheSameIteration(self):
        self.log(self.line(10), {"iteration": 10, "validation_dice": 0.5, "dice_by_label": None}, self.line(20))
        self.assertEqual(self.iterations(), [10, 20])
        self.assertEqual((self.files.curves.validations, self.files.curves.diceByLabel), ([10], [{}]))

    def test_damagedLinesAreLeftOut(self):
        self.log(
            self.line(10),
            "{\n",
            "[1]\n",
            "\n",
            '{"iteration": "x"}\n',
            "\x00\x00\n",
            self.line(20, None),
            self.line(30),
        )
        self.log('{"iteration": 40, "loss": NaN}\n', '{"iteration": 50, "loss": "low"}\n')
        self.assertEqual(self.iterations(), [10, 30])

    def test_aLogThatWasCutByAResumedRunIsReadAnew(self):
        self.log(*(self.line(10 * number, dice=0.1) for number in range(1, 6)))
        self.assertEqual(self.iterations(), [10, 20, 30, 40, 50])
        replacement = self.folder / "new"
        replacement.write_text("".join(json.dumps(self.line(10 * number)) + "\n" for number in range(1, 8)))
        replacement.replace(self.folder / "log.jsonl")
        self.assertEqual(self.iterations(), [10, 20, 30, 40, 50, 60, 70])
        self.assertEqual(self.files.curves.validations, [])

    def test_whatAResumedRunDoesAnewReplacesWhatWasThere(self):
        self.log(self.line(10, 3.0), self.line(20, 2.0, 0.4), self.line(30, 1.0))
        self.iterations()
        self.log(self.line(20, 2.5))
        self.assertEqual(self.iterations(), [10, 20])
        self.assertEqual((self.files.curves.losses, self.files.curves.dice), ([3.0, 2.5], []))

    def test_aLongLogIsReadAPartAtATime(self):
        self.log(*(self.line(10 * number) for number in range(1, 5001)))
        most = library("run_files").MOST_AT_ONCE
        self.assertGreater((self.folder / "log.jsonl").stat().st_size, 2 * most)
        self.files.readLog()
        self.assertFalse(self.files.isLogRead)
        self.assertLess(len(self.files.curves.iterations), 5000)
        self.assertEqual(self.iterations(), list(range(10, 50001, 10)))

    # The status

    def test_aStatusWithNonsenseInItIsReadAsFarAsItGoes(self):
        (self.folder / "status.json").write_text(
            '{"state": "training", "iteration": "7", "iterations": 5, "loss": NaN, "best_dice": true, "pid": null,'
            ' "updated": 3, "message": 4}'
        )
        status = self.files.status()
        self.assertEqual((status.state, status.iterations, status.updated), ("training", 5, 3.0))
        self.assertEqual(
            (status.iteration, status.loss, status.bestDice, status.pid, status.message), (*4 * [None], "")
        )

    def test_aDamagedStatusIsNone(self):
        for content in (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"state": 1}'):
            (self.folder / "status.json").write_bytes(content)
            self.assertIsNone(self.files.status(), content)

    # The preview

    def preview(self, **changes):
        content = {
            "image": np.zeros((4, 3), np.float32),
            "truth": np.zeros((4, 3), np.uint8),
            "labels": np.zeros((2, 4, 3), np.uint8),
            "level": np.array([1, 2]),
            "step": np.array([1, 1]),
            "facts": json.dumps({"case": "one"}),
        }
        np.savez(self.folder / "preview.npz", **(content | changes))

    def test_aPreviewIsReadOnceAndAgainWhenItHasChanged(self):
        self.preview()
        self.assertTrue(self.files.readPreview())
        self.assertFalse(self.files.readPreview())
        self.preview(labels=np.ones((2, 4, 3), np.uint8))
        self.assertTrue(self.files.readPreview())
        self.assertEqual(self.files.preview.labels.min(), 1)

    def test_aDamagedPreviewLeavesTheFormer(self):
        self.preview()
        self.files.readPreview()
        former, whole = self.files.preview, (self.folder / "preview.npz").read_bytes()
        for content in (b"", whole[: len(whole) // 2], b"nonsense", whole[:-30] + b"\xff" * 30):
            (self.folder / "preview.npz").write_bytes(content)
            self.assertFalse(self.files.readPreview(), content[:10])
        for changes in (
            {"labels": np.zeros((0, 4, 3), np.uint8)},
            {"labels": np.zeros((2, 4, 4), np.uint8)},
            {"image": np.zeros(12, np.float32)},
            {"step": np.array([1])},
            {"facts": "3"},
            {"facts": "{"},
        ):
            self.preview(**changes)
            self.assertFalse(self.files.readPreview(), changes)
        self.assertIs(self.files.preview, former)

    def test_thePictureShowsWhatWasFoundBesideTheOutlineOfTheReference(self):
        truth = np.zeros((8, 8), np.uint8)
        truth[2:7, 2:7] = 1
        self.preview(image=np.zeros((8, 8), np.float32), truth=truth, labels=np.stack([0 * truth, 2 * truth]))
        self.files.readPreview()
        pictures = library("step_picture")
        colors = {1: (1.0, 0.0, 0.0), 2: (0.0, 0.0, 1.0)}
        first, second = (
            pictures.stepPicture(self.files.preview, item, colors, 2 * 24 + pictures.GAP, 100).astype(int)
            for item in (0, 1)
        )
        self.assertEqual(first.shape, (24, 48 + pictures.GAP, 3))
        self.assertEqual(first[:, :24].max(), 0)
        self.assertEqual((second[:, :24, 2] > 0).sum(), 25 * 9)
        for picture in (first, second):
            # A line of one pixel around 5 by 5 cells of 3 by 3 pixels.
            self.assertEqual((picture[:, -24:, 0] == 255).sum(), 4 * 14)
            self.assertEqual(picture[:, -24:, 1:].max(), 0)

    def test_aPictureFitsWhereThereIsLittleRoom(self):
        self.preview(
            image=np.zeros((50, 300), np.float32),
            truth=np.zeros((50, 300), np.uint8),
            labels=np.zeros((2, 50, 300), np.uint8),
        )
        self.files.readPreview()
        picture = library("step_picture").stepPicture(self.files.preview, 0, {}, 204, 40)
        self.assertLessEqual(picture.shape[1], 204)
        self.assertLessEqual(picture.shape[0], 40)
        content = library("step_picture").asPortablePixmap(picture)
        self.assertTrue(content.startswith(b"P6 %d %d 255\n" % picture.shape[1::-1]))

    # The output

    def test_ofALongOutputTheEndIsShownAndOfAProgressBarItsLastState(self):
        tail = library("run_files").TAIL
        (self.folder / "output.txt").write_bytes(b"first\n" + b"x" * tail + b"\nbar 1\rbar 2\r\nlast \xff\n")
        self.assertEqual(self.files.output(), "bar 2\nlast \ufffd\n")


if __name__ == "__main__":
    unittest.main()
