"""yhovi: a declarative engine for local statistics. One YAML file per indicator; see ``yhovi --help``."""
