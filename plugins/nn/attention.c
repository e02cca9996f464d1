/* attention.c - causal attention with a window and a memory of keys and values from before the segment.
 *
 * Between two linear layers lies the operation itself, on qkv [rows][3 model]. A token's context is, from old to young,
 * up to three runs of rows of equal distance: the memory's ring in one or two pieces, then the segment. Scores and
 * probabilities p [rows][heads][window] are in that order. Going back, memory gets no gradient; while recording, it is
 * copied, so that the caller's may move on at once.
 */
#include "parts.h"

nn_attention_layer nn_attention_declare(nn_layout *layout, const char *name, uint32_t model, uint32_t heads, uint32_t window) {
  char full[NN_NAME + 8];
  nn_attention_layer layer = { .model = model, .heads = heads, .window = window };
  assert(heads > 0 && model % heads == 0 && window > 0);
  layer.in = nn_linear_declare(layout, nn_name(full, name, ".in"), model, 3 * model, NN_BIAS);
  layer.out = nn_linear_declare(layout, nn_name(full, name, ".out"), model, model, NN_BIAS);
  layer.distance = nn_declare(layout, nn_name(full, name, ".age"), heads, window);
  return layer;
}

void nn_attention_init(const nn_attention_layer *layer, nn_real *theta, double gain, uint64_t *random) {
  for (uint32_t part = 0; part < 3; part++)
    nn_orthogonal_part(theta + layer->in.weight + (size_t)part * layer->model, layer->model, layer->model, 3 * layer->model, 1.0,
                       random);
  memset(theta + layer->in.bias, 0, 3 * (size_t)layer->model * sizeof *theta);
  nn_linear_orthogonal(&layer->out, theta, gain, random);
  memset(theta + layer->distance, 0, (size_t)layer->heads * layer->window * sizeof *theta);
}

typedef struct attention_record {
  nn_record base;
  nn_slot *d_qkv;
  const nn_real *qkv, *ring, *distance; /* ring [lanes][window][2 model] */
  nn_real *d_distance;                  /* or null */
  nn_real *p, *d_p;                     /* [rows][heads][window]; [window] */
  const int32_t *length;                /* [lanes] before the first step, or null */
  const uint8_t *starts;
  size_t steps, lanes, model, heads, window;
} attention_record;

/* How far one token looks back: `recall` tokens of the memory, then `segment` of this call before it. */
typedef struct reach {
  size_t recall, segment, age; /* age: tokens of its episode before it */
} reach;

/* Goes from token to token of one lane. */
static reach next_reach(const attention_record *r, size_t step, size_t lane, const reach *last) {
  reach now;
  int is_start = r->starts && r->starts[step * r->lanes + lane];
  size_t remembered = r->length ? (size_t)r->length[lane] : 0;
  now.age = is_start ? 0 : step ? last->age + 1 : remembered;
  size_t most = now.age < r->window - 1 ? now.age : r->window - 1;
  now.segment = most < step ? most : step;
  now.recall = most - now.segment;
  return now;
}

/* A run of context rows: keys, the values lie model further on. */
typedef struct run {
  const nn_real *key;
  size_t row, n;
} run;

/* The context of a token without itself, from old to young; returns the number of runs. */
static size_t context(const attention_record *r, size_t step, size_t lane, const reach *at, run runs[3]) {
  size_t n = 0, wide = 2 * r->model;
  if (at->recall) {
    size_t youngest = (size_t)r->length[lane], oldest = (youngest - at->recall) % r->window;
    size_t before_end = r->window - oldest < at->recall ? r->window - oldest : at->recall;
    const nn_real *ring = r->ring + lane * r->window * wide;
    runs[n++] = (run){ ring + oldest * wide, wide, before_end };
    if (before_end < at->recall) runs[n++] = (run){ ring, wide, at->recall - before_end };
  }
  size_t first = (step - at->segment) * r->lanes + lane;
  runs[n++] = (run){ r->qkv + first * 3 * r->model + r->model, r->lanes * 3 * r->model, at->segment + 1 };
  return n;
}

/* ---- Forward ------------------------------------------------------------------------------------------------ */

static void attend(const nn_tape *t, const attention_record *r, size_t row, const reach *at, const run *runs, size_t n_runs,
                   nn_real *y) {
  size_t d = r->model / r->heads, seen = at->recall + at->segment + 1;
  const nn_real scale = (nn_real)(1.0 / sqrt((double)d));
  for (size_t head = 0; head < r->heads; head++) {
    nn_real *p = r->p + (row * r->heads + head) * r->window, *to = y + row * r->model + head * d;
    const nn_real *query = r->qkv + row * 3 * r->model + head * d;
    size_t done = 0;
    for (size_t i = 0; i < n_runs; done += runs[i++].n)
      t->kernels->of_products->dots(query, runs[i].key + head * d, runs[i].row, runs[i].n, d, scale, p + done);
    for (size_t i = 0; i < seen; i++) p[i] += r->distance[head * r->window + seen - 1 - i];
    t->kernels->of_elements->softmax(p, NULL, 1, seen, NULL, p);
    memset(to, 0, d * sizeof *to);
    done = 0;
    for (size_t i = 0; i < n_runs; done += runs[i++].n)
      t->kernels->of_products->gather(p + done, runs[i].key + r->model + head * d, runs[i].row, runs[i].n, d, 1, to);
  }
}

/* Keys and values of the segment into the ring. */
static void remember(const attention_record *r, size_t lane, const nn_attention_memory *after) {
  reach at = { 0 };
  for (size_t step = 0; step < r->steps; step++) {
    at = next_reach(r, step, lane, &at);
    memcpy(after->tokens + (lane * r->window + at.age % r->window) * 2 * r->model,
           r->qkv + (step * r->lanes + lane) * 3 * r->model + r->model, 2 * r->model * sizeof *r->qkv);
  }
  after->length[lane] = (int32_t)(at.age + 1);
}

/* ---- Back --------------------------------------------------------------------------------------------------- */

/* d_qkv [rows][3 model] of one token, and of the keys and values that it looked at in the segment. */
static void attend_back(const nn_tape *t, const attention_record *r, size_t row, const reach *at, const run *runs, size_t n_runs,
                        nn_real *d_qkv) {
  size_t d = r->model / r->heads, seen = at->recall + at->segment + 1, apart = r->lanes * 3 * r->model;
  const nn_real scale = (nn_real)(1.0 / sqrt((double)d));
  nn_real *first = d_qkv + (row - at->segment * r->lanes) * 3 * r->model, *own = d_qkv + row * 3 * r->model;
  for (size_t head = 0; head < r->heads; head++) {
    const nn_real *p = r->p + (row * r->heads + head) * r->window, *dy = r->base.out->d + row * r->model + head * d;
    nn_real *d_p = r->d_p, mean = 0;
    size_t done = 0;
    for (size_t i = 0; i < n_runs; done += runs[i++].n)
      t->kernels->of_products->dots(dy, runs[i].key + r->model + head * d, runs[i].row, runs[i].n, d, 1, d_p + done);
    for (size_t i = 0; i < seen; i++) mean += p[i] * d_p[i];
    for (size_t i = 0; i < seen; i++) d_p[i] = p[i] * (d_p[i] - mean);
    if (r->d_distance)
      for (size_t i = 0; i < seen; i++) r->d_distance[head * r->window + seen - 1 - i] += d_p[i];
    done = 0;
    for (size_t i = 0; i < n_runs; done += runs[i++].n)
      t->kernels->of_products->gather(d_p + done, runs[i].key + head * d, runs[i].row, runs[i].n, d, scale, own + head * d);
    t->kernels->of_products->scatter(d_p + at->recall, r->qkv + row * 3 * r->model + head * d, at->segment + 1, d, scale,
                        first + r->model + head * d, apart);
    t->kernels->of_products->scatter(p + at->recall, dy, at->segment + 1, d, 1, first + 2 * r->model + head * d, apart);
  }
}

static void attention_back(nn_tape *t, nn_record *record) {
  const attention_record *r = (const attention_record *)record;
  nn_real *d_qkv = nn_slot_add(r->d_qkv);
  for (size_t lane = 0; lane < r->lanes; lane++) {
    reach at = { 0 };
    for (size_t step = 0; step < r->steps; step++) {
      run runs[3];
      at = next_reach(r, step, lane, &at);
      size_t n_runs = context(r, step, lane, &at, runs);
      attend_back(t, r, step * r->lanes + lane, &at, runs, n_runs, d_qkv);
    }
  }
}

/* ---- The operation --------------------------------------------------------------------------------------------- */

static nn_value attention_core(nn_tape *t, const nn_attention_layer *layer, nn_value qkv, uint32_t lanes,
                               const nn_attention_memory *before, const uint8_t *starts, const nn_attention_memory *after) {
  nn_real *y;
  attention_record local, *r;
  size_t ring_size = (size_t)lanes * nn_attention_tokens(layer);
  nn_value out = nn_output(t, qkv.rows, layer->model, qkv.slot || nn_learns(t), &y);
  nn_real *p = nn_scratch(t, (size_t)qkv.rows * layer->heads * layer->window), *d_p = nn_scratch(t, layer->window);
  nn_real *ring = out.slot && before ? nn_scratch(t, ring_size) : NULL;
  int32_t *length = out.slot && before ? nn_claim(t, lanes * sizeof *length) : NULL;
  r = nn_record_push(t, sizeof *r, attention_back, out);
  if (t->is_dry) return out;
  nn_record base = r ? r->base : (nn_record){ 0 };
  if (ring) memcpy(ring, before->tokens, ring_size * sizeof *ring);
  if (ring) memcpy(length, before->length, lanes * sizeof *length);
  if (!r) r = &local;
  *r = (attention_record){ base, qkv.slot, qkv.x, ring ? ring : before ? before->tokens : NULL, t->theta + layer->distance,
                           nn_learns(t) ? t->gradient + layer->distance : NULL, p, d_p,
                           ring ? length : before ? before->length : NULL, starts, qkv.rows / lanes, lanes, layer->model,
                           layer->heads, layer->window };
  for (size_t lane = 0; lane < lanes; lane++) {
    reach at = { 0 };
    for (size_t step = 0; step < r->steps; step++) {
      run runs[3];
      at = next_reach(r, step, lane, &at);
      size_t n_runs = context(r, step, lane, &at, runs);
      attend(t, r, step * lanes + lane, &at, runs, n_runs, y);
    }
    if (after) remember(r, lane, after);
  }
  return out;
}

nn_value nn_attention(nn_tape *t, const nn_attention_layer *layer, nn_value x, uint32_t lanes, const nn_attention_memory *before,
                      const uint8_t *starts, const nn_attention_memory *after) {
  assert(x.cols == layer->model && lanes > 0 && x.rows % lanes == 0);
  nn_value qkv = nn_linear(t, &layer->in, x, NN_IDENTITY);
  return nn_linear(t, &layer->out, attention_core(t, layer, qkv, lanes, before, starts, after), NN_IDENTITY);
}
