/* test_blocks.c - a learner's memory: where blocks lie, which of them are frozen, what a copy copies and a wipe wipes.
 */
#include "../test.h"

#include "loop/blocks.h"

enum { WEIGHT, MEMORY, OPTIMISER, TRACE, RANDOM, SCRATCH, LANES_MEMORY, LANES_WEIGHT, BLOCKS };
/* Frozen and others mixed, of every type, with sizes that fit no alignment. */
static const baud_block table[] = {
    {BAUD_SIZE(baud_block), BAUD_F32, BAUD_WEIGHT, 0, 13, "weight"},
    {BAUD_SIZE(baud_block), BAUD_I32, BAUD_MEMORY, 0, 5, "memory"},
    {BAUD_SIZE(baud_block), BAUD_F64, BAUD_OPTIMISER, 0, 3, "optimiser"},
    {BAUD_SIZE(baud_block), BAUD_U8, BAUD_TRACE, BAUD_PER_LANE, 7, "trace"},
    {BAUD_SIZE(baud_block), BAUD_U64, BAUD_RNG, BAUD_PER_LANE, 1, "random"},
    {BAUD_SIZE(baud_block), BAUD_F32, BAUD_SCRATCH, 0, 2000, "scratch"},
    {BAUD_SIZE(baud_block), BAUD_F32, BAUD_MEMORY, BAUD_PER_LANE, 3, "lanes' memory"},
    {BAUD_SIZE(baud_block), BAUD_U8, BAUD_WEIGHT, BAUD_PER_LANE, 5, "lanes' weight"},
};
static const size_t one[BLOCKS] = {52, 20, 24, 7, 8, 8000, 12, 5};
static int is_per_lane(int i) { return (table[i].flags & BAUD_PER_LANE) != 0; }
static enum blocks_part part_of(int i) {
  static const enum blocks_part of[] = {[BAUD_WEIGHT] = BLOCKS_FROZEN, [BAUD_OPTIMISER] = BLOCKS_FROZEN, [BAUD_MEMORY] = BLOCKS_MOVING,
                                        [BAUD_RNG] = BLOCKS_MOVING, [BAUD_TRACE] = BLOCKS_RESTING, [BAUD_SCRATCH] = BLOCKS_SCRATCH};
  return of[table[i].role];
}
static int is_frozen(int i) { return table[i].role == BAUD_WEIGHT || table[i].role == BAUD_OPTIMISER; }

static void open_blocks(blocks *b, uint32_t lanes) {
  baud_error error = {0};
  if (blocks_open(b, table, BLOCKS, lanes, &error) != 0) fail_msg("%s", error.text);
}

/* Every byte of every block gets a value of its own making; those between blocks stay 0. */
static void fill(blocks *b, uint32_t salt) {
  for (uint32_t i = 0; i < b->n; i++)
    for (size_t k = 0; k < blocks_size_of(b, i); k++)
      ((uint8_t *)b->at[i])[k] = (uint8_t)(1 + (salt + 31 * i + k) % 255);
}
static int is_filled(const blocks *b, uint32_t i, uint32_t salt, size_t from, size_t to) {
  for (size_t k = from; k < to; k++)
    if (((const uint8_t *)b->at[i])[k] != (uint8_t)(1 + (salt + 31 * i + k) % 255)) return 0;
  return 1;
}

static void blocks_have_their_size_alone_or_for_each_lane(void **state) {
  (void)state;
  for (uint32_t lanes = 1; lanes <= 5; lanes += 2) {
    blocks b;
    open_blocks(&b, lanes);
    for (int i = 0; i < BLOCKS; i++)
      assert_int_equal(blocks_size_of(&b, (uint32_t)i), one[i] * (is_per_lane(i) ? lanes : 1));
    blocks_close(&b);
  }
}

static void blocks_begin_zeroed_aligned_apart_and_within_the_slab(void **state) {
  (void)state;
  for (uint32_t lanes = 1; lanes <= 5; lanes++) {
    blocks b;
    open_blocks(&b, lanes);
    assert_int_equal(b.end[BLOCKS_SCRATCH] % 4096, 0);
    assert_int_equal((uintptr_t)b.slab % 4096, 0);
    for (size_t k = 0; k < b.end[BLOCKS_SCRATCH]; k++) assert_int_equal(b.slab[k], 0);
    for (int i = 0; i < BLOCKS; i++) assert_int_equal((uintptr_t)b.at[i] % 64, 0);
    fill(&b, lanes);
    for (uint32_t i = 0; i < BLOCKS; i++) { /* filled one after the other: an overlap would show */
      assert_true(is_filled(&b, i, lanes, 0, blocks_size_of(&b, i)));
      assert_true((char *)b.at[i] >= b.slab && (char *)b.at[i] + blocks_size_of(&b, i) <= b.slab + b.end[BLOCKS_SCRATCH]);
    }
    blocks_close(&b);
  }
}

static void each_part_lies_on_pages_of_its_own(void **state) {
  (void)state;
  blocks b;
  open_blocks(&b, 3);
  for (int part = 0; part < BLOCKS_PARTS; part++) assert_int_equal(b.end[part] % 4096, 0);
  for (int i = 0; i < BLOCKS; i++) {
    size_t begin = (size_t)((char *)b.at[i] - b.slab), end = begin + blocks_size_of(&b, (uint32_t)i);
    assert_true(end <= b.end[part_of(i)]);
    assert_true(part_of(i) == BLOCKS_FROZEN || begin >= b.end[part_of(i) - 1]);
  }
  blocks_close(&b);
}

static void tables_that_make_no_sense_are_refused_by_name(void **state) {
  static const struct { baud_block block; const char *why; int code; } bad[] = {
      {{BAUD_SIZE(baud_block), BAUD_F32, BAUD_WEIGHT, 0, 1, NULL}, "block 1 \"(no name)\" lacks a name", BAUD_EPLUGIN},
      {{BAUD_SIZE(baud_block), 0, BAUD_WEIGHT, 0, 1, "typeless"}, "block 1 \"typeless\" lacks", BAUD_EPLUGIN},
      {{BAUD_SIZE(baud_block), 6, BAUD_WEIGHT, 0, 1, "typed"}, "block 1 \"typed\" lacks", BAUD_EPLUGIN},
      {{BAUD_SIZE(baud_block), BAUD_F32, 0, 0, 1, "idle"}, "block 1 \"idle\" lacks", BAUD_EPLUGIN},
      {{BAUD_SIZE(baud_block), BAUD_F32, 7, 0, 1, "busy"}, "block 1 \"busy\" lacks", BAUD_EPLUGIN},
      {{BAUD_SIZE(baud_block), BAUD_U8, BAUD_TRACE, 0, UINT64_MAX, "huge"},
       "block \"huge\" asks for 18446744073709551615 elements", BAUD_ENOMEM},
      {{BAUD_SIZE(baud_block), BAUD_F64, BAUD_TRACE, BAUD_PER_LANE, (uint64_t)1 << 39, "wide"},
       "block \"wide\" asks for 549755813888 elements", BAUD_ENOMEM},
  };
  (void)state;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const baud_block pair[2] = {table[0], bad[i].block};
    blocks b;
    baud_error error = {0};
    assert_int_equal(blocks_open(&b, pair, 2, 4, &error), bad[i].code);
    if (!strstr(error.text, bad[i].why)) fail_msg("wanted \"%s\" in: %s", bad[i].why, error.text);
    blocks_close(&b);
  }
}

static void a_learner_without_blocks_is_one_too(void **state) {
  (void)state;
  blocks a, b;
  baud_error error = {0};
  assert_int_equal(blocks_open(&a, table, 0, 4, &error), 0);
  assert_int_equal(blocks_clone(&b, &a, &error), 0);
  blocks_copy(&b, &a);
  blocks_copy_part(&b, &a, BLOCKS_MOVING);
  blocks_wipe(&b, &a, BLOCKS_MOVING);
  assert_int_equal(blocks_hash(&a, BLOCKS_FROZEN), blocks_hash(&b, BLOCKS_FROZEN));
  assert_false(blocks_has_memory(&a));
  blocks_close(&a);
  blocks_close(&b);
}

/* Rows of another minor are longer; those of an older one end before its new members. */
static void rows_are_read_in_the_size_that_they_give(void **state) {
  typedef struct { baud_block base; uint64_t later[3]; } newer;
  static const newer rows[] = {{{BAUD_SIZE(newer), BAUD_F32, BAUD_WEIGHT, 0, 4, "first"}, {~0ul, ~0ul, ~0ul}},
                               {{BAUD_SIZE(newer), BAUD_U64, BAUD_MEMORY, BAUD_PER_LANE, 2, "second"},
                                {~0ul, ~0ul, ~0ul}}};
  (void)state;
  blocks b;
  baud_error error = {0};
  assert_int_equal(blocks_open(&b, &rows[0].base, 2, 3, &error), 0);
  assert_string_equal(b.info[1].name, "second");
  assert_int_equal(blocks_size_of(&b, 0), 16);
  assert_int_equal(blocks_size_of(&b, 1), 48);
  blocks_close(&b);
}

static void a_clone_has_the_shape_and_not_the_content(void **state) {
  (void)state;
  blocks a, b;
  baud_error error = {0};
  open_blocks(&a, 3);
  fill(&a, 1);
  assert_int_equal(blocks_clone(&b, &a, &error), 0);
  assert_memory_equal(b.end, a.end, sizeof a.end);
  for (size_t k = 0; k < b.end[BLOCKS_SCRATCH]; k++) assert_int_equal(b.slab[k], 0);
  for (uint32_t i = 0; i < BLOCKS; i++) assert_int_equal((char *)b.at[i] - b.slab, (char *)a.at[i] - a.slab);
  blocks_copy(&b, &a);
  assert_memory_equal(a.slab, b.slab, a.end[BLOCKS_RESTING]);
  assert_true(is_filled(&a, SCRATCH, 1, 0, one[SCRATCH]));
  for (size_t k = a.end[BLOCKS_RESTING]; k < a.end[BLOCKS_SCRATCH]; k++) assert_int_equal(b.slab[k], 0); /* of no meaning */
  fill(&b, 2);
  assert_true(is_filled(&a, 0, 1, 0, one[0])); /* they share nothing */
  blocks_close(&a);
  blocks_close(&b);
}

static void copying_a_part_leaves_the_others_and_gives_every_lane_the_first_ones(void **state) {
  (void)state;
  for (uint32_t lanes = 1; lanes <= 4; lanes++)
    for (enum blocks_part part = BLOCKS_FROZEN; part < BLOCKS_PARTS; part++) {
    blocks from, to;
    open_blocks(&from, lanes);
    open_blocks(&to, lanes);
    fill(&from, 7);
    fill(&to, 100);
    blocks_copy_part(&to, &from, part);
    for (uint32_t i = 0; i < BLOCKS; i++) {
      size_t size = blocks_size_of(&to, i);
      if (part_of((int)i) != part) assert_true(is_filled(&to, i, 100, 0, size));
      else if (!is_per_lane((int)i) || part == BLOCKS_FROZEN) assert_memory_equal(to.at[i], from.at[i], size);
      else
        for (uint32_t lane = 0; lane < lanes; lane++)
          assert_memory_equal((char *)to.at[i] + lane * one[i], from.at[i], one[i]);
      assert_true(is_filled(&from, i, 7, 0, size));
    }
    blocks_close(&from);
    blocks_close(&to);
  }
}

static void a_shadow_has_the_frozen_part_lent_and_the_rest_of_its_own(void **state) {
  (void)state;
  blocks a, b, shadow;
  baud_error error = {0};
  open_blocks(&a, 2);
  open_blocks(&b, 2);
  fill(&a, 7);
  fill(&b, 8);
  assert_int_equal(blocks_shadow(&shadow, &a, &error), 0);
  for (int turn = 0; turn < 2; turn++) {
    const blocks *from = turn ? &b : &a;
    blocks_lend(&shadow, from);
    for (enum blocks_part part = BLOCKS_MOVING; part < BLOCKS_PARTS; part++) blocks_copy_part(&shadow, from, part);
    for (uint32_t i = 0; i < BLOCKS; i++) {
      assert_int_equal(shadow.at[i] == from->at[i], is_frozen((int)i));
      assert_memory_equal(shadow.at[i], from->at[i], one[i]);
    }
  }
  blocks_close(&shadow);
  blocks_close(&a);
  blocks_close(&b);
}

static void wiping_puts_memory_and_traces_back_and_nothing_else(void **state) {
  (void)state;
  blocks b, initial;
  open_blocks(&b, 2);
  open_blocks(&initial, 2);
  fill(&b, 50);
  fill(&initial, 3);
  blocks_wipe(&b, &initial, BLOCKS_MOVING);
  assert_true(is_filled(&b, TRACE, 50, 0, one[TRACE]));
  blocks_wipe(&b, &initial, BLOCKS_RESTING);
  for (uint32_t i = 0; i < BLOCKS; i++) {
    int is_wiped = table[i].role == BAUD_MEMORY || table[i].role == BAUD_TRACE;
    assert_true(is_filled(&b, i, is_wiped ? 3 : 50, 0, blocks_size_of(&b, i)));
  }
  blocks_close(&b);
  blocks_close(&initial);
}

static void one_byte_of_a_frozen_block_shows_and_none_of_the_others(void **state) {
  (void)state;
  blocks a, b;
  open_blocks(&a, 2);
  open_blocks(&b, 2);
  fill(&a, 9);
  blocks_copy(&b, &a);
  for (uint32_t i = 0; i < BLOCKS; i++)
    for (size_t k = 0; k < blocks_size_of(&b, i); k += 1 + k / 16) {
      uint8_t *byte = (uint8_t *)b.at[i] + k;
      *byte ^= 1;
      assert_int_equal(blocks_hash(&a, BLOCKS_FROZEN) == blocks_hash(&b, BLOCKS_FROZEN), !is_frozen((int)i));
      *byte ^= 1;
    }
  blocks_close(&a);
  blocks_close(&b);
}

static void memory_is_what_has_the_role_of_memory(void **state) {
  (void)state;
  blocks b;
  baud_error error = {0};
  open_blocks(&b, 1);
  assert_true(blocks_has_memory(&b));
  blocks_close(&b);
  const baud_block none[] = {table[WEIGHT], table[OPTIMISER], table[TRACE], table[RANDOM], table[SCRATCH]};
  assert_int_equal(blocks_open(&b, none, 5, 1, &error), 0);
  assert_false(blocks_has_memory(&b));
  blocks_close(&b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_have_their_size_alone_or_for_each_lane),
      cmocka_unit_test(blocks_begin_zeroed_aligned_apart_and_within_the_slab),
      cmocka_unit_test(each_part_lies_on_pages_of_its_own),
      cmocka_unit_test(tables_that_make_no_sense_are_refused_by_name),
      cmocka_unit_test(a_learner_without_blocks_is_one_too),
      cmocka_unit_test(rows_are_read_in_the_size_that_they_give),
      cmocka_unit_test(a_clone_has_the_shape_and_not_the_content),
      cmocka_unit_test(copying_a_part_leaves_the_others_and_gives_every_lane_the_first_ones),
      cmocka_unit_test(a_shadow_has_the_frozen_part_lent_and_the_rest_of_its_own),
      cmocka_unit_test(wiping_puts_memory_and_traces_back_and_nothing_else),
      cmocka_unit_test(one_byte_of_a_frozen_block_shows_and_none_of_the_others),
      cmocka_unit_test(memory_is_what_has_the_role_of_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
