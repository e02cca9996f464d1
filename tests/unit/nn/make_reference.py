# Makes tests/unit/nn/reference.h: what JAX, Flax and Optax compute in double precision for inputs that a small generator
# gives, so that the test makes the same ones. Run once:  python make_reference.py > reference.h
# (pip install jax flax optax; made with jax 0.10.2, flax 0.12.8, optax 0.2.8)
import jax
import jax.numpy as jnp
import numpy as np
import optax
from flax import linen

jax.config.update("jax_enable_x64", True)


def numbers(seed, *shape):
    """Numbers in [-1, 1): a linear congruential generator of 31 bits, as the test has it."""
    out = []
    for _ in range(int(np.prod(shape))):
        seed = (seed * 1103515245 + 12345) % 2**31
        out.append(seed / 2**30 - 1)
    return jnp.array(out).reshape(shape)


def show(name, values):
    flat = np.asarray(values, dtype=np.float64).ravel()
    print(f"static const double {name}[] = {{  /* {' x '.join(map(str, np.shape(values))) or 1} */")
    for i in range(0, len(flat), 6):
        print("  " + " ".join(f"{v:.12g}," for v in flat[i : i + 6]))
    print("};")


print("/* reference.h - made by make_reference.py; what independent implementations compute for the same inputs. */")
print("#ifndef BAUD_TEST_REFERENCE_H\n#define BAUD_TEST_REFERENCE_H\n")

x = 4 * numbers(1, 30)
show("reference_gelu", jax.nn.gelu(x, approximate=True))
show("reference_silu", jax.nn.silu(x))
show("reference_leaky", jax.nn.leaky_relu(x, 0.01))

x = 3 * numbers(2, 4, 7)
gain, shift = 1 + numbers(3, 7), numbers(4, 7)
show("reference_norm", linen.LayerNorm(epsilon=1e-5).apply({"params": {"scale": gain, "bias": shift}}, x))

# GRU and LSTM of flax, 3 steps of 2 lanes, 4 features, 5 units. Parameters in the test's order; gates are separate matrices.
x, state, cell = numbers(5, 3, 2, 4), numbers(6, 2, 5), numbers(7, 2, 5)
w, b, u, c = numbers(8, 4, 15), numbers(9, 15), numbers(10, 5, 15), numbers(11, 15)
part = lambda m, i: m[..., 5 * i : 5 * i + 5]
# flax's cell has no bias in the state's share of r and z: ours is given as one sum
gru = {f"i{g}": {"kernel": part(w, i), "bias": part(b, i) + (part(c, i) if g != "n" else 0)} for i, g in enumerate("rzn")}
gru |= {f"h{g}": {"kernel": part(u, i)} | ({"bias": part(c, i)} if g == "n" else {}) for i, g in enumerate("rzn")}
h, out = state, []
for step in range(3):
    h, y = linen.GRUCell(features=5).apply({"params": gru}, h, x[step])
    out.append(y)
show("reference_gru", jnp.stack(out))
w, b, u = numbers(12, 4, 20), numbers(13, 20), numbers(14, 5, 20)
lstm = {f"i{g}": {"kernel": part(w, i)} for i, g in enumerate("ifgo")}
lstm |= {f"h{g}": {"kernel": part(u, i), "bias": part(b, i)} for i, g in enumerate("ifgo")}
carry, out = (cell, state), []
for step in range(3):
    carry, y = linen.OptimizedLSTMCell(features=5).apply({"params": lstm}, carry, x[step])
    out.append(y)
show("reference_lstm", jnp.stack(out))
show("reference_lstm_cell", carry[0])

# Causal attention of 5 tokens, model 6, 2 heads, a window of 3 and a bias by age, by jax.nn.dot_product_attention.
x = numbers(15, 5, 6)
w, b, out, shift, age = numbers(16, 6, 18), numbers(17, 18), numbers(18, 6, 6), numbers(19, 6), numbers(20, 2, 3)
q, k, v = (part.reshape(1, 5, 2, 3) for part in jnp.split(x @ w + b, 3, axis=-1))
distance = jnp.arange(5)[:, None] - jnp.arange(5)[None, :]
seen = (distance >= 0) & (distance < 3)
bias = jnp.where(seen, age[:, jnp.clip(distance, 0, 2)], 0)[None]
y = jax.nn.dot_product_attention(q, k, v, bias=bias, mask=seen[None, None])
show("reference_attention", y.reshape(5, 6) @ out + shift)

# Losses and heads
logits = 3 * numbers(21, 4, 5)
show("reference_cross_entropy", optax.softmax_cross_entropy_with_integer_labels(logits, jnp.array([0, 3, 4, 1])))
show("reference_huber", optax.huber_loss(3 * numbers(22, 12), numbers(23, 12), delta=0.7))
show("reference_entropy", -(jax.nn.softmax(logits) * jax.nn.log_softmax(logits)).sum(-1))
show("reference_kl", optax.kl_divergence(jax.nn.log_softmax(3 * numbers(24, 4, 5)), jax.nn.softmax(logits)))
u = numbers(25, 3, 2) + jnp.exp(numbers(26, 3, 2)) * 2 * numbers(27, 3, 2)
density = jax.scipy.stats.norm.logpdf(u, numbers(25, 3, 2), jnp.exp(numbers(26, 3, 2)))
show("reference_squashed", (density - jnp.log(1 - jnp.tanh(u) ** 2)).sum(-1))
show("reference_normal_log_prob", density.sum(-1))

# Ten steps of each optimiser on gradients numbers(100 + step)
for name, rule in {
    "adamw": optax.adamw(0.02, b1=0.8, b2=0.95, eps=1e-6, weight_decay=0.1),
    "momentum": optax.sgd(0.05, momentum=0.9),
    "rmsprop": optax.rmsprop(0.01, decay=0.9, eps=1e-3, eps_in_sqrt=False),
    "clipped": optax.chain(optax.clip_by_global_norm(0.5), optax.sgd(0.1)),
}.items():
    theta = numbers(28, 8)
    state = rule.init(theta)
    for step in range(10):
        change, state = rule.update(numbers(100 + step, 8), state, theta)
        theta = optax.apply_updates(theta, change)
    show(f"reference_{name}", theta)
print("\n#endif")
