/* test_site.c - every call into a plugin has a name of its own, and a number that is none blames nobody.
 */
#include "../test.h"

#include "baud/plugin.h"
#include "loop/site.h"

static const char *const ids[SITE_ROLES] = {[BAUD_ENV] = "the.env", [BAUD_LEARNER] = "the.learner", [BAUD_REWARD] = "the.reward"};

static void each_site_names_its_own_unit_alone(void **state) {
  (void)state;
  char text[SITES][200];
  for (uint32_t site = SITE_HOST + 1; site < SITES; site++) {
    site_describe(site, ids, text[site], sizeof text[site]);
    for (uint32_t role = BAUD_ENV; role < SITE_ROLES; role++)
      assert_int_equal(strstr(text[site], ids[role]) != NULL, role == site_role(site));
    for (uint32_t other = SITE_HOST + 1; other < site; other++) assert_string_not_equal(text[site], text[other]);
  }
}

static void outside_of_calls_and_with_no_known_number_all_three_are_named(void **state) {
  (void)state;
  const uint32_t none[] = {SITE_HOST, SITES, UINT32_MAX}; /* what a stray write may leave in shared memory */
  char text[200];
  for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
    site_describe(none[i], ids, text, sizeof text);
    assert_int_equal(site_role(none[i]), 0);
    for (uint32_t role = BAUD_ENV; role < SITE_ROLES; role++) assert_non_null(strstr(text, ids[role]));
  }
}

static void a_call_within_a_call_gives_the_place_back(void **state) {
  (void)state;
  _Atomic uint32_t at = SITE_PREDICT;
  uint32_t caller = site_swap(&at, SITE_OBSERVER);
  assert_int_equal(site_get(&at), SITE_OBSERVER);
  site_put(&at, caller);
  assert_int_equal(site_get(&at), SITE_PREDICT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_site_names_its_own_unit_alone),
      cmocka_unit_test(outside_of_calls_and_with_no_known_number_all_three_are_named),
      cmocka_unit_test(a_call_within_a_call_gives_the_place_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
