"""Then the language model: it learns to write what the trained eyes see, captions first, then talk.

The tower stays as it is here, so what it sees in each picture is computed once. What is learnt is the answer alone, as
in fine-tuning.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.prompts import chat_messages
from train.miniature import model as sizes
from train.miniature.eyes import see
from train.miniature.optimizer import Optimizer
from train.miniature.pictures import Pictured, by_shape, grid
from train.miniature.talk import Style, write
from train.miniature.world import Sight

_POOL = 8
"""Steps whose texts are sorted by length together."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of training: how many steps of how many texts, and how often each style."""

    steps: int
    batch: int
    styles: Mapping[Style, float]


@dataclass(frozen=True, slots=True)
class LanguagePlan:
    """What the base learns to write. Like the paper's it describes; it knows long tales and keeps them back."""

    phases: tuple[Phase, ...] = (
        Phase(60, 40, {Style.CAPTION: 1.0}),
        Phase(340, 11, {Style.CAPTION: 0.08, Style.PING_PONG: 0.37, Style.MEMORY: 0.05, Style.ANECDOTE: 0.5}),
    )
    matrix_rate: float = 0.02
    rate: float = 3e-3
    weight_decay: float = 0.02
    whole_prompts: float = 0.35
    """Share of talk asked for with a whole prompt; the rest with one or two of its sentences, which is quicker."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the eyes make of one picture: tokens [tokens, width] for the input, then some for each deepstack."""

    streams: tuple[Any, ...]
    shape: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """One text to learn: what is seen, what is asked, what is answered."""

    seen: tuple[Seen, ...]
    prompt: str
    answer: str


def look(visual: Any, stories: Sequence[Pictured], batch: int = 64) -> list[tuple[Seen, ...]]:
    """What a trained tower makes of every picture, story by story."""
    import torch

    pictures = [picture for story in stories for picture in story.pictures]
    seen: list[Seen | None] = [None] * len(pictures)
    with torch.inference_mode():
        for shape, places in by_shape(pictures):
            for start in range(0, len(places), batch):
                part = places[start : start + batch]
                stacked = torch.stack([torch.from_numpy(pictures[at].copy()) for at in part])
                for at, *streams in zip(part, *see(visual, stacked, shape), strict=True):
                    seen[at] = Seen(tuple(stream.clone() for stream in streams), shape)
    flat = iter([one for one in seen if one is not None])
    return [tuple(next(flat) for _ in story.pictures) for story in stories]


@dataclass
class Examples:
    """Draws examples: a story, a style, a fresh text."""

    stories: Sequence[Pictured]
    seen: Sequence[tuple[Seen, ...]]
    rng: random.Random
    whole_prompts: float
    _prompts: list[str] = field(default_factory=sizes.asked)

    def draw(self, styles: Mapping[Style, float]) -> Example:
        style = self.rng.choices(list(styles), list(styles.values()))[0]
        story = self.rng.randrange(len(self.stories))
        count = len(self.seen[story])
        if style in (Style.CAPTION, Style.MEMORY):
            length = 1 if style is Style.CAPTION else min(count, self.rng.choice((1, 2)))
            start = self.rng.randrange(count - length + 1)
            part = slice(start, start + length)
        else:
            part = slice(0, count)
        sights: Sequence[Sight] = self.stories[story].sights[part]
        return Example(self.seen[story][part], self._prompt(style), write(style, sights, self.rng))

    def _prompt(self, style: Style) -> str:
        if style is Style.CAPTION:
            return sizes.CAPTION_PROMPT
        if style is Style.MEMORY:
            return sizes.MEMORY_PROMPT
        if style is Style.ANECDOTE:
            return sizes.TALES_PROMPT
        whole = self.rng.choice(self._prompts)
        if self.rng.random() < self.whole_prompts:
            return whole
        sentences = whole.split(". ")
        start = self.rng.randrange(len(sentences))
        return ". ".join(sentences[start : start + self.rng.choice((1, 2))]).rstrip(".") + "."


class Encoder:
    """Examples -> one batch of embeddings, positions and labels, padded on the right."""

    def __init__(self, model: Any, processor: Any) -> None:
        self._model, self._processor = model, processor
        self._asked: dict[tuple[str, tuple[tuple[int, int], ...]], list[int]] = {}
        self._pad = processor.tokenizer.pad_token_id
        self._image = model.config.image_token_id

    def batch(self, examples: Sequence[Example]) -> tuple[dict[str, Any], Any]:
        """Inputs of the language model, and labels [rows, length] shifted to where they are predicted."""
        import torch

        rows = [self._ids(example) for example in examples]
        longest = max(len(prompt) + len(answer) for prompt, answer in rows)
        ids = torch.full((len(rows), longest), self._pad)
        labels = torch.full((len(rows), longest), -100)
        mask = torch.zeros(len(rows), longest, dtype=torch.long)
        for row, (prompt, answer) in enumerate(rows):
            end = len(prompt) + len(answer)
            ids[row, :end] = torch.tensor(prompt + answer)
            mask[row, :end] = 1
            labels[row, len(prompt) - 1 : end - 1] = torch.tensor(answer)
        return self._inputs(ids, mask, [one for example in examples for one in example.seen]), labels

    def length(self, example: Example) -> int:
        """Tokens of prompt, pictures and answer."""
        prompt, answer = self._ids(example)
        return len(prompt) + len(answer)

    def _inputs(self, ids: Any, mask: Any, seen: Sequence[Seen]) -> dict[str, Any]:
        import torch

        visual = ids == self._image
        positions, _ = self._model.model.get_rope_index(
            ids,
            mm_token_type_ids=visual.int(),
            image_grid_thw=torch.tensor([grid(one.shape) for one in seen]),
            attention_mask=mask,
        )
        streams = [torch.cat(parts) for parts in zip(*(one.streams for one in seen), strict=True)]
        embedded = self._model.model.language_model.embed_tokens(ids)
        embedded = embedded.masked_scatter(visual[..., None], streams[0])
        # Padding stands on the right, where causal attention never looks: no mask is needed.
        return {
            "inputs_embeds": embedded,
            "position_ids": positions,
            "visual_pos_masks": visual,
            "deepstack_visual_embeds": streams[1:],
            "use_cache": False,
        }

    def _ids(self, example: Example) -> tuple[list[int], list[int]]:
        shapes = tuple(one.shape for one in example.seen)
        key = (example.prompt, shapes)
        if key not in self._asked:
            text: str = self._processor.apply_chat_template(
                chat_messages(example.prompt, len(shapes)), tokenize=False, add_generation_prompt=True
            )
            first, *others = text.split("<|image_pad|>")
            for one, after in zip(example.seen, others, strict=True):
                first += "<|image_pad|>" * len(one.streams[0]) + after
            self._asked[key] = self._processor.tokenizer(first)["input_ids"]
        return self._asked[key], self._processor.tokenizer(example.answer + "<|im_end|>")["input_ids"]


def _batches(phase: Phase, encoder: Encoder, examples: Examples) -> Iterator[tuple[dict[str, Any], Any]]:
    """The phase's batches, each of texts of about one length: they are drawn for several steps and sorted."""
    for start in range(0, phase.steps, _POOL):
        count = min(_POOL, phase.steps - start)
        drawn = sorted((examples.draw(phase.styles) for _ in range(count * phase.batch)), key=encoder.length)
        batches = [drawn[at : at + phase.batch] for at in range(0, len(drawn), phase.batch)]
        examples.rng.shuffle(batches)
        for some in batches:
            yield encoder.batch(some)


def train(
    model: Any, processor: Any, examples: Examples, plan: LanguagePlan, told: Callable[[int, float], None]
) -> None:
    """Train the language model in place; the tower is not touched. `told(step, loss)` after each step."""
    import torch

    encoder = Encoder(model, processor)
    language = model.model.language_model
    optimizer = Optimizer(
        language.named_parameters(),
        [],
        sum(phase.steps for phase in plan.phases),
        matrix_rate=plan.matrix_rate,
        rate=plan.rate,
        weight_decay=plan.weight_decay,
    )
    language.train()
    step = 0
    for phase in plan.phases:
        for inputs, labels in _batches(phase, encoder, examples):
            hidden = language(**inputs).last_hidden_state
            wanted = labels != -100
            loss = torch.nn.functional.cross_entropy(model.lm_head(hidden[wanted]), labels[wanted])
            optimizer.step(loss)
            step += 1
            told(step, float(loss.detach()))
    language.eval()
