/* test_tournament.c - the moves one by one, who has children, and who wins.
 */
#define baud_plugin_1 tournament_library
#include "../../../plugins/env/tournament.c" /* first: cmocka has a macro named fail */
#undef baud_plugin_1

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { AGENTS = TOURNAMENT_AGENTS, ACTS = TOURNAMENT_ACTS };
static tournament_lane contest;

static tournament rules(double change, uint32_t rounds) {
  return (tournament){.change = change, .learning = 0.1, .slips = 0.1, .error = 1.0, .rounds = rounds, .fade = log1p(-fmin(change, 1.0 - 1e-15))};
}

/* A fresh population, all with this chance to observe. */
static void begin(double observing, uint64_t seed) {
  tournament_begin(&contest, seed);
  contest.observing[0] = contest.observing[1] = observing;
}

/* 2 x^2 with E x^2 = 2, E x^4 = 24: mean 4, variance 80. 200,000 draws, six standard errors. */
static void payoffs_have_mean_four(void **unused) {
  enum { DRAWS = 200000 };
  double sum = 0.0;
  uint64_t random = 1;
  (void)unused;
  for (int i = 0; i < DRAWS; i++) sum += (double)tournament_payoff(&random);
  assert_true(fabs(sum / DRAWS - tournament_mean) < 6.0 * sqrt(80.0 / DRAWS));
}

/* All know nothing, so all innovate: each comes to know one act, and truly. Where all observe, nobody does anything, and nobody learns. */
static void who_knows_nothing_learns(void **unused) {
  (void)unused;
  tournament m = rules(0.0, 4);
  begin(0.0, 2);
  tournament_move(&m, &contest, 0);
  assert_int_equal(contest.n_exploiters, 0);
  tournament_act(&m, &contest, 0);
  for (int k = 0; k < AGENTS; k++) {
    const tournament_agent *a = &contest.agent[k];
    assert_int_equal(a->n_known, 1);
    assert_true(a->known[0].payoff == contest.payoff[a->known[0].act] && a->earned == 0.0 && a->age == 1);
  }
  begin(1.0, 3);
  tournament_move(&m, &contest, 0);
  tournament_act(&m, &contest, 0);
  for (int k = 0; k < AGENTS; k++) assert_int_equal(contest.agent[k].n_known, 0);
}

/* An innovator learns act after act, none twice, until it knows all. */
static void innovation_finds_what_is_new(void **unused) {
  (void)unused;
  begin(0.0, 4);
  tournament_agent *a = &contest.agent[0];
  int seen[ACTS] = {0};
  for (uint32_t i = 0; i < ACTS + 5; i++) tournament_innovate(&contest, a, i);
  assert_int_equal(a->n_known, ACTS);
  for (int i = 0; i < ACTS; i++) assert_int_equal(seen[a->known[i].act]++, 0);
}

/* One exploits; all who observe see its act, with its payoff where they do not err, and anew where they knew it. */
static void observers_see_what_is_done(void **unused) {
  (void)unused;
  tournament m = rules(0.0, 4);
  m.slips = m.error = 0.0;
  begin(1.0, 5);
  contest.exploiter[0] = 17;
  contest.n_exploiters = 1;
  tournament_agent *a = &contest.agent[0];
  tournament_observe(&m, &contest, a, 3);
  assert_true(a->n_known == 1 && a->known[0].act == 17 && a->known[0].payoff == contest.payoff[17] && a->known[0].round == 3);
  contest.payoff[17] = 99.0f;
  tournament_observe(&m, &contest, a, 8);
  assert_true(a->n_known == 1 && a->known[0].payoff == 99.0f && a->known[0].round == 8);
  m.slips = 1.0;
  int elsewhere = 0; /* of 1,000 slips ten hit the act itself: six deviations of 3.1 */
  for (int i = 0; i < 1000; i++) {
    tournament_be_born(a, 0);
    tournament_observe(&m, &contest, a, 9);
    assert_true(a->known[0].payoff == 99.0f);
    elsewhere += a->known[0].act != 17;
  }
  assert_in_range(elsewhere, 971, 1000);
}

/* Known 5 beyond the mean ten rounds ago, and 3 beyond it now: .9^10 x 5 = 1.74. Below the mean what is old looks better. */
static void what_is_old_counts_for_less(void **unused) {
  (void)unused;
  tournament m = rules(0.1, 4);
  tournament_agent a = {.n_known = 2, .known = {{9.0f, 1, 0}, {7.0f, 2, 10}}};
  assert_true(fabs(tournament_hope(&m, &a.known[0], 10) - 5.0 * pow(0.9, 10)) < 1e-12);
  assert_int_equal(tournament_best(&m, &a, 10), 1);
  m = rules(0.0, 4);
  assert_int_equal(tournament_best(&m, &a, 10), 0);
  a = (tournament_agent){.n_known = 2, .known = {{1.0f, 1, 0}, {2.0f, 2, 10}}};
  m = rules(0.1, 4);
  assert_int_equal(tournament_best(&m, &a, 10), 0);
}

/* Who exploits has the payoff as it is now and knows it anew. */
static void exploiting_pays_what_the_act_pays(void **unused) {
  (void)unused;
  tournament m = rules(0.0, 4);
  m.learning = 0.0;
  begin(0.0, 6);
  tournament_move(&m, &contest, 0);
  tournament_act(&m, &contest, 0);
  for (int i = 0; i < ACTS; i++) contest.payoff[i] = (float)i;
  tournament_move(&m, &contest, 1);
  assert_int_equal(contest.n_exploiters, AGENTS);
  tournament_act(&m, &contest, 1);
  for (int k = 0; k < AGENTS; k++) {
    const tournament_agent *a = &contest.agent[k];
    assert_true(a->earned == a->known[0].act && (double)a->known[0].payoff == a->earned && a->known[0].round == 1 && a->age == 2);
  }
}

/* One of a hundred has earned anything, now of this strategy and now of that: all children are its own, one in fifty with the
 * other. 1,000 rounds with 2,000 children: within six deviations of 44 deaths and 4.4 mutations each. */
static void children_are_of_those_who_earn(void **unused) {
  int deaths = 0, mutants[2] = {0, 0};
  (void)unused;
  contest.random = 7;
  for (uint32_t round = 0; round < 1000; round++) {
    uint32_t strategy = round % 2;
    for (uint32_t k = 0; k < AGENTS; k++) {
      tournament_be_born(&contest.agent[k], k == 50 ? strategy : !strategy);
      contest.agent[k].age = 10;
    }
    contest.agent[50].earned = 5.0;
    tournament_breed(&contest);
    for (int k = 0; k < AGENTS; k++) {
      const tournament_agent *a = &contest.agent[k];
      if (a->age > 0) continue;
      deaths++;
      mutants[strategy] += a->strategy != strategy;
      assert_true(a->n_known == 0 && a->earned == 0.0);
    }
  }
  assert_in_range(deaths, 1735, 2265);
  for (int i = 0; i < 2; i++) assert_in_range(mutants[i], 1, 46); /* none of a thousand: 2e-9 */
}

static double mean_share(double change, uint32_t strategy, int contests, uint64_t seed) {
  tournament m = rules(change, 1000);
  double sum = 0.0;
  for (int i = 0; i < contests; i++) {
    tournament_begin(&contest, baud_split(seed, (uint64_t)i));
    while (contest.round < m.rounds) (void)tournament_round(&m, &contest, strategy);
    sum += contest.share;
  }
  return sum / contests;
}

/* Contests are fair: the mean share of all strategies, each against the others, is 1/2. A contest's share deviates by .5 at most,
 * 100 of them by .05; six of these. Who observes alone has nearly all where payoffs stay, and nothing by it where all are new. */
static void observing_wins_unless_all_changes(void **unused) {
  enum { CONTESTS = 20 };
  double sum = 0.0, share[TOURNAMENT_STRATEGIES];
  (void)unused;
  for (uint32_t s = 0; s < TOURNAMENT_STRATEGIES; s++) sum += share[s] = mean_share(0.01, s, CONTESTS, 10 + s);
  print_message("# shares %.2f %.2f %.2f %.2f %.2f\n", share[0], share[1], share[2], share[3], share[4]);
  assert_true(fabs(sum / TOURNAMENT_STRATEGIES - 0.5) < 0.3);
  assert_true(share[4] > 0.75);
  assert_true(share[0] < 0.25);
  double without = mean_share(1.0, 4, 2 * CONTESTS, 20);
  print_message("# where all is new %.2f\n", without);
  assert_true(without > 0.2 && without < 0.8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(payoffs_have_mean_four),        cmocka_unit_test(who_knows_nothing_learns),
      cmocka_unit_test(innovation_finds_what_is_new),  cmocka_unit_test(observers_see_what_is_done),
      cmocka_unit_test(what_is_old_counts_for_less),   cmocka_unit_test(exploiting_pays_what_the_act_pays),
      cmocka_unit_test(children_are_of_those_who_earn), cmocka_unit_test(observing_wins_unless_all_changes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
