"""Linear layers that read the same input, as one matrix, with the LoRA updates of all adapters in a second one."""

from collections.abc import Mapping, Sequence
from typing import Any

Owners = tuple[int, ...]
"""For each row of the stacked LoRA matrices, the place of the adapter it belongs to."""


class Matrices:
    """y = W x + B (m * (A x)), for all layers of a group at once.

    W stacks the layers' weights; A and B stack the updates of all adapters, B with each adapter's alpha / rank in it
    and zeros where a part of A is another layer's. m is 1 where a row of the batch uses that adapter and 0 elsewhere,
    so a row without one gets exactly W x. Rounding apart this is what peft computes for `adapter_names`, in two
    products more than the base alone instead of several gathers a layer and adapter.
    """

    def __init__(self, layers: Sequence[Any], adapters: Sequence[str]) -> None:
        bases = [getattr(layer, "base_layer", layer) for layer in layers]
        self.weight: Any = _joined(bases)
        self.owners, self.down, self.up = _updates(layers, adapters, self.weight)
        """`down` is A [ranks, in], `up` is B transposed [ranks, out]; both None where no adapter is on these layers."""

    def __call__(self, x_b_d: Any, uses: "Uses", add_to: Any = None) -> Any:
        """[B, in] -> [B, out], plus `add_to` where it is given."""
        import torch

        if add_to is None:
            out: Any = torch.nn.functional.linear(x_b_d, self.weight)
        else:
            out = torch.addmm(add_to, x_b_d, self.weight.t())
        mask: Any = uses.get(self.owners)
        if mask is None:
            return out
        return torch.addmm(out, torch.nn.functional.linear(x_b_d, self.down) * mask, self.up)

    def finite(self) -> bool:
        """Whether every number of the updates is one; a row's 0 times another would not be 0."""
        return not self.owners or bool(self.down.isfinite().all() and self.up.isfinite().all())


Uses = Mapping[Owners, Any]
"""m of `Matrices` [B, ranks], for each way in which ranks are spread over adapters. Empty where no row uses one."""


def uses(groups: Sequence[Matrices], names: Sequence[str], adapters: Sequence[str], like: Any) -> dict[Owners, Any]:
    """For rows that use the adapters `names`; a name that is not among `adapters` is a row without one."""
    import torch

    if not set(names) & set(adapters):
        return {}
    chosen: Any = torch.tensor([[float(name == one) for one in adapters] for name in names])
    chosen = chosen.to(device=like.device, dtype=like.dtype)
    return {owners: chosen[:, list(owners)] for owners in {group.owners for group in groups} if owners}


def _joined(bases: Sequence[Any]) -> Any:
    """[out of all, in]. The layers' own weights become views of it, so nothing is held twice."""
    import torch

    if len(bases) == 1:
        return bases[0].weight.data
    joined: Any = torch.cat([base.weight.data for base in bases])
    first = 0
    for base in bases:
        last = first + base.weight.shape[0]
        base.weight.data = joined[first:last]
        first = last
    return joined


def _updates(layers: Sequence[Any], adapters: Sequence[str], weight: Any) -> tuple[Owners, Any, Any]:
    import torch

    owners: list[int] = []
    downs: list[Any] = []
    ups: list[Any] = []
    first = 0
    for layer in layers:
        out = getattr(layer, "base_layer", layer).weight.shape[0]
        for place, name in enumerate(adapters):
            if name not in getattr(layer, "lora_A", {}):
                continue
            down, up = layer.lora_A[name].weight.data, layer.lora_B[name].weight.data * layer.scaling[name]
            wide: Any = torch.zeros(down.shape[0], weight.shape[0], dtype=weight.dtype, device=weight.device)
            wide[:, first : first + out] = up.t()
            owners += [place] * down.shape[0]
            downs.append(down.to(weight.dtype))
            ups.append(wide)
        first += out
    if not owners:
        return (), None, None
    return tuple(owners), torch.cat(downs), torch.cat(ups)
