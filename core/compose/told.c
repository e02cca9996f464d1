/* told.c - a learner that acts as it is told and learns nothing: whoever lives a lifetime without a learner of its own
 * acts through it. Takes every channel that there is, so that what crosses is what the outer learner may have.
 */
#include "compose/units.h"

static int32_t told_create(const baud_host *host, const baud_value *values, baud_learner_setup *setup, void **model) {
  static char nothing;
  (void)host, (void)values;
  setup->subscribed = setup->channels;
  *model = &nothing;
  return BAUD_OK;
}

static void told_destroy(void *model) { (void)model; }
static int32_t told_init(const void *model, void *const *blocks, uint64_t seed) { return (void)model, (void)blocks, (void)seed, BAUD_OK; }
static int32_t told_predict(const void *model, void *const *blocks, const baud_tick *tick) {
  return (void)model, (void)blocks, (void)tick, BAUD_OK;
}
static int32_t told_learn(const void *model, void *const *blocks, const baud_outcome *outcome) {
  return (void)model, (void)blocks, (void)outcome, BAUD_OK;
}

static const baud_learner_ops told_ops = {BAUD_SIZE(baud_learner_ops), 0, told_create, told_destroy, told_init, told_predict, told_learn};

const baud_unit told_unit = {
    BAUD_SIZE(baud_unit), BAUD_LEARNER, 1, 1, "baud.told", "Acts as it is told",
    "Stands in lifetimes without a learner of their own, where the outer learner's actions are the inner ones. Where nobody "
    "tells it what to do it takes the first action.",
    NULL, 0, 0, &told_ops, NULL};
