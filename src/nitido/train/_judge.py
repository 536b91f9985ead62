"""The losses of a recipe: summed for the network, and lowered by the networks against it."""

from collections.abc import Sequence
from typing import Any

import torch
from lightning.fabric import Fabric
from torch import Tensor
from torch.optim import Adam

from nitido import catalog, losses
from nitido.errors import RecipeError
from nitido.recipes import Recipe


class Judge:
    """Sums the losses of a recipe, each times its weight.

    Losses that are learned are trained here too, by an Adam of their own.

    Raises
    ------
    RecipeError
        If a loss judges something that is no picture.
    """

    def __init__(self, recipe: Recipe, fabric: Fabric) -> None:
        self._fabric = fabric
        self._terms: list[tuple[float, Any]] = []
        self._rivals: list[tuple[Any, Adam]] = []
        for spec in (recipe.loss, *recipe.added_losses):
            settings = {key: value for key, value in spec.items() if key != "weight"}
            loss = catalog.from_spec(losses, settings)
            if getattr(loss, "judges", "restored") != "restored":
                raise RecipeError(
                    f"The loss {spec['name']} judges {loss.judges}, which only an objective of its "
                    "own can give; choose another loss."
                )
            if getattr(loss, "learned", False):
                adam = Adam(loss.parameters(), recipe.schedule.lr, betas=(0.5, 0.999))
                rival, adam = fabric.setup(loss, adam)
                rival.mark_forward_method("discriminate")
                self._rivals.append((rival, adam))
            loss = loss.to(fabric.device)
            self._terms.append((float(spec.get("weight", 1.0)), loss))

    def __call__(self, lq: Tensor, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the weighted sum over the losses, for the network.

        `lq`, the whole of what the network was given, is for losses that judge against it.
        """
        total = []
        for weight, loss in self._terms:
            against = getattr(loss, "against", "gt")
            other = lq if against == "lq" else gt
            total.append(weight * loss(restored, other))
        return torch.stack(total).sum()

    def learn(self, restored: Tensor, gt: Tensor, rate: float) -> None:
        """Train what judges to tell the two apart."""
        for rival, adam in self._rivals:
            adam.param_groups[0]["lr"] = rate
            adam.zero_grad()
            self._fabric.backward(rival.discriminate(restored.detach(), gt))
            adam.step()

    def state(self) -> list[dict[str, Any]]:
        """Return what must be kept to go on later."""
        return [
            {"network": rival.state_dict(), "optimizer": adam.state_dict()}
            for rival, adam in self._rivals
        ]

    def restore(self, states: Sequence[dict[str, Any]]) -> None:
        """Go on from what was kept."""
        for (rival, adam), state in zip(self._rivals, states, strict=True):
            rival.load_state_dict(state["network"])
            adam.load_state_dict(state["optimizer"])
