"""Fitting stance models from labelled text: recipes, data, the fit itself, and the card that goes with a model.

Needs the `train` extra; nothing here is imported when a model is only used."""
