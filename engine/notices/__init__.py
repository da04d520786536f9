"""Telling people, and other programs, what came of a run.

``channels`` says who is told and how, ``report`` what there is to tell, ``message`` puts it into words, ``shapes`` into
what a chat takes, and ``lineage`` into OpenLineage. All of these are pure; ``mail`` and ``files`` deliver. Webhooks are
sent by :mod:`..http`, which alone speaks to the web.
"""
