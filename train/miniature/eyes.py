"""First the vision tower alone: it learns to name what a picture shows, before any word is written.

Small heads read the tower's outputs and are thrown away afterwards. Naming is learnt much quicker this way than through
a language model that cannot write yet; the language model then finds the answers laid out in its visual tokens. The
renderer knows where the thing is, so every token is also asked whether it sees one, and which: shapes are learnt from
that far sooner than from a name for the whole picture.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from train.miniature.optimizer import Optimizer
from train.miniature.pictures import MERGE, Pictured, by_shape, grid, patches
from train.miniature.world import Beat, Colour, Place, Sight, Sky, Thing, Tint

NOTHING = -100
"""Label of what a picture does not show, or of a token that is half in and half out."""
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
_SHAPES = ("thing", "beat", "people")
"""What is still true of a picture whose colours were exchanged."""
_INSIDE, _OUTSIDE = 77, 13
"""Share of a token, of 255, from which it shows the thing, and up to which it does not."""


@dataclass(frozen=True, slots=True)
class EyesPlan:
    """How long the tower learns."""

    steps: int = 700
    batch: int = 48
    matrix_rate: float = 0.02
    rate: float = 2e-3
    weight_decay: float = 0.02
    recoloured: float = 0.5
    """Share of batches whose red, green and blue are exchanged: a shape must not be known by its colour."""


class Heads:
    """A linear head a question, by attention over the tokens, and one on every token, for each stream of tokens."""

    def __init__(self, width: int, streams: int) -> None:
        from torch import nn

        sizes = {name: len(values) for name, values in _LISTS.items()} | {"people": PEOPLE, "tints": len(Tint)}
        self.names = list(sizes)
        self._look: Any = nn.ModuleList([nn.Linear(width, len(sizes)) for _ in range(streams)])
        self._say: Any = nn.ModuleDict(
            {f"{name}{stream}": nn.Linear(width, size) for name, size in sizes.items() for stream in range(streams)}
        )
        self._spot: Any = nn.ModuleList([nn.Linear(width, len(Thing) + 1) for _ in range(streams)])
        self.parameters = [*self._look.parameters(), *self._say.parameters(), *self._spot.parameters()]

    def answers(self, streams: Sequence[Any]) -> list[dict[str, Any]]:
        """For each stream of tokens [pictures, tokens, width], the logits of every question.

        `spots` are [pictures, tokens, things + 1]: which thing each token shows, the last standing for none.
        """
        said: list[dict[str, Any]] = []
        for number, tokens_n_t_d in enumerate(streams):
            weights_n_t_q = self._look[number](tokens_n_t_d).softmax(dim=1)
            pooled_n_q_d = weights_n_t_q.transpose(1, 2) @ tokens_n_t_d
            answer = {name: self._say[f"{name}{number}"](pooled_n_q_d[:, at]) for at, name in enumerate(self.names)}
            said.append(answer | {"spots": self._spot[number](tokens_n_t_d)})
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


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one shape (width, height), with their labels."""

    shape: tuple[int, int]
    pictures: Any
    """[N, height, width, 3] bytes."""
    known: Mapping[str, Any]
    spots: Any
    """[N, rows, columns]: which thing each token shows, `len(Thing)` for none."""


def groups(stories: Sequence[Pictured]) -> list[Group]:
    """All pictures, by shape."""
    import torch

    pictures = [picture for story in stories for picture in story.pictures]
    sights = [sight for story in stories for sight in story.sights]
    shares = [share for story in stories for share in story.things]
    made: list[Group] = []
    for shape, places in by_shape(pictures):
        stacked = torch.stack([torch.from_numpy(pictures[at].copy()) for at in places])
        known = labels([sights[at] for at in places])
        spots = torch.full((len(places), shape[1] // 32, shape[0] // 32), len(Thing))
        for row, at in enumerate(places):
            share = shares[at]
            if share is not None:
                seen = torch.from_numpy(share.copy())
                spots[row][seen > _OUTSIDE] = NOTHING
                spots[row][seen >= _INSIDE] = int(known["thing"][row])
        made.append(Group(shape, stacked, known, spots))
    return made


def train(
    visual: Any, stories: Sequence[Pictured], plan: EyesPlan, generator: Any, told: Callable[[int, float], None]
) -> Heads:
    """Train the tower in place; `told(step, loss)` after each step. Draws from `generator` alone. Returns the heads."""
    import torch

    sets = groups(stories)
    shares = torch.tensor([float(len(one.pictures)) for one in sets])
    heads = Heads(visual.config.out_hidden_size, 1 + len(visual.deepstack_visual_indexes))
    optimizer = Optimizer(
        visual.named_parameters(),
        heads.parameters,
        plan.steps,
        matrix_rate=plan.matrix_rate,
        rate=plan.rate,
        weight_decay=plan.weight_decay,
    )
    visual.train()
    for step in range(1, plan.steps + 1):
        some = sets[int(torch.multinomial(shares, 1, generator=generator))]
        rows = torch.randint(len(some.pictures), (plan.batch,), generator=generator)
        pictures, spots = jitter(some.pictures[rows], some.spots[rows], generator)
        known = {name: values[rows] for name, values in some.known.items()}
        if float(torch.rand(1, generator=generator)) < plan.recoloured:
            pictures = recolour(pictures, generator)
            known = {name: known[name] for name in _SHAPES}
        answers = heads.answers(see(visual, pictures, some.shape))
        loss: Any = sum(_loss(answer, known, spots) for answer in answers) / len(answers)
        optimizer.step(loss)
        told(step, float(loss.detach()))
    visual.eval()
    return heads


def see(visual: Any, pictures: Any, shape: tuple[int, int]) -> list[Any]:
    """Merged tokens, then each deepstack's, each [pictures, tokens, width], for stills of one shape.

    The tower's own forward, twice as fast: both frames of a still are equal, so their weights are added up, and all
    pictures go through attention at once. The tests hold it against the model.
    """
    import torch
    from torch.nn import functional

    cells = patches(pictures)
    count, length, _ = cells.shape
    project = visual.patch_embed.proj
    hidden = functional.linear(cells, project.weight.sum(2).flatten(1), project.bias)
    places, weights, positions = _positions(visual, shape)
    hidden = hidden + (visual.pos_embed(places) * weights[:, :, None]).sum(1)
    cos, sin = visual.rotary_pos_emb(hidden[0], positions)
    deep: list[Any] = []
    for number, block in enumerate(visual.blocks):
        attention = block.attn
        packed = attention.qkv(block.norm1(hidden)).reshape(count, length, 3, attention.num_heads, -1)
        query, key, value = packed.permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(_turned(query, cos, sin), _turned(key, cos, sin), value)
        hidden = hidden + attention.proj(mixed.transpose(1, 2).reshape(count, length, -1))
        hidden = hidden + block.mlp(block.norm2(hidden))
        if number in visual.deepstack_visual_indexes:
            deep.append(visual.deepstack_merger_list[visual.deepstack_visual_indexes.index(number)](hidden))
    streams: list[Any] = [visual.merger(hidden), *deep]
    return [torch.reshape(tokens, (count, -1, tokens.shape[-1])) for tokens in streams]


def _positions(visual: Any, shape: tuple[int, int]) -> tuple[Any, Any, Any]:
    """Of one picture's patches: which learned positions, with which weights, and rows and columns."""
    import torch
    from transformers.models.qwen3_vl import modeling_qwen3_vl

    library: Any = modeling_qwen3_vl
    cells = torch.tensor([grid(shape)])
    places, weights = library.get_vision_interpolation_indices_and_weights(
        cells,
        num_grid_per_side=visual.num_grid_per_side,
        mode=visual.interpolation_mode,
        align_corners=visual.interpolation_align_corners,
        spatial_merge_size=MERGE,
        kwargs={},
    )
    return places, weights, library.get_vision_position_ids(cells, MERGE, kwargs={})


def _turned(heads: Any, cos: Any, sin: Any) -> Any:
    """Rotary positions on [pictures, heads, patches, width]."""
    import torch

    left, right = heads.chunk(2, dim=-1)
    return heads * cos + torch.cat([-right, left], dim=-1) * sin


def jitter(pictures: Any, spots: Any, generator: Any) -> tuple[Any, Any]:
    """Light, contrast and grain as photographs differ in them, too little to change a colour's name; half mirrored."""
    import torch

    count = len(pictures)

    def drawn(spread: float) -> Any:
        return (torch.rand(count, 1, 1, 1, generator=generator) * 2 - 1) * spread

    changed = pictures.float()
    changed = (changed - 128) * (1 + drawn(0.12)) + 128 + drawn(12)
    changed = changed + torch.randn(changed.shape, generator=generator) * (drawn(5) + 5)
    mirrored = torch.rand(count, generator=generator) < 0.5
    spots = spots.clone()
    changed[mirrored], spots[mirrored] = changed[mirrored].flip(2), spots[mirrored].flip(2)
    return changed.clamp(0, 255), spots


def recolour(pictures: Any, generator: Any) -> Any:
    """Red, green and blue exchanged, and each picture drawn towards grey by a share of its own: shapes stay."""
    import torch

    exchanged = pictures[..., torch.randperm(3, generator=generator)]
    share = torch.rand(len(pictures), 1, 1, 1, generator=generator)
    return exchanged * (1 - share) + exchanged.mean(dim=-1, keepdim=True) * share


def _loss(answer: dict[str, Any], known: Mapping[str, Any], spots: Any) -> Any:
    """Over all questions but those nobody can answer in this batch. Things count most: they are learnt last."""
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    parts = [6 * cross_entropy(answer["spots"].flatten(0, 1), spots.flatten(), ignore_index=NOTHING)]
    for name, wanted in known.items():
        if name == "tints":
            parts.append(binary_cross_entropy_with_logits(answer[name], wanted))
        elif bool((wanted != NOTHING).any()):
            parts.append((3 if name == "thing" else 1) * cross_entropy(answer[name], wanted, ignore_index=NOTHING))
    return sum(parts) / 6
