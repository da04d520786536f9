"""The engine: one module or package per room of the house; ``run`` calls the rooms, rooms don't call each other."""
