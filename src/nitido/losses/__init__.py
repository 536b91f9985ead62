"""Training losses: one file each, a ``torch.nn.Module`` that compares two batches.

``loss(restored, gt)`` takes float tensors of one shape (N, C, H, W), nominal 0..1, and returns the
mean over all values as a tensor without dimensions. It does not clamp. Importing the room does not
import PyTorch; importing one of its files does.
"""
