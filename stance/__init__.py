"""Puts sources side by side: who says what about the same issue, in whose words, with which stance, and who is silent.

It compares; it does not verify."""

__version__ = "0.1.0"
