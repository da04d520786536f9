"""The built-in catalogue: one YAML file per indicator, and recorded answers for the demonstration."""
