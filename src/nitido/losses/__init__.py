"""Training losses: one file each, a ``torch.nn.Module`` that compares two batches.

``loss(restored, gt)`` takes float tensors of one shape (N, C, H, W), nominal 0..1, and returns one
number, a mean over values or pictures, as a tensor without dimensions. It does not clamp. Importing
the room does not import PyTorch; importing one of its files does.
"""
