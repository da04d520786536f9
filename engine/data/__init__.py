"""Small tables of facts that the engine reads: areas and how their codes changed."""
