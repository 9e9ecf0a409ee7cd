"""Three finished stories for a first visit: pictures drawn by this project's code, talk made for this page.

`python -m app.samples` draws and writes the run folder again. No system of models.yaml wrote any of it, and the labels
say so.
"""

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "run"
"""The run folder, ready to be loaded into a campaign."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One story before it is built."""

    name: str
    """In the story's id and in file names."""
    title: str
    alts: tuple[str, ...]
    """What each picture shows, for those who cannot see it."""

    @property
    def story_id(self) -> str:
        return f"sample-{self.name}"


SAMPLES = (
    Sample(
        "night-market",
        "Night market",
        (
            "Two friends, seen from behind, arrive at a night market under strings of red lanterns.",
            "A cook in a white woolly hat holds a dumpling out to them with chopsticks, among steaming baskets.",
            "Sudden rain: she runs laughing with a steamer lid over her head, he runs after her with his arms out.",
            "They share a big red umbrella and two bowls of soup; a black cat sits beside them.",
            "The rain is over. By the river, with the cat, he lets a sky lantern go among dozens of others.",
        ),
    ),
    Sample(
        "storm-at-sea",
        "Storm at sea",
        (
            "At sunrise a small red fishing boat with flags leaves a calm bay; one of the crew waves ashore.",
            "Out at sea the boat heads from golden light towards a wall of dark cloud and rain.",
            "Lightning and rain: the boat climbs steeply beneath an enormous breaking wave.",
            "Night: the beam of the lighthouse finds the boat, its mast broken; someone ashore holds up a lantern.",
            "Morning: the crew are greeted on the pier by family and a dog; the damaged boat lies beside it.",
        ),
    ),
    Sample(
        "garden-wedding",
        "A wedding in the garden",
        (
            "A garden before a wedding: rows of white chairs, a flower arch, a man on a ladder hanging bunting, "
            "a woman with flowers, a dog.",
            "The couple exchange vows under the flower arch; guests watch, petals fall, and the dog stands close by.",
            "The dog pulls the tablecloth, the tall cake leans; bride and groom are shocked, a grandmother laughs.",
            "Golden evening: guests raise their glasses at a long table with what is left of the cake; the dog sleeps "
            "under it.",
            "Night: the couple dance on a wooden floor under strings of lights, with guests and the dog around them.",
        ),
    ),
)
SYSTEMS = {
    "example-short": "An example in short turns, made for this page",
    "example-long": "An example in long turns, made for this page",
}
"""Who wrote the two sides, by system id, as a person reads it after the vote."""


def titles() -> dict[str, str]:
    """Title by story id, in the order they are offered."""
    return {sample.story_id: sample.title for sample in SAMPLES}
