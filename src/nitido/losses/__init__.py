"""Training losses: one file each, a ``torch.nn.Module`` that compares two batches.

``loss(restored, gt)`` takes float tensors of one shape (N, C, H, W), nominal 0..1, and returns
one number, a mean over values or pictures, as a tensor without dimensions. It does not clamp.
Facts, attributes that most files do without, announce what differs:

* ``judges``, what takes the place of `restored`: ``"curves"``, the maps (N, C, H, W), -1..1, that
  Zero-DCE bends a picture's values by; ``"logits"``, scores (N, levels, C, H, W) of the gray levels
  that divide 0..1 evenly, as PixelCNN gives them.
* ``against``, what takes the place of `gt`: ``"lq"``, the picture before its restoration, of the
  same size; ``None``, nothing: one picture is judged alone and the second argument, which may be
  left out, is not looked at.
* ``learned = True``: the loss has weights of its own, trained beside the network. To lower
  ``loss(restored, gt)`` moves the network alone; to lower ``loss.discriminate(restored, gt)`` moves
  those weights alone.

Importing the room does not import PyTorch; importing one of its files does.
"""
