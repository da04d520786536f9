"""The expression language of recipes: words, tree, parser, typing and evaluation."""
