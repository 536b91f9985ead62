"""Color constancy: on the mean, the world is gray.

Guo, Li, Guo, Loy, Hou, Kwong, Cong: "Zero-Reference Deep Curve Estimation for Low-Light Image
Enhancement" (Zero-DCE), CVPR 2020, arXiv 2001.06826, section 3.3, after Buchsbaum: "A Spatial
Processor Model for Object Colour Perception", Journal of the Franklin Institute 310(1), 1980. The
authors weigh it 5.

**Departure from the paper:** the squares of the three differences are joined by the length of their
vector, where the text has their sum, as in the authors' published code.
"""

import torch
from torch import Tensor, nn

from nitido.errors import SettingError


class ColorConstancy(nn.Module):
    """Mean over the batch of how far the mean red, green and blue of a picture are apart."""

    against = None

    def forward(self, restored: Tensor, gt: Tensor | None = None) -> Tensor:
        """Return the mean over the batch, in squared units of the pictures; 0 where all is gray.

        Parameters
        ----------
        restored : Tensor
            (N, 3, H, W).
        gt : Tensor, optional
            Not looked at.

        Raises
        ------
        SettingError
            If there are not three channels.
        """
        if restored.shape[1] != 3:
            raise SettingError(
                f"Color constancy needs red, green and blue; {restored.shape[1]} channels found."
            )
        means = restored.mean(dim=(2, 3))
        squares = (means - means.roll(1, dims=1)).square()
        # Its gradient is 0 where all three are; a root of squares would have none there.
        distances: Tensor = torch.linalg.vector_norm(squares, dim=1)
        return distances.mean()


PUBLIC = ColorConstancy
