"""What several tests share: running the command, reading what it loaded, playing a source."""
