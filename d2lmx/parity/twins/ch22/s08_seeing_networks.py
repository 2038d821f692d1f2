"""The small ResNet of section 22.8, which is that of 21.15."""
from ..ch21.s15_inception_and_residuals import build_net

__all__ = ['build_net']
