"""The steps of a real run, scrubbed and played as a person does: slices, slider, buttons and toolbar.

Runs under pytest on the stand-in host, and unchanged with unittest in a Slicer that has the module.
"""

import unittest

from step_case import StepCase

# isort: split
import numpy as np
import slicer
import vtk


class StepPlayerTest(StepCase):
    def test_scrubbing_shows_the_recorded_label_map_and_says_which_step_it_is(self):
        self.show()
        for item, words in (
            (0, "Level 1, step 1 of 16"),
            (15, "Level 1, step 16 of 16"),
            (20, "Level 2, step 5 of 16"),
        ):
            self.scrub(item)
            self.assertEqual(self.browser.GetSelectedItemNumber(), item)
            self.assertShown(item)
            milliliters = np.count_nonzero(self.result.steps[item].labels) * self.scan.volume.voxel_volume_ml
            self.assertEqual(self.ui.stepLabel.text, f"{words}: {milliliters:.2f} mL")
            self.assertTrue(self.ui.labelsLabel.isHidden())

    def test_it_begins_with_the_step_that_was_chosen_last(self):
        self.browser.SetSelectedItemNumber(7)
        self.show()
        self.assertEqual(self.player.seekWidget.slider().value, 7)
        self.assertIn("Level 1, step 8 of 16", self.ui.stepLabel.text)
        self.assertShown(7)

    def test_playing_shows_each_step_in_turn_and_stops_at_the_end(self):
        self.browser.SetPlaybackLooped(False)
        self.browser.SetPlaybackItemSkippingEnabled(False)
        self.browser.SetPlaybackRateFps(40.0)
        self.show()
        self.press("VcrFirst")
        seen = []

        def look(caller, event):
            item = self.browser.GetSelectedItemNumber()
            if not seen or item != seen[-1]:
                seen.append(item)
                self.assertShown(item)

        tag = self.browser.AddObserver(vtk.vtkCommand.ModifiedEvent, look)
        self.press("VcrPlayPause")
        self.assertTrue(self.browser.GetPlaybackActive())
        self.waitUntil(lambda: not self.browser.GetPlaybackActive())
        self.browser.RemoveObserver(tag)
        self.assertEqual(seen, [*range(len(self.result.steps)), 0])

    def test_pause_stays_at_the_step(self):
        self.browser.SetPlaybackRateFps(40.0)
        self.show()
        self.press("VcrFirst")
        self.press("VcrPlayPause")
        self.waitUntil(lambda: self.browser.GetSelectedItemNumber() >= 3)
        self.press("VcrPlayPause")
        item = self.browser.GetSelectedItemNumber()
        self.waitFor(0.2)  # seconds, in which playing would go on by eight steps
        self.assertEqual(self.browser.GetSelectedItemNumber(), item)
        self.assertShown(item)

    def test_loop_begins_again_and_can_be_switched_off(self):
        self.browser.SetPlaybackRateFps(40.0)
        self.show()
        self.assertTrue(self.part(self.player.playWidget, "pushButton_VcrLoop").checked)
        self.scrub(len(self.result.steps) - 1)
        self.press("VcrPlayPause")
        self.waitUntil(lambda: self.browser.GetSelectedItemNumber() == 2)
        self.assertTrue(self.browser.GetPlaybackActive())
        self.press("VcrLoop")
        self.assertFalse(self.browser.GetPlaybackLooped())

    def test_speed_is_that_of_the_browser(self):
        self.show()
        speed = self.part(self.player.playWidget, "doubleSpinBox_VcrPlaybackRate")
        self.assertEqual(speed.value, self.browser.GetPlaybackRateFps())
        speed.setValue(3.5)
        self.assertEqual(self.browser.GetPlaybackRateFps(), 3.5)

    def test_toolbar_and_panel_are_in_step(self):
        self.show()
        toolBar = slicer.modules.sequences.toolBar()
        self.assertTrue(slicer.modules.sequences.isToolBarVisible() or toolBar.parent() is None)
        self.assertIs(toolBar.activeBrowserNode(), self.browser)
        self.part(toolBar, "slider_IndexValue").setValue(11)
        self.assertEqual(self.player.seekWidget.slider().value, 11)
        self.assertIn("Level 1, step 12", self.ui.stepLabel.text)
        self.assertShown(11)
        self.scrub(25)
        self.assertEqual(self.part(toolBar, "slider_IndexValue").value, 25)
        self.part(toolBar, "pushButton_VcrPlayPause").click()
        self.assertTrue(self.part(self.player.playWidget, "pushButton_VcrPlayPause").checked)
        self.press("VcrPlayPause")
        self.assertFalse(self.part(toolBar, "pushButton_VcrPlayPause").checked)

    def test_keyboard_shortcuts_are_left_to_the_toolbar(self):
        shortcuts = slicer.util.findChildren(self.player.playWidget, className="QShortcut")
        self.assertEqual(len(shortcuts), 3)
        self.assertFalse(any(shortcut.isEnabled() for shortcut in shortcuts))


if __name__ == "__main__":
    unittest.main()
