"""The commands of `python -m core`, one module each: `add` describes the options, `run` does the work."""
