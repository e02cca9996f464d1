/* baud/nn.h - small networks for learners: batched layers, heads, losses and optimisers with reverse-mode gradients.
 *
 * A static library (pkg-config baud-nn) that is linked into a plugin. It owns nothing: parameters are a flat array in a
 * WEIGHT block, an optimiser's moments one in an OPTIMISER block, and a pass works in an arena, a SCRATCH block. What
 * a network looks like (sizes and offsets) is a handful of small structs in the learner's immutable model.
 *
 *   nn_linear_layer hidden = nn_linear_declare(&layout, "hidden", 4, 64, NN_BIAS);   in create(): layout.count floats
 *   nn_begin(&t, NN_TRAIN); nn_bind(&t, theta, gradient);                            a pass, anew each time
 *   nn_value h = nn_linear(&t, &hidden, nn_constant(&t, obs, rows, 4), NN_TANH);     forward
 *   double loss = nn_loss_squared(&t, nn_linear(&t, &out, h, NN_IDENTITY), target, NULL, 1.0 / rows);
 *   if (nn_backward(&t) != BAUD_OK) ...                                              gradient += d loss / d theta
 *   nn_adam_step(&adam, theta, gradient, moments, layout.count, 1.0);                gradient is 0 again
 *
 * Matrices are row-major: batches [rows][features], weights [in][out]. Sequences are time-major, row = step * lanes + lane.
 * Nothing is allocated, nothing is global, and the same calls give the same bits on one machine and build. What a pass
 * makes of a row does not depend on the other rows or on their number, so that a lane does not depend on the batch.
 * Sizes are checked by assert alone: they are the author's, never the data's.
 */
#ifndef BAUD_NN_H
#define BAUD_NN_H

#include <stddef.h>
#include <stdint.h>

#include "baud/plugin.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifdef NN_DOUBLE /* the library compiled a second time, to hold gradients against differences */
typedef double nn_real;
#else
typedef float nn_real;
#endif

/* ---- Layout: where each parameter lies in the flat array ------------------------------------------------ */

enum { NN_PARAMS = 512, NN_NAME = 32, NN_ALIGN = 16 };
#define NN_NONE UINT64_MAX /* the offset of a parameter that there is not */

typedef struct nn_param {
  char name[NN_NAME];
  uint32_t rows, cols;
  uint64_t offset; /* in elements, a multiple of NN_ALIGN */
} nn_param;

/* All zero: empty. The first NN_PARAMS parameters are listed by name, more are only counted. */
typedef struct nn_layout {
  uint64_t count; /* elements of the flat array, gaps included: gaps are 0 and stay 0 */
  uint32_t n;
  nn_param param[NN_PARAMS];
} nn_layout;

/* Adds a matrix, [rows][cols], and returns its offset. Names are for people; longer ones are cut. */
uint64_t nn_declare(nn_layout *layout, const char *name, uint32_t rows, uint32_t cols);

/* ---- The tape: one pass --------------------------------------------------------------------------------- */

enum { NN_TRAIN = 0, NN_INFER = 1 }; /* INFER: nothing is recorded, there is no way back */

/* The caller's storage, on the stack as a rule; the members are the library's. */
typedef struct nn_tape {
  char *arena;
  size_t bytes, used, most;
  const nn_real *theta;
  nn_real *gradient;
  struct nn_record *last;
  const struct nn_kernels *kernels;
  int mode, is_dry;
} nn_tape;

/* What a call makes: x [rows][cols] in the arena, valid until the next nn_begin. `slot` is null where no gradient
 * is wanted. x is null on a dry tape. */
typedef struct nn_value {
  const nn_real *x;
  struct nn_slot *slot;
  uint32_t rows, cols;
} nn_value;

/* An arena that is too small makes a tape dry: it computes nothing more in this pass, goes on counting what it would
 * have needed, and nn_backward says so. Hence the size of an arena, once, in create(): open a tape over nothing,
 * make the largest pass, ask nn_arena_bytes. Losses and sums are 0 on a dry tape. */
void nn_tape_open(nn_tape *t, void *arena, size_t bytes); /* arena 64-byte aligned, or null with 0 bytes */
size_t nn_arena_bytes(const nn_tape *t);                  /* the most that any pass on it has needed so far */
static inline int nn_is_dry(const nn_tape *t) { return t->is_dry; }

/* A new pass: all values of the last one are gone. Parameters must be bound anew. */
void nn_begin(nn_tape *t, int mode);

/* What the following calls read their parameters from and add their gradients to; either may change within a pass, so
 * that one tape can hold several networks. gradient null: these parameters are frozen, gradients flow through. */
void nn_bind(nn_tape *t, const nn_real *theta, nn_real *gradient);

/* Adds the derivatives of everything seeded (losses, nn_seed) to the bound gradients; gradients are accumulated,
 * never cleared: the optimisers do that. BAUD_EBUG after a dry pass. Once a pass. */
int nn_backward(nn_tape *t);

nn_value nn_constant(nn_tape *t, const nn_real *x, uint32_t rows, uint32_t cols); /* x: the caller's, not copied */
nn_value nn_variable(nn_tape *t, const nn_real *x, uint32_t rows, uint32_t cols); /* its gradient can be asked for */
nn_value nn_parameter(nn_tape *t, uint64_t offset, uint32_t rows, uint32_t cols); /* a parameter as it is */
nn_value nn_stop(nn_value v);                                                     /* the same without a gradient */
nn_real *nn_scratch(nn_tape *t, size_t count); /* the caller's, until the next pass; not cleared; null when dry */

/* Seeds: d loss / d v += d, [rows][cols]. For losses that the library does not have. d may be freed after. */
void nn_seed(nn_tape *t, nn_value v, const nn_real *d);
/* After nn_backward: d loss / d v [rows][cols], or null where nothing flowed. */
const nn_real *nn_gradient(nn_value v);

/* ---- Layers --------------------------------------------------------------------------------------------- */

/* GELU (Hendrycks and Gimpel 2016) in its form with tanh, as in GPT-2; SiLU: x sigmoid(x). */
enum { NN_IDENTITY, NN_TANH, NN_RELU, NN_LEAKY_RELU, NN_SIGMOID, NN_GELU, NN_SILU, NN_ACTIVATIONS };
#define NN_LEAK 0.01 /* slope of the leaky rectifier below 0 */

enum { NN_NO_BIAS = 0, NN_BIAS = 1 };
typedef struct nn_linear_layer {
  uint32_t in, out;
  uint64_t weight, bias; /* [in][out]; [1][out] or NN_NONE */
} nn_linear_layer;
nn_linear_layer nn_linear_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t out, int bias);
/* activation(x W + b): x [rows][in] -> [rows][out] */
nn_value nn_linear(nn_tape *t, const nn_linear_layer *layer, nn_value x, int activation);

/* Every row shifted and scaled to mean 0 and variance 1 (plus NN_NORM_EPSILON), then gain and shift of each feature;
 * layer null: without those. */
#define NN_NORM_EPSILON 1e-5
typedef struct nn_layer_norm_layer {
  uint32_t cols;
  uint64_t gain, shift; /* [1][cols] */
} nn_layer_norm_layer;
nn_layer_norm_layer nn_layer_norm_declare(nn_layout *layout, const char *name, uint32_t cols);
void nn_layer_norm_init(const nn_layer_norm_layer *layer, nn_real *theta); /* gain 1, shift 0 */
nn_value nn_layer_norm(nn_tape *t, const nn_layer_norm_layer *layer, nn_value x);

/* Rows of a table [categories][cols]; an index < 0 gives a row of 0. index: [rows], the caller's until nn_backward. */
typedef struct nn_embedding_layer {
  uint32_t categories, cols;
  uint64_t table;
} nn_embedding_layer;
nn_embedding_layer nn_embedding_declare(nn_layout *layout, const char *name, uint32_t categories, uint32_t cols);
void nn_embedding_normal(const nn_embedding_layer *layer, nn_real *theta, double deviation, uint64_t *random);
nn_value nn_embedding(nn_tape *t, const nn_embedding_layer *layer, const int32_t *index, uint32_t rows);

nn_value nn_activate(nn_tape *t, nn_value x, int activation);
nn_value nn_add(nn_tape *t, nn_value a, nn_value b);               /* same sizes */
nn_value nn_multiply(nn_tape *t, nn_value a, nn_value b);          /* element by element */
nn_value nn_affine(nn_tape *t, nn_value x, double scale, double shift);
nn_value nn_clamp(nn_tape *t, nn_value x, double low, double high); /* gradient 0 outside, 1 inside and at the ends */
nn_value nn_concatenate(nn_tape *t, nn_value a, nn_value b);       /* [rows][a.cols + b.cols] */
nn_value nn_columns(nn_tape *t, nn_value x, uint32_t first, uint32_t n);
nn_value nn_rows(nn_tape *t, nn_value x, uint32_t first, uint32_t n);

/* ---- Layers that remember ----------------------------------------------------------------------------------- */

/* x [steps * lanes][in], time-major: one step is what acting does, many are what learning through time does. state
 * [lanes][...]: before the first step; nn_constant over a MEMORY block, or a value that is learnt. starts [steps * lanes]:
 * where it is 1 the lane's state is 0 before that step; null: nowhere. last: gets the state after the last step, the
 * caller's, may be the array that `state` is over; or null. Returns the outputs [steps * lanes][units]. The gradient
 * goes back through all steps and into `state`, not from `last`. */

/* Cho et al. 2014, in the form that cuDNN and PyTorch compute: state h [units], gates in the order r, z, n:
 *   r = sigmoid(W_r x + b_r + U_r h + c_r)   z likewise   n = tanh(W_n x + b_n + r (U_n h + c_n))   h <- (1 - z) n + z h */
/* Hochreiter and Schmidhuber 1997 with a forget gate (Gers et al. 2000): state (h, c) [2 units], gates in the order i, f, g, o:
 *   i, f, o = sigmoid(W x + b + U h), g = tanh(...)   c <- f c + i g   h <- o tanh(c) */
typedef struct nn_recurrent_layer {
  uint32_t in, units;
  uint64_t input, input_bias;         /* [in][gates units], [1][gates units] */
  uint64_t recurrent, recurrent_bias; /* [units][gates units], [1][gates units]; the LSTM's has no second bias: NN_NONE */
} nn_recurrent_layer;
nn_recurrent_layer nn_gru_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t units);
nn_recurrent_layer nn_lstm_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t units);
/* Input weights orthogonal with gain 1, recurrent ones orthogonal for each gate, biases 0, an LSTM's forget gate 1. */
void nn_gru_init(const nn_recurrent_layer *layer, nn_real *theta, uint64_t *random);
void nn_lstm_init(const nn_recurrent_layer *layer, nn_real *theta, uint64_t *random);
nn_value nn_gru(nn_tape *t, const nn_recurrent_layer *layer, nn_value x, nn_value state, const uint8_t *starts, nn_real *last);
nn_value nn_lstm(nn_tape *t, const nn_recurrent_layer *layer, nn_value x, nn_value state, const uint8_t *starts, nn_real *last);

/* Causal attention of several heads (Vaswani et al. 2017): a token sees itself and the window - 1 tokens before it of the
 * same episode, in this call or in memory (segment memory without gradient, Dai et al. 2019, with keys and values as they
 * were when they were made). A learnt bias for each head and distance tells tokens apart by age (Raffel et al. 2020). */
typedef struct nn_attention_layer {
  uint32_t model, heads, window; /* heads divide model */
  nn_linear_layer in, out;       /* [model][3 model]: queries, keys, values, each [head][model / heads]; [model][model] */
  uint64_t distance;             /* [heads][window] */
} nn_attention_layer;
nn_attention_layer nn_attention_declare(nn_layout *layout, const char *name, uint32_t model, uint32_t heads, uint32_t window);
void nn_attention_init(const nn_attention_layer *layer, nn_real *theta, double gain, uint64_t *random); /* gain of `out` */
/* What a lane remembers, MEMORY blocks of the caller's: all 0 is nothing. */
typedef struct nn_attention_memory {
  nn_real *tokens; /* [lanes][window][2 model]: keys and values of token number i of the episode at i % window */
  int32_t *length; /* [lanes] tokens of the episode so far */
} nn_attention_memory;
static inline uint64_t nn_attention_tokens(const nn_attention_layer *layer) { /* elements a lane */
  return (uint64_t)layer->window * 2 * layer->model;
}
/* x [steps * lanes][model] -> the same. before: what was remembered at the first step, null: nothing. after: gets what
 * is remembered after the last step, may be `before` itself; null: nothing is kept. starts as above. */
nn_value nn_attention(nn_tape *t, const nn_attention_layer *layer, nn_value x, uint32_t lanes, const nn_attention_memory *before,
                      const uint8_t *starts, const nn_attention_memory *after);

/* Fast weights by the delta rule (Schlag, Irie and Schmidhuber 2021, eq. 24): per head a matrix W [d][d], d = cols / heads,
 *   W <- W + beta (v - W k) k'      y = W q
 * q, k, v [steps * lanes][cols], beta [steps * lanes][heads]; keys and queries of length 1 (nn_unit), beta in [0, 1] keep
 * it stable. state [lanes][heads][d][d], no gradient; starts and last as above. */
nn_value nn_delta_rule(nn_tape *t, nn_value q, nn_value k, nn_value v, nn_value beta, const nn_real *state, uint32_t lanes,
                       const uint8_t *starts, nn_real *last);
/* Each of `groups` equal parts of a row divided by its length, sqrt(sum of squares + 1e-6). */
nn_value nn_unit(nn_tape *t, nn_value x, uint32_t groups);

/* A low-rank adapter (Hu et al. 2021): scale x A B, to be added to what a layer makes of x; B is 0 at the start. */
typedef struct nn_adapter_layer {
  nn_linear_layer down, up; /* [in][rank], [rank][out] */
  double scale;
} nn_adapter_layer;
nn_adapter_layer nn_adapter_declare(nn_layout *layout, const char *name, uint32_t in, uint32_t out, uint32_t rank, double scale);
void nn_adapter_init(const nn_adapter_layer *layer, nn_real *theta, uint64_t *random);
nn_value nn_adapter(nn_tape *t, const nn_adapter_layer *layer, nn_value x);

/* ---- Heads: distributions over actions ------------------------------------------------------------------- */

/* Rows of softmax(logits). log_p and p [rows][cols]; where mask [rows][cols] is 0: -INFINITY and 0. A row needs one
 * that is allowed. What is masked gets gradient 0. */
typedef struct nn_categorical {
  nn_value logits;
  const nn_real *log_p, *p;
} nn_categorical;
nn_categorical nn_categorical_head(nn_tape *t, nn_value logits, const uint8_t *mask); /* mask null: all allowed */
nn_value nn_categorical_log_prob(nn_tape *t, const nn_categorical *head, const int32_t *action); /* [rows] -> [rows][1] */
nn_value nn_categorical_entropy(nn_tape *t, const nn_categorical *head);                         /* nats [rows][1] */
/* KL(head || reference), nats [rows][1]; reference_log_p [rows][cols], finite where the head's p is not 0. */
nn_value nn_categorical_kl(nn_tape *t, const nn_categorical *head, const nn_real *reference_log_p);
/* An index drawn from p[0..n) with one number of the generator; never one whose p is 0. */
uint32_t nn_draw(const nn_real *p, uint32_t n, uint64_t *random);

/* out [streams][n] standard normal numbers, stream i from random[i]: two draws for every two numbers begun. */
void nn_normals(uint64_t *random, uint32_t streams, nn_real *out, uint32_t n);

/* Independent normals: mean [rows][n]; log_std [rows][n], or [1][n] for all rows. */
typedef struct nn_gaussian {
  nn_value mean, log_std;
} nn_gaussian;
nn_value nn_gaussian_log_prob(nn_tape *t, const nn_gaussian *head, const nn_real *action); /* [rows][n] -> [rows][1] */
nn_value nn_gaussian_entropy(nn_tape *t, const nn_gaussian *head);                         /* nats [rows][1] */
/* KL(head || reference), nats [rows][1]; both [rows][n] */
nn_value nn_gaussian_kl(nn_tape *t, const nn_gaussian *head, const nn_real *mean, const nn_real *log_std);
/* mean + exp(log_std) noise, [rows][n]; noise standard normal, the caller's */
nn_value nn_gaussian_sample(nn_tape *t, const nn_gaussian *head, const nn_real *noise);
/* The same squashed, tanh(u), with its log density summed over n: sum of log N(u) - log(1 - tanh^2 u)
 * (Haarnoja et al. 2018, Soft Actor-Critic, appendix C). Gradients flow through both. */
typedef struct nn_squashed {
  nn_value action, log_prob; /* [rows][n], [rows][1] */
} nn_squashed;
nn_squashed nn_squashed_sample(nn_tape *t, const nn_gaussian *head, const nn_real *noise);

/* ---- Losses: each returns its value and seeds its gradient ------------------------------------------------ */

/* scale * sum over rows of weight[row] * l(row); weight null: 1. Losses of one pass add up. */
double nn_loss_squared(nn_tape *t, nn_value v, const nn_real *target, const nn_real *weight, double scale); /* sum over cols of (v - y)^2 / 2 */
/* |e| <= delta: e^2 / 2, else delta (|e| - delta / 2) (Huber 1964), summed over cols */
double nn_loss_huber(nn_tape *t, nn_value v, const nn_real *target, const nn_real *weight, double delta, double scale);
/* -log softmax(logits)[target], fused; a target < 0 leaves its row out; mask as in nn_categorical_head */
double nn_loss_cross_entropy(nn_tape *t, nn_value logits, const int32_t *target, const uint8_t *mask, const nn_real *weight,
                             double scale);
double nn_loss_sum(nn_tape *t, nn_value v, const nn_real *weight, double scale); /* sum over cols of v: for heads' values */

/* What policies are trained by, a loss for each row, with r = exp(log pi(a) - old_log_prob) and H the entropy in nats:
 *   -min(r A, clamp(r, 1 - clip, 1 + clip) A) - entropy H     (Schulman et al. 2017, Proximal policy optimization, eq. 7 and 9)
 * without an old policy: -A log pi(a) - entropy H, the policy gradient. scale * sum over rows. */
typedef struct nn_surrogate {
  const nn_real *advantage;    /* [rows] */
  const nn_real *old_log_prob; /* [rows], or null */
  double clip, entropy;
} nn_surrogate;
double nn_loss_surrogate_categorical(nn_tape *t, const nn_categorical *head, const int32_t *action, const nn_surrogate *s,
                                     double scale); /* action [rows] */
double nn_loss_surrogate_gaussian(nn_tape *t, const nn_gaussian *head, const nn_real *action, const nn_surrogate *s,
                                  double scale); /* action [rows][n] */
/* scale * sum of max((v - y)^2, (old + clamp(v - old, -clip, clip) - y)^2) / 2: values that stay near what they were, as
 * PPO is often implemented (Engstrom et al. 2020, Implementation matters in deep policy gradients, section 3). */
double nn_loss_squared_clipped(nn_tape *t, nn_value v, const nn_real *target, const nn_real *old, double clip, double scale);

/* ---- Optimisers: gradient is consumed, 0 after ------------------------------------------------------------ */

/* All work on flat arrays [count], any part of a layout, hence with several settings in one network. `scale` multiplies
 * the gradient first: what nn_clip_scale returns, or 1. */
double nn_gradient_norm(const nn_real *gradient, uint64_t count);
/* min(1, limit / (norm + 1e-6)), as clipping by the global norm is done by torch.nn.utils.clip_grad_norm_. */
double nn_clip_scale(const nn_real *gradient, uint64_t count, double limit);

typedef struct nn_sgd {
  double lr, momentum; /* v <- momentum v + g, theta <- theta - lr v */
} nn_sgd;
static inline uint64_t nn_sgd_state(const nn_sgd *o, uint64_t count) { return o->momentum != 0.0 ? count : 0; }
void nn_sgd_step(const nn_sgd *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double scale);

/* Kingma and Ba 2015, with the decoupled decay of Loshchilov and Hutter 2019: theta <- theta - lr decay theta first. */
typedef struct nn_adam {
  double lr, beta1, beta2, epsilon, decay;
} nn_adam;
/* Elements of its state, zero at the start: first moments, second moments, the number of steps. */
static inline uint64_t nn_adam_state(uint64_t count) { return 2 * count + 1; }
void nn_adam_step(const nn_adam *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double scale);

/* v <- decay v + (1 - decay) g^2, theta <- theta - lr g / (sqrt(v) + epsilon) (Tieleman and Hinton 2012, as in PyTorch). */
typedef struct nn_rmsprop {
  double lr, decay, epsilon;
} nn_rmsprop;
void nn_rmsprop_step(const nn_rmsprop *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double scale);

/* ObGD, overshooting-bounded gradient descent (Elsayed, Vasan and Mahmood 2024, Streaming deep reinforcement learning
 * finally works, algorithm 3), for one transition at a time, with eligibility traces z [count]:
 *   z <- decay z + g;   m = lr kappa max(|delta|, 1) sum |z|;   theta <- theta + lr / max(m, 1) delta z
 * First nn_trace_decay, with gamma lambda; then a pass with the trace bound as its gradient, seeded with what delta
 * reinforces; then the step. The trace stays; whoever ends an episode clears it. Returns the step size that was used. */
typedef struct nn_obgd {
  double lr, kappa;
} nn_obgd;
void nn_trace_decay(nn_real *trace, uint64_t count, double decay);
double nn_obgd_rate(const nn_obgd *o, double size, double delta); /* lr / max(m, 1), size = sum |z| */
double nn_obgd_step(const nn_obgd *o, nn_real *theta, const nn_real *trace, uint64_t count, double delta);

/* IDBD (Sutton 1992, Adapting bias by gradient descent, fig. 2): a step size of its own for each parameter, exp(beta),
 * learnt at `rate`. gradient: of the prediction, not of its error; delta: target - prediction. With x the gradient:
 *   beta += rate delta x h;   theta += exp(beta) delta x;   h <- h max(0, 1 - exp(beta) x^2) + exp(beta) delta x */
typedef struct nn_idbd {
  double rate, lr; /* lr: of every parameter at the start */
} nn_idbd;
static inline uint64_t nn_idbd_state(uint64_t count) { return 2 * count; } /* beta, h */
void nn_idbd_init(const nn_idbd *o, nn_real *state, uint64_t count);
void nn_idbd_step(const nn_idbd *o, nn_real *theta, nn_real *gradient, nn_real *state, uint64_t count, double delta);

/* ---- Initialisation ---------------------------------------------------------------------------------------- */

/* theta is the flat array; biases become 0 where not said otherwise; random as in baud/random.h.
 * Orthogonal (Saxe et al. 2014): gain times a matrix with orthonormal columns, or rows where in < out, of Haar measure. */
void nn_linear_orthogonal(const nn_linear_layer *layer, nn_real *theta, double gain, uint64_t *random);
/* Weights and biases uniform on +-1 / sqrt(in), PyTorch's default for a linear layer. */
void nn_linear_uniform(const nn_linear_layer *layer, nn_real *theta, uint64_t *random);
/* SparseInit (Elsayed et al. 2024, algorithm 1): weights uniform on +-1 / sqrt(in), then of each unit's `in` weights
 * ceil(sparsity in), chosen at random, are 0; biases 0. */
void nn_linear_sparse(const nn_linear_layer *layer, nn_real *theta, double sparsity, uint64_t *random);
void nn_orthogonal(nn_real *w, uint32_t in, uint32_t out, double gain, uint64_t *random); /* the same for any matrix */

#ifdef __cplusplus
}
#endif
#endif
