"""What the project knows, without screens or tables: stories, dialogue, writers, scores, judges, statistics.

app > train | annotations > core: a lower layer never looks up.
"""
