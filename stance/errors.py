"""What can go wrong, and the exit code that goes with it.

    StanceError                  any failure that a user can mend; its text says where, what is wrong, what to do
    ├── InputError        2      wrong input or usage: a file, an option, a config, a recipe
    │   └── ModelError    2      a model or encoder that is missing, altered, or made for something else
    ├── GateError         1      a measured figure fell short of its floor
    └── UndecidedError    3      could not decide; never counts as a pass

Nothing else in this package is raised on purpose. A traceback is a defect, and exit code 3: it decides nothing.
"""

from __future__ import annotations


class StanceError(Exception):
    """A failure that a user can mend."""

    exit_code = 2


class InputError(StanceError):
    """Wrong input or usage."""


class ModelError(InputError):
    """A model or encoder is missing, altered, or made for something else."""


class GateError(StanceError):
    """A measured figure fell short of its floor."""

    exit_code = 1


class UndecidedError(StanceError):
    """The evidence does not decide; never counts as a pass."""

    exit_code = 3
