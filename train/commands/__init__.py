"""The commands of `python -m train`, one module each: NAME, HELP, `add(parser)`, `run(given)`. Light to import."""
