"""What operators ask and are told: how the indicators stand, what awaits a person, what a run did, and what to undo."""
