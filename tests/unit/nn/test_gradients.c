/* Every operation's gradient, on random shapes, against central differences. */
#include "gradients.h"

/* ---- What the cases declare: parameters in the order of their offsets ----------------------------------------- */

static uint64_t offset_of(nn_layout *layout, const char *name, uint32_t rows, uint32_t cols) {
  return nn_declare(layout, name, rows, cols);
}

/* The same offsets again, in a loss: layouts are a function of the shape. */
typedef struct net {
  nn_layout layout;
  uint64_t x, y;
  nn_linear_layer first, second;
} net;

static void net_of(const shape *s, nn_layout *layout, net *n) {
  n->x = offset_of(layout, "x", s->rows, s->in);
  n->first = nn_linear_declare(layout, "first", s->in, s->out, NN_BIAS);
  n->second = nn_linear_declare(layout, "second", s->out, s->in, NN_NO_BIAS);
}
static void declare_net(shape *s, nn_layout *layout) {
  net n;
  net_of(s, layout, &n);
}

/* x -> first -> second + x, judged at both ends: x and the first layer's value are each used twice. */
static double net_loss(nn_tape *t, const shape *s, int activation) {
  static net n;
  memset(&n, 0, sizeof n);
  net_of(s, &n.layout, &n);
  nn_value x = nn_parameter(t, n.x, s->rows, s->in);
  nn_value hidden = nn_linear(t, &n.first, x, activation);
  nn_value out = nn_add(t, nn_linear(t, &n.second, hidden, NN_IDENTITY), x);
  double loss = judge(t, hidden);
  return loss + judge(t, out);
}
static double linear_identity(nn_tape *t, const shape *s) { return net_loss(t, s, NN_IDENTITY); }
static double linear_tanh(nn_tape *t, const shape *s) { return net_loss(t, s, NN_TANH); }
static double linear_relu(nn_tape *t, const shape *s) { return net_loss(t, s, NN_RELU); }
static double linear_leaky(nn_tape *t, const shape *s) { return net_loss(t, s, NN_LEAKY_RELU); }
static double linear_gelu(nn_tape *t, const shape *s) { return net_loss(t, s, NN_GELU); }
static double linear_silu(nn_tape *t, const shape *s) { return net_loss(t, s, NN_SILU); }

/* ---- Element-wise operations of x and y [rows][in] -------------------------------------------------------------- */

static void declare_pair(shape *s, nn_layout *layout) {
  offset_of(layout, "x", s->rows, s->in);
  offset_of(layout, "y", s->rows, s->in);
}
typedef struct pair {
  nn_value x, y;
} pair;
static pair pair_of(nn_tape *t, const shape *s) {
  static nn_layout layout;
  memset(&layout, 0, sizeof layout);
  uint64_t x = offset_of(&layout, "x", s->rows, s->in), y = offset_of(&layout, "y", s->rows, s->in);
  return (pair){nn_parameter(t, x, s->rows, s->in), nn_parameter(t, y, s->rows, s->in)};
}
static double activations(nn_tape *t, const shape *s) {
  pair p = pair_of(t, s);
  double sum = 0.0;
  for (int a = 0; a < NN_ACTIVATIONS; a++) sum += judge(t, nn_activate(t, p.x, a));
  return sum;
}
static double sums(nn_tape *t, const shape *s) {
  pair p = pair_of(t, s);
  return judge(t, nn_add(t, p.x, nn_affine(t, p.y, -1.5, 0.25)));
}
static double products(nn_tape *t, const shape *s) {
  pair p = pair_of(t, s);
  return judge(t, nn_multiply(t, p.x, p.y)) + judge(t, nn_multiply(t, p.x, p.x));
}
static double clamps(nn_tape *t, const shape *s) { return judge(t, nn_clamp(t, pair_of(t, s).x, -0.5, 0.8)); }
static double columns(nn_tape *t, const shape *s) {
  pair p = pair_of(t, s);
  nn_value both = nn_concatenate(t, p.x, p.y);
  return judge(t, both) + judge(t, nn_columns(t, both, s->in / 2, s->in));
}
static double some_rows(nn_tape *t, const shape *s) {
  nn_value x = pair_of(t, s).x;
  return judge(t, nn_rows(t, x, s->rows / 3, s->rows - s->rows / 3)) + judge(t, x);
}
static double variables(nn_tape *t, const shape *s) {
  pair p = pair_of(t, s);
  nn_value stopped = nn_multiply(t, p.x, nn_stop(nn_affine(t, nn_constant(t, s->number, s->rows, s->in), 2.0, 1.0)));
  return judge(t, stopped);
}

/* ---- Layers with parameters of their own ---------------------------------------------------------------------------- */

/* x [rows][in], a norm's gain and shift, judged with and without them */
static nn_layer_norm_layer norm_of(const shape *s, nn_layout *layout) {
  offset_of(layout, "x", s->rows, s->in);
  return nn_layer_norm_declare(layout, "norm", s->in);
}
static void declare_norm(shape *s, nn_layout *layout) { norm_of(s, layout); }
static double norms(nn_tape *t, const shape *s) {
  static nn_layout layout;
  memset(&layout, 0, sizeof layout);
  nn_layer_norm_layer norm = norm_of(s, &layout);
  nn_value x = nn_parameter(t, 0, s->rows, s->in);
  double sum = judge(t, nn_layer_norm(t, &norm, x));
  nn_value plain = nn_layer_norm(t, NULL, nn_affine(t, x, s->in == 1 ? 0.0 : 1.0, 0.0));
  return sum + judge(t, plain);
}

static void declare_embedding(shape *s, nn_layout *layout) {
  nn_embedding_declare(layout, "table", s->in, s->out);
  for (uint32_t i = 0; i < s->rows; i++) s->index[i] = (int32_t)baud_below(&s->random, s->in + 1) - 1;
}
static double embeddings(nn_tape *t, const shape *s) {
  nn_embedding_layer table = {s->in, s->out, 0};
  nn_value v = nn_embedding(t, &table, s->index, s->rows);
  return judge(t, v) + judge(t, nn_activate(t, v, NN_TANH));
}

/* ---- Through time ------------------------------------------------------------------------------------------------------ */

enum { LANES = 3 };

/* x [steps * LANES][in], a state that is learnt, a layer; episodes start here and there. */
typedef struct memory {
  nn_layout layout;
  uint64_t x, state;
  nn_recurrent_layer layer;
} memory;
static uint32_t steps_of(const shape *s) { return 1 + s->rows % 5; }
static void memory_of(const shape *s, memory *m, uint32_t states) {
  memset(m, 0, sizeof *m);
  m->x = offset_of(&m->layout, "x", LANES * steps_of(s), s->in);
  m->state = offset_of(&m->layout, "state", LANES, states * s->out);
  m->layer = (states == 1 ? nn_gru_declare : nn_lstm_declare)(&m->layout, "layer", s->in, s->out);
}
static void declare_memory(shape *s, nn_layout *layout, uint32_t states) {
  static memory m;
  s->out = 1 + s->out % 9;
  memory_of(s, &m, states);
  *layout = m.layout;
  for (uint32_t i = 0; i < LANES * steps_of(s); i++) s->mask[i] = (uint8_t)baud_bernoulli(&s->random, 0.25);
}
static void declare_gru(shape *s, nn_layout *layout) { declare_memory(s, layout, 1); }
static void declare_lstm(shape *s, nn_layout *layout) { declare_memory(s, layout, 2); }
static double through_time(nn_tape *t, const shape *s, uint32_t states) {
  static memory m;
  memory_of(s, &m, states);
  nn_value x = nn_parameter(t, m.x, LANES * steps_of(s), s->in), state = nn_parameter(t, m.state, LANES, states * s->out);
  const uint8_t *starts = s->round % 3 == 0 ? NULL : s->mask;
  nn_value h = (states == 1 ? nn_gru : nn_lstm)(t, &m.layer, x, state, starts, NULL);
  return judge(t, h) + judge(t, nn_multiply(t, x, x)) + judge(t, state);
}
static double gru(nn_tape *t, const shape *s) { return through_time(t, s, 1); }
static double lstm(nn_tape *t, const shape *s) { return through_time(t, s, 2); }

/* x [steps * LANES][model], attention over a memory that is partly filled; the window is sometimes shorter than the segment */
typedef struct context {
  nn_layout layout;
  uint64_t x;
  nn_attention_layer layer;
} context;
static void context_of(const shape *s, context *c) {
  uint32_t heads = 1 + s->out % 3;
  memset(c, 0, sizeof *c);
  c->x = offset_of(&c->layout, "x", LANES * steps_of(s), heads * (1 + s->in % 5));
  c->layer = nn_attention_declare(&c->layout, "attention", heads * (1 + s->in % 5), heads, 1 + (uint32_t)s->round % 7);
}
static void declare_attention(shape *s, nn_layout *layout) {
  static context c;
  context_of(s, &c);
  *layout = c.layout;
  assert_true(LANES * nn_attention_tokens(&c.layer) <= 6000);
  for (uint32_t i = 0; i < LANES * nn_attention_tokens(&c.layer); i++) s->number[i] = draw_normal(s);
  for (uint32_t i = 0; i < LANES; i++) s->index[i] = (int32_t)baud_below(&s->random, 20);
  for (uint32_t i = 0; i < LANES * steps_of(s); i++) s->mask[i] = (uint8_t)baud_bernoulli(&s->random, 0.2);
}
static double attention(nn_tape *t, const shape *s) {
  static context c;
  static nn_real tokens[6000];
  static int32_t length[LANES];
  context_of(s, &c);
  memcpy(tokens, s->number, sizeof tokens);
  memcpy(length, s->index, sizeof length);
  const nn_attention_memory kept = {tokens, length}; /* it moves on at once, and going back must not mind */
  nn_value x = nn_parameter(t, c.x, LANES * steps_of(s), c.layer.model);
  const uint8_t *starts = s->round % 3 == 0 ? NULL : s->mask;
  nn_value y = nn_attention(t, &c.layer, x, LANES, s->round % 4 == 1 ? NULL : &kept, starts, &kept);
  return judge(t, y) + judge(t, x);
}

/* q, k, v [steps * LANES][heads * d], beta [steps * LANES][heads]; d > 1, since numbers divided by their size
 * have no slope to speak of */
static void declare_delta(shape *s, nn_layout *layout) {
  uint32_t heads = 1 + s->out % 3, rows = LANES * steps_of(s), cols = heads * (2 + s->in % 4);
  for (int i = 0; i < 3; i++) offset_of(layout, i == 0 ? "q" : i == 1 ? "k" : "v", rows, cols);
  offset_of(layout, "beta", rows, heads);
  for (uint32_t i = 0; i < LANES * cols * (cols / heads); i++) s->number[i] = draw_normal(s);
  for (uint32_t i = 0; i < rows; i++) s->mask[i] = (uint8_t)baud_bernoulli(&s->random, 0.2);
}
static double delta(nn_tape *t, const shape *s) {
  static nn_layout layout;
  memset(&layout, 0, sizeof layout);
  uint32_t heads = 1 + s->out % 3, rows = LANES * steps_of(s), cols = heads * (2 + s->in % 4);
  nn_value part[4];
  for (int i = 0; i < 4; i++) {
    uint32_t wide = i < 3 ? cols : heads;
    part[i] = nn_parameter(t, offset_of(&layout, "", rows, wide), rows, wide);
  }
  nn_value q = nn_unit(t, part[0], heads), k = nn_unit(t, part[1], heads), beta = nn_activate(t, part[3], NN_SIGMOID);
  nn_value y = nn_delta_rule(t, q, k, part[2], beta, s->number, LANES, s->round % 3 == 0 ? NULL : s->mask, NULL);
  return judge(t, y) + judge(t, k) + judge(t, beta);
}

static nn_adapter_layer adapter_of(const shape *s, nn_layout *layout) {
  offset_of(layout, "x", s->rows, s->in);
  return nn_adapter_declare(layout, "adapter", s->in, s->out, 1 + s->in / 4, 0.5);
}
static void declare_adapter(shape *s, nn_layout *layout) { adapter_of(s, layout); }
static double adapters(nn_tape *t, const shape *s) {
  static nn_layout layout;
  memset(&layout, 0, sizeof layout);
  nn_adapter_layer layer = adapter_of(s, &layout);
  return judge(t, nn_adapter(t, &layer, nn_parameter(t, 0, s->rows, s->in)));
}

/* ---- Heads -------------------------------------------------------------------------------------------------------- */

static void declare_categorical(shape *s, nn_layout *layout) {
  offset_of(layout, "logits", s->rows, s->out);
  for (uint32_t i = 0; i < s->rows; i++) {
    s->index[i] = (int32_t)baud_below(&s->random, s->out);
    for (uint32_t j = 0; j < s->out; j++) s->mask[i * s->out + j] = (uint8_t)baud_bernoulli(&s->random, 0.6);
    s->mask[i * s->out + (uint32_t)s->index[i]] = 1;
    double sum = 0.0;
    nn_real *log_q = s->number + i * s->out;
    for (uint32_t j = 0; j < s->out; j++) sum += exp(log_q[j] = draw_normal(s));
    for (uint32_t j = 0; j < s->out; j++) log_q[j] -= log(sum);
  }
}
static double categorical_loss(nn_tape *t, const shape *s, const uint8_t *mask) {
  nn_categorical head = nn_categorical_head(t, nn_parameter(t, 0, s->rows, s->out), mask);
  double sum = judge(t, nn_categorical_log_prob(t, &head, s->index));
  sum += judge(t, nn_categorical_entropy(t, &head));
  return sum + judge(t, nn_categorical_kl(t, &head, s->number));
}
static double categorical(nn_tape *t, const shape *s) { return categorical_loss(t, s, NULL); }
static double categorical_masked(nn_tape *t, const shape *s) { return categorical_loss(t, s, s->mask); }

/* log_std of one row in odd rounds, of every row in even ones */
static void declare_gaussian(shape *s, nn_layout *layout) {
  offset_of(layout, "mean", s->rows, s->in);
  offset_of(layout, "log_std", s->round % 2 ? 1 : s->rows, s->in);
  for (uint32_t i = 0; i < 3 * s->rows * s->in; i++) s->number[i] = draw_normal(s);
}
static nn_gaussian gaussian_of(nn_tape *t, const shape *s) {
  static nn_layout layout;
  memset(&layout, 0, sizeof layout);
  uint64_t mean = offset_of(&layout, "mean", s->rows, s->in);
  uint64_t spread = offset_of(&layout, "log_std", s->rows, s->in);
  return (nn_gaussian){nn_parameter(t, mean, s->rows, s->in), nn_parameter(t, spread, s->round % 2 ? 1 : s->rows, s->in)};
}
static double gaussian(nn_tape *t, const shape *s) {
  nn_gaussian head = gaussian_of(t, s);
  size_t n = (size_t)s->rows * s->in;
  double sum = nn_loss_sum(t, nn_gaussian_log_prob(t, &head, s->number), NULL, 0.1);
  sum += judge(t, nn_gaussian_entropy(t, &head));
  sum += nn_loss_sum(t, nn_gaussian_kl(t, &head, s->number + n, s->number + 2 * n), NULL, 0.01);
  return sum + judge(t, nn_gaussian_sample(t, &head, s->number));
}
static double squashed(nn_tape *t, const shape *s) {
  nn_gaussian head = gaussian_of(t, s);
  nn_squashed sample = nn_squashed_sample(t, &head, s->number);
  double sum = s->round % 3 == 1 ? 0.0 : judge(t, sample.action);
  return sum + (s->round % 3 == 2 ? 0.0 : nn_loss_sum(t, sample.log_prob, NULL, 0.3));
}

/* ---- Losses --------------------------------------------------------------------------------------------------------- */

static void declare_targets(shape *s, nn_layout *layout) {
  declare_categorical(s, layout);
  for (uint32_t i = 0; i < s->rows; i++) {
    s->number[3000 + i] = baud_uniform(&s->random);
    if (baud_bernoulli(&s->random, 0.3)) s->index[i] = -1;
  }
}
static double losses(nn_tape *t, const shape *s) {
  nn_value v = nn_parameter(t, 0, s->rows, s->out);
  const nn_real *weight = s->number + 3000;
  double sum = nn_loss_squared(t, v, s->number, weight, 0.5) + nn_loss_sum(t, v, weight, -0.7);
  sum += nn_loss_huber(t, v, s->number, weight, 1.0, 0.3) + nn_loss_huber(t, v, s->number, NULL, 0.2, 0.1);
  sum += nn_loss_cross_entropy(t, v, s->index, NULL, weight, 1.1);
  return sum + nn_loss_cross_entropy(t, v, s->index, s->mask, NULL, 0.2);
}

/* ---- The table ------------------------------------------------------------------------------------------------------- */

static const gradient_case cases[] = {
    {"linear", declare_net, linear_identity},
    {"linear with tanh", declare_net, linear_tanh},
    {"linear with a rectifier", declare_net, linear_relu},
    {"linear with a leaky rectifier", declare_net, linear_leaky},
    {"linear with GELU", declare_net, linear_gelu},
    {"linear with SiLU", declare_net, linear_silu},
    {"activations", declare_pair, activations},
    {"sums", declare_pair, sums},
    {"products", declare_pair, products},
    {"clamps", declare_pair, clamps},
    {"columns", declare_pair, columns},
    {"rows", declare_pair, some_rows},
    {"what is stopped", declare_pair, variables},
    {"layer normalisation", declare_norm, norms},
    {"embeddings", declare_embedding, embeddings},
    {"GRUs", declare_gru, gru},
    {"LSTMs", declare_lstm, lstm},
    {"attention", declare_attention, attention},
    {"the delta rule", declare_delta, delta},
    {"adapters", declare_adapter, adapters},
    {"the categorical head", declare_categorical, categorical},
    {"the masked categorical head", declare_categorical, categorical_masked},
    {"the Gaussian head", declare_gaussian, gaussian},
    {"the squashed Gaussian head", declare_gaussian, squashed},
    {"losses", declare_targets, losses},
};
enum { CASES = sizeof cases / sizeof *cases };

static void is_the_derivative(void **state) { check_gradients(*state); }

int main(void) {
  struct CMUnitTest tests[CASES];
  char names[CASES][80];
  for (int i = 0; i < CASES; i++) {
    snprintf(names[i], sizeof *names, "the gradient of %s is its derivative", cases[i].name);
    tests[i] = (struct CMUnitTest){names[i], is_the_derivative, NULL, NULL, (void *)(uintptr_t)&cases[i]};
  }
  return cmocka_run_group_tests(tests, NULL, NULL);
}
