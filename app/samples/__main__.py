"""`python -m app.samples`: draw and write the sample stories again."""

from app.samples import FOLDER, SAMPLES
from app.samples.build import build

if __name__ == "__main__":
    build()
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    print(f"{FOLDER}: {len(SAMPLES)} stories, {size / 1e6:.2f} MB")
