"""The only room that speaks SQL: runs, loads, history and the tables that dashboards read.

``warehouse.Warehouse`` is the door, ``values`` what goes through it; ``values`` can be had without SQLAlchemy.
"""
