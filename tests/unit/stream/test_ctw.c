/* test_ctw.c - context tree weighting against its definition, written out as a recursion over all contexts that keeps
 * whole subsequences and knows nothing of beta; against the figure printed for the paper's own example; and against
 * the bound of its theorem 2.
 */
#include "../test.h"

#include "baud/ctw.h"
#include "baud/kt.h"
#include "baud/random.h"

enum { LONGEST = 64, DEEPEST = 4 };

/* ---- The definition ------------------------------------------------------------------------------------- */

typedef struct sequence {
  uint32_t symbols, n;
  uint32_t x[LONGEST + DEEPEST]; /* the past of DEEPEST symbols first */
} sequence;

/* What symbol t decides in the tree whose range is [low, high): 0, 1, or -1 where it is not in it. */
static int decision(const sequence *s, uint32_t t, uint32_t low, uint32_t high) {
  uint32_t x = s->x[DEEPEST + t];
  return x < low || x >= high ? -1 : x >= low + (high - low + 1) / 2;
}

static int has_context(const sequence *s, uint32_t t, const uint32_t *context, uint32_t depth) {
  for (uint32_t d = 0; d < depth; d++)
    if (s->x[DEEPEST + t - d - 1] != context[d]) return 0;
  return 1;
}

/* P_w of the node for `context` [depth] in one decision's tree, by equation 6. */
static double weighted(const sequence *s, uint32_t low, uint32_t high, uint32_t *context, uint32_t depth,
                       uint32_t most) {
  double estimate = 1.0, children = 1.0;
  uint64_t seen[2] = {0};
  for (uint32_t t = 0; t < s->n; t++) {
    int decided = decision(s, t, low, high);
    if (decided < 0 || !has_context(s, t, context, depth)) continue;
    estimate *= baud_kt(seen[decided], seen[0] + seen[1], 2);
    seen[decided]++;
  }
  if (depth == most || seen[0] + seen[1] == 0) return estimate;
  for (uint32_t symbol = 0; symbol < s->symbols; symbol++) {
    context[depth] = symbol;
    children *= weighted(s, low, high, context, depth + 1, most);
  }
  return 0.5 * estimate + 0.5 * children;
}

static double defined(const sequence *s, uint32_t low, uint32_t high, uint32_t depth) {
  uint32_t context[DEEPEST], middle = low + (high - low + 1) / 2;
  if (high - low < 2) return 1.0;
  return weighted(s, low, high, context, 0, depth) * defined(s, low, middle, depth) * defined(s, middle, high, depth);
}

/* ---- The code ------------------------------------------------------------------------------------------- */

static baud_ctw_node *open_tree(baud_ctw *c, uint32_t symbols, uint32_t depth, uint32_t most) {
  *c = baud_ctw_shape(symbols, depth, most);
  baud_ctw_node *node = calloc(1, baud_ctw_bytes(c));
  assert_non_null(node);
  return node;
}

static void past_of(const sequence *s, uint32_t t, uint32_t depth, uint32_t *past) {
  for (uint32_t d = 0; d < depth; d++) past[d] = s->x[DEEPEST + t - d - 1];
}

static double coded(const sequence *s, uint32_t depth, uint32_t most) {
  baud_ctw c;
  baud_ctw_node *node = open_tree(&c, s->symbols, depth, most);
  uint32_t past[DEEPEST];
  double p = 1.0;
  for (uint32_t t = 0; t < s->n; t++) {
    past_of(s, t, depth, past);
    p *= baud_ctw_symbol(&c, node, past, s->x[DEEPEST + t]);
  }
  free(node);
  return p;
}

static sequence draw(uint32_t symbols, uint32_t n, uint64_t *random) {
  sequence s = {.symbols = symbols, .n = n};
  for (uint32_t t = 0; t < n + DEEPEST; t++) {
    int repeats = t > 0 && baud_bernoulli(random, 0.6);
    s.x[t] = repeats ? s.x[t - 1] : baud_below(random, symbols);
  }
  return s;
}

/* The example of the paper: 0110100 after the past 010, depth 3, has the weighted probability 95/32768. */
static void the_papers_example_has_the_papers_probability(void **state) {
  static const uint32_t symbols[] = {0, 1, 0, 0, 1, 1, 0, 1, 0, 0};
  sequence s = {.symbols = 2, .n = 7};
  (void)state;
  memcpy(s.x + DEEPEST - 3, symbols, sizeof symbols);
  assert_close(coded(&s, 3, 1000), 95.0 / 32768.0, 1e-15);
  assert_close(defined(&s, 0, 2, 3), 95.0 / 32768.0, 1e-15);
}

static void a_sequence_has_the_probability_of_the_definition(void **state) {
  uint64_t random = 5;
  (void)state;
  for (uint32_t symbols = 2; symbols <= 6; symbols++)
    for (uint32_t depth = 0; depth <= (symbols < 4 ? 4u : 2u); depth++)
      for (int i = 0; i < 20; i++) {
        sequence s = draw(symbols, 1 + baud_below(&random, LONGEST / 2), &random);
        double wanted = defined(&s, 0, symbols, depth);
        assert_close(coded(&s, depth, 1u << 16) / wanted, 1.0, 1e-11);
      }
}

static void all_sequences_together_have_probability_one(void **state) {
  double sum = 0.0;
  (void)state;
  for (uint32_t code = 0; code < 2187; code++) { /* 3^7 */
    sequence s = {.symbols = 3, .n = 7};
    for (uint32_t t = 0, rest = code; t < 7; t++, rest /= 3) s.x[DEEPEST + t] = rest % 3;
    sum += coded(&s, 3, 20); /* the pool runs out on the way */
  }
  assert_close(sum, 1.0, 1e-12);
}

/* What is said of all symbols at once is what each would be coded with, and saying it teaches nothing. */
static void predictions_are_what_is_coded(void **state) {
  static const uint32_t pools[] = {0, 30, 1u << 16};
  uint64_t random = 8;
  (void)state;
  for (size_t pool = 0; pool < 3; pool++)
    for (uint32_t symbols = 2; symbols <= 9; symbols++) {
      baud_ctw c;
      baud_ctw_node *node = open_tree(&c, symbols, 3, pools[pool]), *copy = malloc(baud_ctw_bytes(&c));
      sequence s = draw(symbols, LONGEST, &random);
      for (uint32_t t = 0; t < s.n; t++) {
        uint32_t past[3];
        double p[9], sum = 0.0;
        past_of(&s, t, 3, past);
        memcpy(copy, node, baud_ctw_bytes(&c));
        baud_ctw_predict(&c, node, past, p);
        assert_memory_equal(copy, node, baud_ctw_bytes(&c));
        for (uint32_t x = 0; x < symbols; x++) sum += p[x];
        assert_close(sum, 1.0, 1e-12);
        double coded_with = baud_ctw_symbol(&c, node, past, s.x[DEEPEST + t]);
        int is_filling = node[0].seen[0] == c.room && copy[0].seen[0] < c.room; /* between two decisions of a symbol */
        if (!is_filling) assert_close(p[s.x[DEEPEST + t]], coded_with, 1e-13);
      }
      free(copy);
      free(node);
    }
}

static void without_depth_it_is_the_estimator_of_krichevsky_and_trofimov(void **state) {
  uint64_t random = 4, count[3] = {0};
  double bits = 0.0;
  (void)state;
  sequence s = draw(2, LONGEST, &random);
  for (uint32_t t = 0; t < s.n; t++) {
    bits -= log2(baud_kt_probability(count, 2, s.x[DEEPEST + t]));
    baud_kt_add(count, 2, s.x[DEEPEST + t]);
  }
  assert_close(-log2(coded(&s, 0, 1000)), bits, 1e-11);
}

/* Six trees of a thousand contexts each, that meet in the pool: each context keeps what was decided after it alone. */
static void every_context_has_a_node_of_its_own(void **state) {
  enum { SYMBOLS = 1000, TREES = 6 };
  baud_ctw c;
  (void)state;
  baud_ctw_node *node = open_tree(&c, SYMBOLS, 1, SYMBOLS * TREES);
  assert_int_equal(c.places, 8192);
  for (uint32_t i = 0; i < SYMBOLS; i++)
    for (uint32_t tree = 1; tree <= TREES; tree++) (void)baud_ctw_code(&c, node, tree, &i, i % 3 == 0);
  assert_int_equal(node[0].seen[0], c.room);
  for (uint32_t i = 0; i < SYMBOLS; i++)
    for (uint32_t tree = 1; tree <= TREES; tree++) {
      uint32_t path[2];
      assert_int_equal(baud_ctw_path(&c, node, tree, &i, path), 2);
      const baud_ctw_node *own = &node[path[1]];
      assert_true(own->parent == tree + 1 && own->symbol == i);
      assert_true(own->seen[i % 3 == 0] == 1 && own->seen[i % 3 != 0] == 0);
    }
  free(node);
}

static void a_pool_is_never_larger_than_there_are_contexts(void **state) {
  (void)state;
  assert_int_equal(baud_ctw_shape(2, 8, 1u << 20).room, 510);
  assert_int_equal(baud_ctw_shape(3, 2, 1u << 20).room, 2 * (3 + 9));
  assert_int_equal(baud_ctw_shape(256, 8, 5000).room, 5000);
  assert_int_equal(baud_ctw_shape(1, 8, 5000).room, 0);
  for (uint32_t most = 0; most < 5000; most++) {
    baud_ctw c = baud_ctw_shape(256, 8, most);
    assert_true(c.places > c.room && (c.places & (c.places - 1)) == 0); /* an empty place ends every search */
  }
}

/* Long runs of one symbol drive log beta far beyond what its ratio could hold; then the source changes. */
static void nothing_overflows_however_long_one_symbol_lasts(void **state) {
  enum { LONG = 300000 };
  baud_ctw c;
  uint64_t random = 2;
  (void)state;
  baud_ctw_node *node = open_tree(&c, 2, 8, 1000);
  uint32_t past[8] = {0}, x = 0;
  double bits = 0.0, lowest = 0.0;
  for (uint32_t t = 0; t < LONG; t++) { /* 0 and 1 in turn, a source of order 1 */
    bits -= log2(baud_ctw_symbol(&c, node, past, x));
    memmove(past + 1, past, 7 * sizeof *past);
    past[0] = x;
    x ^= 1;
    lowest = fmin(lowest, node[1].log_beta);
  }
  assert_true(lowest < -100000.0); /* e^-100000 is 0 to a double */
  assert_true(bits < 17.29 + 2 * log2(LONG));
  for (uint32_t t = 0; t < LONG; t++) { /* then chance */
    x = baud_below(&random, 2);
    double p = baud_ctw_symbol(&c, node, past, x);
    assert_true(p > 0.0 && p < 1.0);
    memmove(past + 1, past, 7 * sizeof *past);
    past[0] = x;
  }
  for (uint32_t i = 1; i < c.trees + c.places; i++) assert_true(isfinite(node[i].log_beta));
  free(node);
}

/* ---- Theorem 2 ------------------------------------------------------------------------------------------ */

/* A chain that flips with .1 is a tree source of two leaves: 2S - 1 + S (1/2 log2 (n/S) + 1) = 17.29 bits at n = 10^4.
 * The bound is on every single sequence, against the code of the chain itself. */
static void a_sticky_chain_costs_no_more_than_the_theorem_says(void **state) {
  enum { N = 10000, CHAINS = 200 };
  double bound = 3.0 + 2.0 * (0.5 * log2(N / 2.0) + 1.0), mean = 0.0;
  uint64_t random = 17;
  (void)state;
  assert_close(bound, 17.29, 0.005);
  for (int i = 0; i < CHAINS; i++) {
    baud_ctw c;
    baud_ctw_node *node = open_tree(&c, 2, 8, 1000);
    uint32_t past[8] = {0};
    double regret = 0.0;
    for (uint32_t t = 0; t < N; t++) {
      int flips = baud_bernoulli(&random, 0.1);
      uint32_t x = past[0] ^ (uint32_t)flips;
      regret += log2(flips ? 0.1 : 0.9) - log2(baud_ctw_symbol(&c, node, past, x));
      memmove(past + 1, past, 7 * sizeof *past);
      past[0] = x;
    }
    assert_true(regret <= bound);
    mean += regret / CHAINS;
    free(node);
  }
  assert_close(mean, 14.4, 0.7); /* 6 standard errors of 1.6 / sqrt 200: a false alarm in 10^8 */
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_papers_example_has_the_papers_probability),
      cmocka_unit_test(a_sequence_has_the_probability_of_the_definition),
      cmocka_unit_test(all_sequences_together_have_probability_one),
      cmocka_unit_test(predictions_are_what_is_coded),
      cmocka_unit_test(without_depth_it_is_the_estimator_of_krichevsky_and_trofimov),
      cmocka_unit_test(every_context_has_a_node_of_its_own),
      cmocka_unit_test(a_pool_is_never_larger_than_there_are_contexts),
      cmocka_unit_test(nothing_overflows_however_long_one_symbol_lasts),
      cmocka_unit_test(a_sticky_chain_costs_no_more_than_the_theorem_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
