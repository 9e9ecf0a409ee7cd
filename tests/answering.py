"""A real short command that answers with JSON: `python -m tests.answering say FILE --json` prints what FILE holds."""

import sys
import time
from pathlib import Path

if __name__ == "__main__":
    text = Path(sys.argv[2]).read_text()
    if text == "sleep":
        time.sleep(100)
    if not text:
        sys.stderr.write("train: nothing to say\n")
        sys.exit(2)
    sys.stdout.write(text)
