"""How robust a model is: its Dice under changes of scale, shape and position and under artefacts of MRI."""
