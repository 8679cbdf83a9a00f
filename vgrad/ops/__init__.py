"""Every derivative in this package: a function returns its output *and its pullback*.

    h, pullback = tanh(z)        # forward:  h = tanh(z)
    dz = pullback(dh)            # backward: dL/dh  ->  dL/dz

The contract. Let L be any scalar loss and write ``dz`` for dL/dz, an array of z's own shape. The pullback of
y = f(z) is the linear map ``dy -> dz``, the transposed Jacobian of f at z. It is written beside the forward pass,
in one scope, so the two cannot disagree about a symbol; it keeps no state, and can be called any number of times.

What a pullback answers with depends on what the function takes:

    an activation       pullback(dh)         -> dz
    affine, a norm      pullback(dy)         -> (dparams, dx)
    attention           pullback(dy)         -> (dq, dk, dv)
    a loss              pullback(dloss=1.0)  -> dprediction
    a cell (``cells``)  pullback(dstate)     -> (dparams, dx, dstate)
    on a ``tape``       pullback(doutput)    -> (dparams or None, dinput), whatever the step is

Shapes. Every function works on (..., N, D): N samples of D features, and any leading ensemble axes, so that S
networks of S seeds run in one call. A pullback also takes a stack of cotangents, with axes in front of those of its
output, and answers with a stack: the identity, pulled back, is the Jacobian. The precision is that of the arguments:
float16, float32 or float64.

Five chapters: ``linear`` (z = x W + b), ``activations`` (h = φ(z)), ``norms`` (batch, layer and RMS), ``attention``
(softmax(q kᵀ / √d) v), ``losses``. Behind them stand ``shapes``, which sums gradients to the shape of their arguments,
and ``fits``. A page by itself, ``rounding``, lets an operation compute with bfloat16 numbers.

This page is the door. What is imported from here asks ``fits`` whether its arguments belong together, and then calls
the function on its page, which is bare mathematics. The engine has asked once for a whole network, and so it imports
from the pages. In IPython, ``ops.tanh??`` shows the mathematics.
"""

from __future__ import annotations

from ..door import door, quietly_guarded
from ..require import guarded
from . import activations, fits, linear, losses, norms, rounding
from . import attention as _attention
from .activations import LEAK, SELU_ALPHA, SELU_SCALE
from .linear import Affine, Array
from .norms import EPSILON, Norm

affine = door(linear.affine, fits.affine)
product = door(linear.product, fits.product)
matmul = quietly_guarded(linear.matmul, fits.matmul)
batch_norm = door(norms.batch_norm, fits.batch_norm)
layer_norm = door(norms.layer_norm, fits.layer_norm)
rms_norm = door(norms.rms_norm, fits.rms_norm)
softmax = door(_attention.softmax, fits.softmax)
attention = door(_attention.attention, fits.attention)
mse = door(losses.mse, fits.mse, alike=True)
softmax_cross_entropy = door(losses.softmax_cross_entropy, fits.softmax_cross_entropy, alike=True)
bfloat16 = quietly_guarded(rounding.bfloat16, fits.bfloat16)
in_bfloat16 = guarded(rounding.in_bfloat16)


def elementwise(activation):
    """Return the door of an activation, which takes a number as well as an array."""
    return door(activation, fits.elementwise, alike=True)


identity = elementwise(activations.identity)
sigmoid = elementwise(activations.sigmoid)
tanh = elementwise(activations.tanh)
relu = elementwise(activations.relu)
leaky_relu = elementwise(activations.leaky_relu)
elu = elementwise(activations.elu)
selu = elementwise(activations.selu)
gelu = elementwise(activations.gelu)
silu = elementwise(activations.silu)
softplus = elementwise(activations.softplus)
ACTIVATIONS = {f.__name__: f for f in (identity, sigmoid, tanh, relu, leaky_relu, elu, selu, gelu, silu, softplus)}

__all__ = [
    "ACTIVATIONS", "EPSILON", "LEAK", "SELU_ALPHA", "SELU_SCALE", "Affine", "Array", "Norm", "affine", "attention",
    "batch_norm", "bfloat16", "elu", "gelu", "identity", "in_bfloat16", "layer_norm", "leaky_relu", "matmul", "mse",
    "product", "relu", "rms_norm", "selu", "sigmoid", "silu", "softmax", "softmax_cross_entropy", "softplus", "tanh",
]  # fmt: skip
