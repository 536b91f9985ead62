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

    Losses that are learned are trained here too, by an Adam of their own. Losses of something else
    than the restored picture ask the network for that.

    Raises
    ------
    RecipeError
        If the network does not give what a loss judges.
    """

    def __init__(self, recipe: Recipe, fabric: Fabric, network: Any) -> None:  # noqa: ANN401
        self._fabric, self._network = fabric, network
        self._of_restored: list[tuple[float, Any]] = []
        self._of_others: list[tuple[float, Any]] = []
        self._rivals: list[tuple[Any, Adam]] = []
        for spec in (recipe.loss, *recipe.added_losses):
            settings = {key: value for key, value in spec.items() if key != "weight"}
            loss = catalog.from_spec(losses, settings)
            if getattr(loss, "learned", False):
                adam = Adam(loss.parameters(), recipe.schedule.lr, betas=(0.5, 0.999))
                rival, adam = fabric.setup(loss, adam)
                rival.mark_forward_method("discriminate")
                self._rivals.append((rival, adam))
            judged = getattr(loss, "judges", "restored")
            if judged == "restored":
                terms = self._of_restored
            elif hasattr(network, judged):
                network.mark_forward_method(judged)
                terms = self._of_others
            else:
                raise RecipeError(
                    f"The loss {spec['name']} judges {judged}, which {recipe.network['name']} does "
                    "not give; choose another loss or another network."
                )
            terms.append((float(spec.get("weight", 1.0)), loss.to(fabric.device)))

    def __call__(self, lq: Tensor, restored: Tensor, gt: Tensor) -> Tensor:
        """Return the weighted sum over the losses that judge restored pictures.

        `lq`, the whole of what the network was given, is for losses that judge against it.
        """
        total = restored.new_zeros(())
        for weight, loss in self._of_restored:
            against = getattr(loss, "against", "gt")
            total = total + weight * loss(restored, lq if against == "lq" else gt)
        return total

    def others(self, lq: Tensor, gt: Tensor) -> Tensor:
        """Return the weighted sum over the losses that judge something else."""
        total = lq.new_zeros(())
        for weight, loss in self._of_others:
            if loss.judges == "logits":
                logits = self._network.logits(lq, gt)
                total = total + weight * torch.stack([loss(one, gt) for one in logits]).sum()
            else:
                total = total + weight * loss(getattr(self._network, loss.judges)(lq))
        return total

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
