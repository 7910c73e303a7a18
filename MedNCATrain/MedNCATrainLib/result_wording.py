"""The sentences and figures of the panel's last section: plain functions, without Qt and without a scene."""

import math
from html import escape

from slicer.i18n import tr as _

from .install_model import TrainedModel
from .results_table import HeldOutResults

ROW = '<tr><td style="padding-right: 8px">{}</td><td align="right">{}</td></tr>'


def modelText(trained: TrainedModel | None) -> str:
    """Which model there is to use."""
    if trained is None:
        return _("There is no model yet. The best one so far can be used as soon as the held-out cases were looked at.")
    dice = _("mean Dice {dice:.4f}").format(dice=trained.dice) if trained.dice is not None else ""
    if trained.final:
        return _("Training has ended, and the model is ready to be used.")
    text = _("The best model so far is that of iteration {iteration}").format(iteration=trained.iteration)
    return f"{text} ({dice})." if dice else f"{text}."


def figuresHtml(results: HeldOutResults | None) -> str:
    """What the held-out cases come to, a line a figure; empty for None."""
    if results is None:
        return ""
    spread = _("{mean:.4f} ± {deviation:.4f}")
    rows = [
        (_("Held-out cases"), f"{len(results.cases)}"),
        (_("Mean Dice"), spread.format(mean=results.meanDice, deviation=results.deviation)),
    ]
    if len(results.labels) > 1:
        for label in results.labels:
            overlaps = [one.dice for one in results.ofLabel(label)]
            rows.append((_("Mean Dice of {label}").format(label=label), f"{sum(overlaps) / len(overlaps):.4f}"))
    if not math.isnan(results.meanHausdorff95):
        rows.append((_("95 % Hausdorff distance"), _("{mm:.1f} mm").format(mm=results.meanHausdorff95)))
    return "<table>" + "".join(ROW.format(escape(title), escape(value)) for title, value in rows) + "</table>"
