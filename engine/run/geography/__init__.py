"""What a person asks of the register of areas: what is in it, whether codes are right, and whether it is up to date."""
