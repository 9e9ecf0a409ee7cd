"""A step of one token a row through the language model, written out: the same mathematics as transformers' layers and
peft's mixed rows, without their work for each call, and on tensors that keep their place, so that it can be captured.

Only for what it knows: a dense Qwen3-VL of plain matrices on one device. `prepared` compares it with the library's own
step before it is used, so another version of the library, or a model of another kind, is at worst slower.
"""

import logging
from collections.abc import Sequence
from typing import Any, NamedTuple

from core.writers.local import matrices
from core.writers.local.adapters import BASE, RowAdapters
from core.writers.local.faults import is_memory
from core.writers.local.matrices import Matrices, Uses
from core.writers.local.room import Room

log = logging.getLogger(__name__)


class Unsuited(Exception):
    """A model that is not written out here; says why."""


class Place(NamedTuple):
    """Where the token of each row goes. All tensors keep their address while a batch is written."""

    ids_b: Any
    """The tokens."""
    position_b: Any
    """Of the token in its row's own count, pictures weighed as the model weighs them."""
    column_1: Any
    """Of the cache, the same for all rows."""
    mask_b_c: Any
    """0 where a row may look and minus infinity elsewhere, over the columns that are read; None where it sees all."""
    columns: int
    """How many are read: at least those that are filled."""


class _Layer(NamedTuple):
    first_norm: Any
    qkv: Matrices
    heads_norm: Any
    """Weights [query and key heads, head size]."""
    out: Matrices
    second_norm: Any
    gate_up: Matrices
    down: Matrices


class LeanStep:
    """The language model of `model` and the adapters on it at this time."""

    def __init__(self, model: Any, adapters: Sequence[str]) -> None:
        """Joins weights that are read together; the model's own become views of them. Raises Unsuited."""
        text = _language_model(model)
        config = text.config
        self.adapters = tuple(adapters)
        self.kv_heads: int = config.num_key_value_heads
        self.heads: int = config.num_attention_heads
        self.size: int = text.layers[0].self_attn.head_dim
        self._eps: float = config.rms_norm_eps
        self._embed: Any = text.embed_tokens.weight.data
        self._head: Any = model.lm_head.weight.data
        self._norm: Any = text.norm.weight.data
        self._frequencies: Any = text.rotary_emb.inv_freq.float()
        self._scaling: float = text.rotary_emb.attention_scaling
        self._layers = [self._layer(layer) for layer in text.layers]
        self._groups = [part for layer in self._layers for part in layer if isinstance(part, Matrices)]
        if not all(part.finite() for part in self._groups):
            raise Unsuited("an adapter holds numbers that are not finite, which would reach every row")

    @property
    def like(self) -> Any:
        """A tensor of the dtype and on the device of all that is computed."""
        return self._norm

    def room(self, rows: int, columns: int, *, clean: bool) -> Room:
        """An empty cache for a batch."""
        return Room(len(self._layers), rows, columns, self.kv_heads, self.size, self.like, clean=clean)

    def uses(self, names: Sequence[str]) -> Uses:
        """Which row uses which adapter."""
        return matrices.uses(self._groups, names, self.adapters, self.like)

    def __call__(self, place: Place, room: Room, uses: Uses) -> Any:
        """Logits [B, V] of the tokens after `place.ids_b`, whose keys and values are put into the room's top B rows."""
        import torch

        x: Any = torch.nn.functional.embedding(place.ids_b, self._embed)
        cos_sin = self._rotation(place.position_b, x.dtype)
        for layer, keys, values in zip(self._layers, room.keys, room.values, strict=True):
            q, k, v = self._heads(layer, x, cos_sin, uses)
            rows = x.shape[0]
            keys[:rows].index_copy_(2, place.column_1, k)
            values[:rows].index_copy_(2, place.column_1, v)
            seen = attend(q, keys[:rows, :, : place.columns], values[:rows, :, : place.columns], place.mask_b_c)
            x = layer.out(seen, uses, x)
            gate, up = layer.gate_up(self._rms(x, layer.second_norm), uses).chunk(2, dim=-1)
            x = layer.down(torch.nn.functional.silu(gate) * up, uses, x)
        return torch.nn.functional.linear(self._rms(x, self._norm), self._head)

    def _heads(self, layer: _Layer, x: Any, cos_sin: tuple[Any, Any], uses: Uses) -> tuple[Any, Any, Any]:
        """Queries [B, KV heads, queries a KV head, size]; keys and values [B, KV heads, 1, size]."""
        import torch

        qkv: Any = layer.qkv(self._rms(x, layer.first_norm), uses).view(x.shape[0], -1, self.size)
        both = self.heads + self.kv_heads
        qk: Any = torch.nn.functional.rms_norm(qkv[:, :both], (self.size,), None, self._eps) * layer.heads_norm
        cos, sin = cos_sin
        qk = torch.addcmul(qk * cos, qk.roll(self.size // 2, -1), sin)
        q = qk[:, : self.heads].reshape(x.shape[0], self.kv_heads, -1, self.size)
        return q, qk[:, self.heads :, None], qkv[:, both:, None]

    def _rotation(self, position_b: Any, dtype: Any) -> tuple[Any, Any]:
        """Cosine and signed sine [B, 1, size] of rotary embeddings; a text token's three positions are one."""
        import torch

        angle: Any = position_b[:, None, None].float() * self._frequencies
        cos: Any = (angle.cos() * self._scaling).to(dtype)
        sin: Any = (angle.sin() * self._scaling).to(dtype)
        return torch.cat([cos, cos], -1), torch.cat([-sin, sin], -1)

    def _rms(self, x: Any, weight: Any) -> Any:
        import torch

        return torch.nn.functional.rms_norm(x, (x.shape[-1],), weight, self._eps)

    def _layer(self, layer: Any) -> _Layer:
        import torch

        attention, mlp = layer.self_attn, layer.mlp
        q, k = attention.q_norm.weight.data, attention.k_norm.weight.data
        return _Layer(
            layer.input_layernorm.weight.data,
            self._matrices(attention.q_proj, attention.k_proj, attention.v_proj),
            torch.cat([q.expand(self.heads, -1), k.expand(self.kv_heads, -1)]),
            self._matrices(attention.o_proj),
            layer.post_attention_layernorm.weight.data,
            self._matrices(mlp.gate_proj, mlp.up_proj),
            self._matrices(mlp.down_proj),
        )

    def _matrices(self, *layers: Any) -> Matrices:
        for layer in layers:
            _check_matrix(layer)
        return Matrices(layers, self.adapters)


SPREAD = 264
"""Blocks of work that keep a large GPU busy: two for each of an H100's processors."""


def attend(q_b_k_g_s: Any, keys: Any, values: Any, mask_b_c: Any) -> Any:
    """Attention of one token a row [B, heads x size].

    The G query heads that share a KV head stand where the query length would, so no key is copied for them. On a GPU
    with few rows, products that are split over the columns take the place of the fused kernel, which would give one
    block of work to each KV head and leave most of the card idle.
    """
    import torch

    mask: Any = None if mask_b_c is None else mask_b_c[:, None, None]
    if q_b_k_g_s.is_cuda and q_b_k_g_s.shape[0] * q_b_k_g_s.shape[1] < SPREAD:
        out: Any = split_attention(q_b_k_g_s, keys, values, mask)
    else:
        out = torch.nn.functional.scaled_dot_product_attention(q_b_k_g_s, keys, values, attn_mask=mask)
    return out.reshape(out.shape[0], -1)


def split_attention(q_b_k_g_s: Any, keys: Any, values: Any, mask_b_1_1_c: Any) -> Any:
    """The same as two products with a softmax in float32 between them [B, KV heads, G, size]."""
    import torch

    scores: Any = torch.matmul(q_b_k_g_s, keys.transpose(-1, -2)) * q_b_k_g_s.shape[-1] ** -0.5
    scores = scores if mask_b_1_1_c is None else scores + mask_b_1_1_c
    weights: Any = torch.softmax(scores, dim=-1, dtype=torch.float32).to(values.dtype)
    return torch.matmul(weights, values)


def prepared(model: Any, adapters: RowAdapters) -> LeanStep | None:
    """The step for this model and its adapters, made at first use; None, with one line in the log, where the library's
    own has to do."""
    if adapters.step == "none":
        return None
    if not isinstance(adapters.step, LeanStep):
        adapters.step = "none"
        try:
            step = LeanStep(model, adapters.names)
            _compare(model, step, adapters)
            adapters.step = step
        except (Unsuited, AttributeError, TypeError, RuntimeError, MemoryError) as error:
            why = "not enough memory" if is_memory(error) else error
            log.warning("this model is written with by the library's own steps, which are slower: %s", why)
            return None
    return adapters.step


def _language_model(model: Any) -> Any:
    kind = type(model).__name__
    if kind != "Qwen3VLForConditionalGeneration":
        raise Unsuited(f"{kind} is not written out here")
    text: Any = model.model.language_model
    rope = text.config.rope_parameters["rope_type"]
    if rope in ("dynamic", "longrope") or text.config.hidden_act != "silu":
        raise Unsuited(f"rotary embeddings {rope!r} with {text.config.hidden_act!r} are not written out here")
    devices = {parameter.device for parameter in model.parameters()}
    if len(devices) > 1:
        raise Unsuited(f"the model lies on {len(devices)} devices")
    return text


def _check_matrix(layer: Any) -> None:
    from torch import nn

    base: Any = getattr(layer, "base_layer", layer)
    bias: Any = getattr(base, "bias", None)
    if type(base) is not nn.Linear or bias is not None or not base.weight.is_floating_point():
        raise Unsuited(f"a matrix is {type(base).__name__}, and a plain one without bias was wanted")
    if getattr(layer, "lora_variant", None):
        raise Unsuited("an adapter is a variant of LoRA")


_TOKENS = 6
"""Of the trial prompt."""


def _compare(model: Any, step: LeanStep, adapters: RowAdapters) -> None:
    """Raise Unsuited where a step after a trial prompt, a row for the base and each adapter, is not the library's."""
    import torch

    names = [BASE, *step.adapters]
    device: Any = model.device
    vocabulary: int = model.config.text_config.vocab_size
    random: Any = torch.Generator().manual_seed(0)
    ids: Any = torch.randint(vocabulary, (len(names), _TOKENS + 1), generator=random).to(device)
    positions: Any = torch.arange(_TOKENS + 1, device=device).expand(3, len(names), -1)
    with torch.inference_mode(), adapters.rows(names):
        before: Any = model(input_ids=ids[:, :-1], position_ids=positions[..., :-1], use_cache=True, logits_to_keep=1)
        room = step.room(len(names), _TOKENS + 1, clean=False)
        room.fill(slice(None), before.past_key_values)
        theirs: Any = model(
            input_ids=ids[:, -1:],
            position_ids=positions[..., -1:],
            past_key_values=before.past_key_values,
            use_cache=True,
        ).logits[:, -1]
        column: Any = torch.tensor([_TOKENS], device=device)
        place = Place(ids[:, -1], positions[0, :, -1], column, None, _TOKENS + 1)
        ours: Any = step(place, room, step.uses(names))
    off = float((ours.float() - theirs.float()).norm() / theirs.float().norm())
    allowed = 1e-3 if step.like.dtype == torch.float32 else 0.1
    if not off <= allowed:
        raise Unsuited(f"a trial step is {off:.1%} off the library's, and {allowed:.1%} was allowed")
