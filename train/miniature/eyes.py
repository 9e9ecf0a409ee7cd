"""First the vision tower alone: it learns to name what a picture shows, before any word is written.

Small heads read the tower's outputs and are thrown away afterwards. Naming is learnt ten times quicker this way than
through a language model that cannot write yet; the language model then finds the answers laid out in its visual tokens.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from train.miniature.pictures import Pictured, by_shape, grid, patches
from train.miniature.world import Beat, Colour, Place, Sight, Sky, Thing, Tint

NOTHING = -100
"""Label of what a picture does not show."""
_LISTS: dict[str, list[Any]] = {
    "thing": list(Thing),
    "colour": list(Colour),
    "place": list(Place),
    "sky": list(Sky),
    "beat": list(Beat),
    "tint": list(Tint),
}
PEOPLE = 5
"""Counts of people told apart: 0 to 4."""


@dataclass(frozen=True, slots=True)
class EyesPlan:
    """How long the tower learns."""

    steps: int = 420
    batch: int = 48
    learning_rate: float = 2.5e-3
    weight_decay: float = 0.02


class Heads:
    """One attention-pooled linear head a question, over merged and deepstack tokens."""

    def __init__(self, width: int, streams: int) -> None:
        from torch import nn

        sizes = {name: len(values) for name, values in _LISTS.items()} | {"people": PEOPLE, "tints": len(Tint)}
        self.names = list(sizes)
        self.look: Any = nn.ModuleList([nn.Linear(width, len(sizes)) for _ in range(streams)])
        self.say: Any = nn.ModuleDict(
            {f"{name}{stream}": nn.Linear(width, size) for name, size in sizes.items() for stream in range(streams)}
        )
        self.parameters = [*self.look.parameters(), *self.say.parameters()]

    def answers(self, streams: Sequence[Any]) -> list[dict[str, Any]]:
        """For each stream of tokens [pictures, tokens, width], the logits of every question."""
        said: list[dict[str, Any]] = []
        for number, tokens_n_t_d in enumerate(streams):
            weights_n_t_q = self.look[number](tokens_n_t_d).softmax(dim=1)
            pooled_n_q_d = weights_n_t_q.transpose(1, 2) @ tokens_n_t_d
            said.append({name: self.say[f"{name}{number}"](pooled_n_q_d[:, at]) for at, name in enumerate(self.names)})
        return said


def labels(sights: Sequence[Sight]) -> dict[str, Any]:
    """Class numbers [N] by question; `tints` is [N, 11] of zeros and ones."""
    import torch

    def of(name: str, value: Any) -> int:
        return NOTHING if value is None else _LISTS[name].index(value)

    scenes = [sight.scene for sight in sights]
    known = {
        name: torch.tensor([of(name, None if scene is None else getattr(scene, name)) for scene in scenes])
        for name in ("thing", "colour", "place", "sky", "beat")
    }
    known["people"] = torch.tensor([NOTHING if scene is None else len(scene.people) for scene in scenes])
    known["tint"] = torch.tensor([of("tint", sight.tints[0]) for sight in sights])
    known["tints"] = torch.tensor([[float(tint in sight.tints) for tint in Tint] for sight in sights])
    return known


def train(
    visual: Any, stories: Sequence[Pictured], plan: EyesPlan, generator: Any, told: Callable[[int, float], None]
) -> None:
    """Train the tower in place; `told(step, loss)` after each step. Draws from `generator` alone."""
    import torch

    pictures = [picture for story in stories for picture in story.pictures]
    known = labels([sight for story in stories for sight in story.sights])
    groups = [(shape, torch.tensor(places)) for shape, places in by_shape(pictures)]
    held = {shape: torch.stack([torch.from_numpy(pictures[at].copy()) for at in places]) for shape, places in groups}
    shares = torch.tensor([float(len(places)) for _, places in groups])
    streams = 1 + len(visual.deepstack_visual_indexes)
    heads = Heads(visual.config.out_hidden_size, streams)
    optimizer = torch.optim.AdamW(
        [*visual.parameters(), *heads.parameters], plan.learning_rate, (0.9, 0.98), weight_decay=plan.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, plan.learning_rate, plan.steps, pct_start=0.12)
    visual.train()
    for step in range(1, plan.steps + 1):
        group = int(torch.multinomial(shares, 1, generator=generator))
        shape, places = groups[group]
        chosen = torch.randint(len(places), (plan.batch,), generator=generator)
        answers = heads.answers(see(visual, jitter(held[shape][chosen], generator), shape))
        loss = sum(_loss(answer, known, places[chosen]) for answer in answers) / streams
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*visual.parameters(), *heads.parameters], 1.0)
        optimizer.step()
        schedule.step()
        told(step, float(loss))
    visual.eval()


def see(visual: Any, pictures: Any, shape: tuple[int, int]) -> list[Any]:
    """Merged tokens, then each deepstack's, each [pictures, tokens, width], for pictures of one shape."""
    import torch

    out = visual(patches(pictures), grid_thw=torch.tensor([grid(shape)] * len(pictures)))
    streams = (out.pooler_output, *out.deepstack_features)
    return [tokens.reshape(len(pictures), -1, tokens.shape[-1]) for tokens in streams]


def jitter(pictures: Any, generator: Any) -> Any:
    """Light, contrast and grain as photographs differ in them, too little to change a colour's name; some mirrored."""
    import torch

    count = len(pictures)

    def drawn(spread: float) -> Any:
        return (torch.rand(count, 1, 1, 1, generator=generator) * 2 - 1) * spread

    changed = pictures.float()
    changed = (changed - 128) * (1 + drawn(0.12)) + 128 + drawn(12)
    changed = changed + torch.randn(changed.shape, generator=generator) * (drawn(5) + 5)
    mirrored = torch.rand(count, generator=generator) < 0.5
    changed[mirrored] = changed[mirrored].flip(2)
    return changed.clamp(0, 255)


def _loss(answer: dict[str, Any], known: dict[str, Any], places: Any) -> Any:
    """Mean over the questions; a question nobody can answer in this batch counts nothing."""
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    parts = [binary_cross_entropy_with_logits(answer["tints"], known["tints"][places])]
    for name, logits in answer.items():
        if name != "tints" and bool((known[name][places] != NOTHING).any()):
            parts.append(cross_entropy(logits, known[name][places], ignore_index=NOTHING))
    return sum(parts) / len(parts)
