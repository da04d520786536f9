"""From tables of text to observations: the expression language, the steps, and what is known of columns beforehand."""
