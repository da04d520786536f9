"""The schema of a spec: assembled from the vocabularies of the rooms, and written out for editors."""
