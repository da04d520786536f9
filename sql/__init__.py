"""What belongs to the database and not to the engine: its versions."""
