"""Where a number comes from: what a recipe does before anything is loaded, and how a loaded number was made."""
