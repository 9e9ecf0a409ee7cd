"""LoRA updates of matrices that read the same input, computed together in the base's dtype.

For each matrix W_i of a group (query, key, value; gate, up; and each of the others alone), as in peft:

    y_i = x W_i' + (alpha / rank) (d_i * x) A_i' B_i'          d_i: dropout, drawn for each matrix on its own

What differs is how. The adapter is cast to the base's dtype, not the activations to the adapter's and back. Without
dropout the A_i are one product. Of the activations only x is kept for the backward pass, with a byte a number for each
mask, where peft keeps x once more for each matrix. The gradient of x is summed inside the products.

Modules, parameters and what is saved stay peft's. ZeRO-3 gathers a matrix when its own module runs, and here it does
not run, so `arguments` refuses the two together; plain data parallelism and ZeRO-2 leave weights whole.
"""

from typing import Any

import torch  # noqa: TID253 (an autograd function has to be a subclass; `speed` imports this inside)

from core.errors import BadInput

GROUPS = (
    ("self_attn", ("q_proj", "k_proj", "v_proj")),
    ("self_attn", ("o_proj",)),
    ("mlp", ("gate_proj", "up_proj")),
    ("mlp", ("down_proj",)),
)
"""Matrices of a layer that read the same input."""


def fuse(model: Any) -> int:
    """Let the adapter's matrices compute by groups. Returns how many matrices do. Raises BadInput for a base or an
    adapter of another kind than plain matrices and plain LoRA."""
    count = 0
    for layer in model.get_base_model().model.language_model.layers:
        for part, names in GROUPS:
            owner = getattr(layer, part, None)
            members = [getattr(owner, name) for name in names if _is_tuned(getattr(owner, name, None))]
            if members:
                _Group(members)
                count += len(members)
    return count


class _Group:
    """Some of peft's linear layers. Whichever is called first with an input computes the outputs of all."""

    def __init__(self, members: list[Any]) -> None:
        for member in members:
            _check(member)
        self._members = members
        self._input: Any = None
        self._outputs: dict[int, Any] = {}
        for place, member in enumerate(members):
            member.forward = self._forward_of(place, member)

    def _forward_of(self, place: int, member: Any) -> Any:
        plain = member.forward

        def forward(x: Any, *args: Any, **kwargs: Any) -> Any:
            if args or kwargs or member.disable_adapters or member.merged:
                return plain(x, *args, **kwargs)
            if x is not self._input or place not in self._outputs:
                self._input, self._outputs = x, dict(enumerate(self._compute(x)))
            output = self._outputs.pop(place)
            if not self._outputs:
                self._input = None
            return output

        return forward

    def _compute(self, x: Any) -> tuple[Any, ...]:
        names = [member.active_adapters[0] for member in self._members]
        both = list(zip(self._members, names, strict=True))
        dropout = both[0][0].lora_dropout[names[0]]
        share = getattr(dropout, "p", 0.0) if dropout.training else 0.0
        return _GroupedUpdate.apply(
            x,
            share,
            both[0][0].scaling[names[0]],
            *(member.base_layer.weight for member in self._members),
            *(member.lora_A[name].weight for member, name in both),
            *(member.lora_B[name].weight for member, name in both),
        )


class _GroupedUpdate(torch.autograd.Function):
    """x [..., in], and for each matrix W [out, in], A [rank, in], B [out, rank] -> outputs [..., out]."""

    @staticmethod
    def forward(ctx: Any, x: Any, share: float, scale: float, *weights: Any) -> tuple[Any, ...]:
        count = len(weights) // 3
        bases, downs, ups = weights[:count], weights[count : 2 * count], weights[2 * count :]
        dtype = bases[0].dtype
        with torch.autocast(x.device.type, enabled=False):
            x_n_d = x.reshape(-1, x.shape[-1]).to(dtype)
            downs, ups = [down.to(dtype) for down in downs], [up.to(dtype) for up in ups]
            inner, masks = _inner(x_n_d, downs, share)
            outputs = [
                torch.nn.functional.linear(x_n_d, base).addmm_(h_n_r, up.t(), alpha=scale)
                for base, h_n_r, up in zip(bases, inner, ups, strict=True)
            ]
        ctx.save_for_backward(x_n_d, *bases, *downs, *ups, *inner, *masks)
        ctx.count, ctx.share, ctx.scale = count, share, scale
        ctx.shape, ctx.dtypes = x.shape, (x.dtype, weights[count].dtype)
        return tuple(output.view(*x.shape[:-1], -1) for output in outputs)

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> tuple[Any, ...]:  # type: ignore[override]
        count, share, scale = ctx.count, ctx.share, ctx.scale
        x_n_d, *saved = ctx.saved_tensors
        bases, downs, ups, inner, masks = (saved[first : first + count] for first in range(0, 5 * count, count))
        outer = [grad.reshape(-1, grad.shape[-1]).to(x_n_d.dtype) for grad in grads]
        steps = [(grad @ up).mul_(scale) for grad, up in zip(outer, ups, strict=True)]
        up_grads = [(grad.t() @ h_n_r).mul_(scale) for grad, h_n_r in zip(outer, inner, strict=True)]
        if share:
            # One at a time, so that a dropped copy of x is held for one matrix only.
            keep = 1 / (1 - share)
            down_grads = [
                step.t() @ torch.ops.aten.native_dropout_backward(x_n_d, mask, keep)
                for step, mask in zip(steps, masks, strict=True)
            ]
        else:
            ranks = [step.shape[1] for step in steps]
            down_grads = list((torch.cat(steps, dim=1).t() @ x_n_d).split(ranks))
        x_grad = None
        if ctx.needs_input_grad[0]:
            x_grad = outer[0] @ bases[0]
            for grad, base in zip(outer[1:], bases[1:], strict=True):
                x_grad.addmm_(grad, base)
            if share:
                for step, down, mask in zip(steps, downs, masks, strict=True):
                    x_grad += torch.ops.aten.native_dropout_backward(step @ down, mask, 1 / (1 - share))
            else:
                x_grad.addmm_(torch.cat(steps, dim=1), torch.cat(downs))
            x_grad = x_grad.to(ctx.dtypes[0]).view(ctx.shape)
        adapter = ctx.dtypes[1]
        return (
            x_grad,
            None,
            None,
            *([None] * count),
            *(grad.to(adapter) for grad in down_grads),
            *(grad.to(adapter) for grad in up_grads),
        )


def _inner(x_n_d: Any, downs: list[Any], share: float) -> tuple[list[Any], list[Any]]:
    """(d * x) A' of each matrix [N, rank], and the masks."""
    if not share:
        ranks = [down.shape[0] for down in downs]
        return list((x_n_d @ torch.cat(downs).t()).split(ranks, dim=1)), []
    inner, masks = [], []
    for down in downs:
        dropped, mask = torch.native_dropout(x_n_d, share, True)
        inner.append(dropped @ down.t())
        masks.append(mask)
    return inner, masks


def _is_tuned(layer: Any) -> bool:
    return bool(getattr(layer, "lora_A", None))


def _check(member: Any) -> None:
    base = member.base_layer
    if type(base) is not torch.nn.Linear or base.bias is not None or not base.weight.is_floating_point():
        raise BadInput(
            f"speed.lora: fused needs plain matrices without bias, and {type(base).__name__} was found; use lora: peft"
        )
    if len(member.active_adapters) != 1 or member.lora_variant or any(member.lora_bias.values()):
        raise BadInput("speed.lora: fused computes one plain LoRA adapter at a time; use lora: peft")
