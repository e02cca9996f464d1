/* baud/ctw.h - context tree weighting, inline: the code of one who knows that the next symbol depends on the last few
 * and not on how many (Willems, Shtarkov, Tjalkens, The context-tree weighting method: basic properties, IEEE Trans.
 * Inf. Th. 41(3), 1995). For learners and host alike; all state lies in one flat piece of memory of the caller's.
 *
 * A symbol is coded as binary decisions: each halves the range of symbols that are left (Tjalkens, Volf, Willems, A
 * context-tree weighting method for text generating sources, 1997). Each decision has a tree of its own, whose node at
 * depth d stands for the last d symbols and counts what was decided after them. P_e is the estimate of Krichevsky and
 * Trofimov from a node's counts, and the weighted probability of what a node has seen is
 *   P_w = 1/2 P_e + 1/2 product over its children of P_w,      at the last depth P_w = P_e       (their equation 6).
 * It is followed one decision at a time through beta = P_e / product of the children's P_w, kept as its logarithm:
 *   P_w(x) = (beta P_e(x) + P_w,child(x)) / (beta + 1),    beta <- beta P_e(x) / P_w,child(x).
 * With binary symbols that come of a tree source of S leaves no deeper than `depth`, n of them cost at most
 *   2S - 1 + S (1/2 log2 (n/S) + 1)
 * bits more than the source's own code (their theorem 2, without the 2 bits that an arithmetic coder adds).
 *
 * Nodes come from a pool of fixed size, in which they are found by their parent and their symbol. A context that finds
 * no place any more is predicted as its parent would, which is still a code, and the same one everywhere.
 */
#ifndef BAUD_CTW_H
#define BAUD_CTW_H

#include <math.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BAUD_CTW_DEEPEST = 32 };

typedef struct baud_ctw { /* the shape: immutable, filled in by baud_ctw_shape */
  uint32_t symbols, depth;
  uint32_t trees;        /* 2^k >= symbols: decisions have the numbers of a heap, from 1 */
  uint32_t places;       /* for nodes below the roots, a power of two */
  uint32_t room;         /* how many of the places may be taken */
  uint32_t pad;
} baud_ctw;

typedef struct baud_ctw_node {
  uint32_t parent;       /* 1 + its index among all nodes; 0: an empty place, or a root */
  uint32_t symbol;       /* that leads here from the parent */
  uint64_t seen[2];      /* what was decided here */
  double log_beta;       /* natural logarithm */
} baud_ctw_node;

/* The state is node[trees + places], the roots first. Node 0 is no decision's: its seen[0] counts the places taken.
 * Zeroed memory is the beginning. */

/* A shape for symbols 0 .. symbols-1 (2 at least), contexts up to `depth` (BAUD_CTW_DEEPEST at most), and a pool of no
 * more than `most` nodes; of fewer where that many contexts do not exist. */
static inline baud_ctw baud_ctw_shape(uint32_t symbols, uint32_t depth, uint32_t most) {
  double contexts = 0.0, level = 1.0;
  baud_ctw c = { symbols, depth, 2, 1, 0, 0 };
  while (c.trees < symbols) c.trees *= 2;
  for (uint32_t d = 0; d < depth; d++) contexts += level *= symbols;
  contexts *= symbols - 1.0;
  c.room = contexts < most ? (uint32_t)contexts : most;
  while (c.places < c.room + c.room / 3 + 1) c.places *= 2;
  return c;
}

static inline uint64_t baud_ctw_bytes(const baud_ctw *c) {
  return ((uint64_t)c->trees + c->places) * sizeof(baud_ctw_node);
}

/* Where the child of `parent` by `symbol` is, or the empty place where it belongs. */
static inline uint32_t baud_ctw_place(const baud_ctw *c, const baud_ctw_node *node, uint32_t parent, uint32_t symbol) {
  uint64_t mixed = ((uint64_t)parent << 32 | symbol) * 0x9e3779b97f4a7c15u;
  for (uint32_t at = (uint32_t)(mixed >> 32);; at++) {
    uint32_t place = c->trees + (at & (c->places - 1));
    if (node[place].parent == 0 || (node[place].parent == parent + 1 && node[place].symbol == symbol)) return place;
  }
}

/* The nodes of a decision's tree for this past, from the root on; their number. past[i] is the symbol i + 1 before. */
static inline uint32_t baud_ctw_path(const baud_ctw *c, const baud_ctw_node *node, uint32_t tree, const uint32_t *past,
                                     uint32_t *path) {
  uint32_t n = 1;
  path[0] = tree;
  for (; n <= c->depth && c->room; n++) {
    path[n] = baud_ctw_place(c, node, path[n - 1], past[n - 1]);
    if (node[path[n]].parent == 0) break;
  }
  return n;
}

/* What a path's last node hands up: P(0), P(1). Below it there are no nodes: where there is room for more of them, they
 * would be new, and hence indifferent; where there is none, or no greater depth, the node stands for itself. */
static inline void baud_ctw_below(const baud_ctw *c, const baud_ctw_node *node, const uint32_t *path, uint32_t n,
                                  double p[2]) {
  const baud_ctw_node *last = &node[path[n - 1]];
  double total = (double)(last->seen[0] + last->seen[1]) + 1.0;
  int is_new = n <= c->depth && node[0].seen[0] < c->room;
  for (int x = 0; x < 2; x++) p[x] = is_new ? 0.5 : ((double)last->seen[x] + 0.5) / total;
}

/* A node's mixture of its own estimate with what its child says, in place. */
static inline void baud_ctw_mix(const baud_ctw_node *node, double p[2]) {
  double lesser = exp(-fabs(node->log_beta)), share = 1.0 / (1.0 + lesser);
  double own = node->log_beta > 0.0 ? share : lesser * share, below = node->log_beta > 0.0 ? lesser * share : share;
  double total = (double)(node->seen[0] + node->seen[1]) + 1.0;
  for (int x = 0; x < 2; x++) p[x] = own * (((double)node->seen[x] + 0.5) / total) + below * p[x];
}

/* P(0), P(1) of one decision. */
static inline void baud_ctw_decide(const baud_ctw *c, const baud_ctw_node *node, uint32_t tree, const uint32_t *past,
                                   double p[2]) {
  uint32_t path[BAUD_CTW_DEEPEST + 1], n = baud_ctw_path(c, node, tree, past, path);
  baud_ctw_below(c, node, path, n, p);
  while (n-- > 0) baud_ctw_mix(&node[path[n]], p);
}

/* P(x) of one decision, which then is learnt. */
static inline double baud_ctw_code(const baud_ctw *c, baud_ctw_node *node, uint32_t tree, const uint32_t *past, uint32_t x) {
  uint32_t path[BAUD_CTW_DEEPEST + 1], n = baud_ctw_path(c, node, tree, past, path);
  double p[2];
  for (; n <= c->depth && node[0].seen[0] < c->room; n++) {
    path[n] = baud_ctw_place(c, node, path[n - 1], past[n - 1]);
    node[path[n]].parent = path[n - 1] + 1;
    node[path[n]].symbol = past[n - 1];
    node[0].seen[0]++;
  }
  baud_ctw_below(c, node, path, n, p);
  while (n-- > 0) {
    baud_ctw_node *at = &node[path[n]];
    double own = ((double)at->seen[x] + 0.5) / ((double)(at->seen[0] + at->seen[1]) + 1.0), child = p[x];
    baud_ctw_mix(at, p);
    at->log_beta += log(own / child);
    at->seen[x]++;
  }
  return p[x];
}

/* P(x | past) of one symbol, which then is learnt. `past` [depth], each below `symbols`. */
static inline double baud_ctw_symbol(const baud_ctw *c, baud_ctw_node *node, const uint32_t *past, uint32_t x) {
  double p = 1.0;
  uint32_t tree = 1, low = 0, high = c->symbols;
  while (high - low > 1) {
    uint32_t middle = low + (high - low + 1) / 2, upper = x >= middle;
    p *= baud_ctw_code(c, node, tree, past, upper);
    tree = 2 * tree + upper;
    if (upper) low = middle;
    else high = middle;
  }
  return p;
}

/* p[0..symbols): P(x | past) of all symbols; nothing is learnt. */
static inline void baud_ctw_predict(const baud_ctw *c, const baud_ctw_node *node, const uint32_t *past, double *p) {
  struct { uint32_t tree, low, high; } todo[33], now;
  uint32_t n = 1;
  todo[0].tree = 1;
  todo[0].low = 0;
  todo[0].high = c->symbols;
  p[0] = 1.0;
  while (n > 0) {
    double share[2];
    now = todo[--n];
    if (now.high - now.low < 2) continue;
    uint32_t middle = now.low + (now.high - now.low + 1) / 2;
    baud_ctw_decide(c, node, now.tree, past, share);
    p[middle] = p[now.low] * share[1];
    p[now.low] *= share[0];
    for (uint32_t upper = 0; upper < 2; upper++, n++) {
      todo[n].tree = 2 * now.tree + upper;
      todo[n].low = upper ? middle : now.low;
      todo[n].high = upper ? now.high : middle;
    }
  }
}

#ifdef __cplusplus
}
#endif
#endif
