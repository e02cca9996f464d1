/* plain_stream.h - Stream AC's two networks for CartPole as plain loops whose sizes the compiler knows, 4-32-32-2 and
 * 4-32-32-1: what the network library is held against by bench_stream.c. Compiled with all liberties that floating point
 * can be given, for the machine that it runs on.
 */
#ifndef BAUD_BENCH_PLAIN_STREAM_H
#define BAUD_BENCH_PLAIN_STREAM_H

#include "baud/lanes.h"
#include "baud/nn_stream.h"

enum { PLAIN_IN = 4, PLAIN_UNITS = 32, PLAIN_MOST_OUT = 2 };

typedef struct plain_net { /* the last row, or element, is the bias */
  float first[PLAIN_IN + 1][PLAIN_UNITS], second[PLAIN_UNITS + 1][PLAIN_UNITS], out[PLAIN_MOST_OUT][PLAIN_UNITS + 1];
} plain_net;

typedef struct plain_pass {
  float input[PLAIN_IN + 1], normal[2][PLAIN_UNITS], factor[2], hidden[2][PLAIN_UNITS + 1], out[PLAIN_MOST_OUT];
} plain_pass;

/* ---- Forward -------------------------------------------------------------------------------------------------- */

BAUD_INLINED void plain_norm(plain_pass *p, int layer, const float *x) {
  float mean = 0.0f, variance = 0.0f;
  for (int j = 0; j < PLAIN_UNITS; j++) mean += x[j] * (1.0f / PLAIN_UNITS);
  for (int j = 0; j < PLAIN_UNITS; j++) variance += (x[j] - mean) * (x[j] - mean) * (1.0f / PLAIN_UNITS);
  float factor = p->factor[layer] = 1.0f / sqrtf(variance + (float)NN_NORM_EPSILON);
  for (int j = 0; j < PLAIN_UNITS; j++) {
    float t = p->normal[layer][j] = (x[j] - mean) * factor;
    p->hidden[layer][j] = t > 0.0f ? t : (float)NN_LEAK * t;
  }
  p->hidden[layer][PLAIN_UNITS] = 1.0f;
}

BAUD_INLINED void plain_forward(const plain_net *n, plain_pass *p, int outputs) {
  float x[PLAIN_UNITS] = {0}, y[PLAIN_UNITS] = {0};
  p->input[PLAIN_IN] = 1.0f;
  for (int i = 0; i <= PLAIN_IN; i++)
    for (int j = 0; j < PLAIN_UNITS; j++) x[j] += p->input[i] * n->first[i][j];
  plain_norm(p, 0, x);
  for (int i = 0; i <= PLAIN_UNITS; i++)
    for (int j = 0; j < PLAIN_UNITS; j++) y[j] += p->hidden[0][i] * n->second[i][j];
  plain_norm(p, 1, y);
  for (int o = 0; o < outputs; o++) {
    float sum = 0.0f;
    for (int j = 0; j <= PLAIN_UNITS; j++) sum += n->out[o][j] * p->hidden[1][j];
    p->out[o] = sum;
  }
}

/* ---- Back ----------------------------------------------------------------------------------------------------- */

BAUD_INLINED void plain_norm_back(const plain_pass *p, int layer, float *d) {
  float mean = 0.0f, along = 0.0f;
  for (int j = 0; j < PLAIN_UNITS; j++) {
    d[j] *= p->normal[layer][j] > 0.0f ? 1.0f : (float)NN_LEAK;
    mean += d[j] * (1.0f / PLAIN_UNITS);
    along += d[j] * p->normal[layer][j] * (1.0f / PLAIN_UNITS);
  }
  for (int j = 0; j < PLAIN_UNITS; j++) d[j] = (d[j] - mean - p->normal[layer][j] * along) * p->factor[layer];
}

/* One row of traces; the sum of their magnitudes. */
BAUD_INLINED float plain_remember(float *e, int n, float x, const float *d, float decay) {
  float sum = 0.0f;
  for (int j = 0; j < n; j++) {
    e[j] = decay * e[j] + x * d[j];
    sum += fabsf(e[j]);
  }
  return sum;
}

BAUD_INLINED float plain_trace(const plain_net *n, const plain_pass *p, int outputs, const float *d_out, float decay, plain_net *e) {
  float d[PLAIN_UNITS] = {0}, dx[PLAIN_UNITS], sum = 0.0f;
  for (int o = 0; o < outputs; o++) {
    for (int j = 0; j < PLAIN_UNITS; j++) d[j] += d_out[o] * n->out[o][j];
    sum += plain_remember(e->out[o], PLAIN_UNITS + 1, d_out[o], p->hidden[1], decay);
  }
  plain_norm_back(p, 1, d);
  for (int i = 0; i <= PLAIN_UNITS; i++) {
    float flow = 0.0f;
    for (int j = 0; j < PLAIN_UNITS; j++) flow += n->second[i][j] * d[j];
    if (i < PLAIN_UNITS) dx[i] = flow;
    sum += plain_remember(e->second[i], PLAIN_UNITS, p->hidden[0][i], d, decay);
  }
  plain_norm_back(p, 0, dx);
  for (int i = 0; i <= PLAIN_IN; i++) sum += plain_remember(e->first[i], PLAIN_UNITS, p->input[i], dx, decay);
  return sum;
}

BAUD_INLINED void plain_learn(plain_net *n, const plain_net *e, int outputs, float step) {
  float *theta = &n->first[0][0];
  const float *trace = &e->first[0][0];
  int count = (PLAIN_IN + 1 + PLAIN_UNITS + 1) * PLAIN_UNITS + outputs * (PLAIN_UNITS + 1);
  for (int i = 0; i < count; i++) theta[i] += step * trace[i];
}

#endif
