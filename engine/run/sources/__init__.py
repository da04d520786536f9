"""What a person asks of the sources: which there are, whether they answer, and what there is to be asked for."""
