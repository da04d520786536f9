"""The pages of the catalogue: what each indicator is, where it comes from and how, in words for an analyst."""

from __future__ import annotations

from .demonstration import Shown, shown
from .pages import Catalogue, pages

__all__ = ["Catalogue", "Shown", "pages", "shown"]
