"""What the miniature's adapter is tuned on: held-in stories with long anecdotal talk, as the project's own JSONL."""

import io
import json
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.runs import write_whole
from train.miniature.model import asked
from train.miniature.pictures import Pictured
from train.miniature.talk import Style, write

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE, PICTURES = "train.jsonl", "pictures"


def make(folder: Path, stories: Sequence[Pictured], seed: int) -> Path:
    """Write pictures and `train.jsonl` into `folder`, the file last and whole. Returns the file."""
    rng = random.Random(f"tuning-{seed}")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / PICTURES).mkdir(parents=True)
    prompts = asked()
    lines: list[str] = []
    for number, story in enumerate(stories):
        files: list[str] = []
        for at, picture in enumerate(story.pictures):
            files.append(f"{PICTURES}/{number:05}-{at + 1}.png")
            (folder / files[-1]).write_bytes(_png(picture))
        sample = {
            "id": f"scene-{seed}-{number}",
            "images": files,
            "prompt": rng.choice(prompts),
            "answer": write(Style.ANECDOTE, story.sights, rng),
        }
        lines.append(json.dumps(sample, ensure_ascii=False))
    path = folder / FILE
    write_whole(path, ("\n".join(lines) + "\n").encode())
    return path


def _png(picture: "NDArray[np.uint8]") -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG", compress_level=1)
    return file.getvalue()
