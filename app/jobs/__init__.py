"""Long work as a process of its own, followed through its folder: it outlives the browser tab and the app.

    kinds      which commands can be started, and what each takes
    process    start, stop, end: one process a folder
    record     job.jsonl: what was started here and how it ended
    trail      events.jsonl, read as it grows
    progress   what the events say so far
    desk       all of it together, for the screens
    questions  short commands whose answer a screen waits for

Everything a screen shows is read from the folder, so an app that was killed and started again finds every job where
it is by now.
"""
