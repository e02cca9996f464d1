/* fuzz_plan.c - the plan of a run and the configuration of a trial, which are read from files and stores: any text gives a
 * sentence or a plan, and a plan that was read is printed so that it is read again as it was.
 */
#include "fuzz.h"

#include <string.h>

#include "loop/config.h"
#include "plan.h"

#define CONFIG                                                                                                            \
  "{\"channels\":[\"observation\",\"reward\"],\"demonstrator\":null,\"env\":{\"behaviour\":1,\"id\":\"baud.lockbox\","    \
  "\"params\":{\"codes\":64,\"feedback\":\"outcome\",\"thinking\":0}},\"from\":\"\",\"lanes\":2,\"learner\":{\"behaviour\":1," \
  "\"id\":\"baud.reinforce\",\"params\":{\"baseline\":\"none\",\"lr\":1.5}},\"limit\":0,\"mode\":\"train\",\"reward\":{"   \
  "\"behaviour\":1,\"id\":\"baud.flipped\",\"params\":{\"epsilon\":0.1}},\"score\":{\"answers\":-1,\"observers\":1,"       \
  "\"quiz\":3},\"stop\":{\"episodes\":2000,\"seconds\":0,\"steps\":0}}"

static const char *const seeds[] = {
    CONFIG,
    "{\"format\":1,\"name\":\"one\",\"doc\":\"two\",\"nodes\":[{\"name\":\"a\",\"kind\":\"train\"},{\"name\":\"b\",\"kind\":"
    "\"evaluate\"}],\"configs\":[{\"node\":0,\"label\":\"x\",\"from\":-1,\"tags\":{\"learner\":\"reinforce\",\"lr\":1},\"seeds\":"
    "[0,1,9007199254740991],\"config\":" CONFIG "},{\"node\":1,\"label\":\"y\",\"from\":0,\"tags\":{},\"seeds\":[0,1],\"config\":" CONFIG
    "}],\"claims\":[\"holds\",\"\"]}",
    "{\"format\":1,\"name\":\"\",\"doc\":\"\",\"nodes\":[{\"name\":\"a\",\"kind\":\"train\"}],\"configs\":[],\"claims\":[]}"};

size_t fuzz_seed(uint32_t index, uint8_t *bytes) {
  if (index >= sizeof seeds / sizeof *seeds) return 0;
  size_t n = strlen(seeds[index]);
  memcpy(bytes, seeds[index], n);
  return n;
}

static void read_plan(const char *text) {
  plan *p = NULL, *again = NULL;
  baud_error error = {0};
  if (plan_parse(&p, text, &error) != 0) {
    fuzz_expect(error.text[0] && strlen(error.text) < sizeof error.text);
    return;
  }
  char *printed = plan_print(p), *twice = NULL;
  fuzz_expect(printed);
  fuzz_expect(plan_parse(&again, printed, &error) == 0);
  twice = plan_print(again);
  fuzz_expect(twice && strcmp(printed, twice) == 0 && p->n_trials == again->n_trials);
  for (uint32_t i = 0; i < p->n_trials; i++) {
    fuzz_expect(p->trials[i].config < p->n_configs && p->trials[i].from < (int32_t)p->n_trials);
    fuzz_expect(strcmp(p->trials[i].id, again->trials[i].id) == 0);
  }
  free(printed);
  free(twice);
  plan_free(p);
  plan_free(again);
}

static void read_config(const char *text) {
  static registry *plugins;
  config c;
  baud_error error = {0};
  if (!plugins) fuzz_expect(registry_open(&plugins, &error) == 0);
  int code = config_read(&c, plugins, text, &error);
  fuzz_expect(code == 0 ? c.env.plugin && c.reward.plugin && c.learner.plugin && c.lanes > 0 : error.text[0] != 0);
  config_clear(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size + 1);
  if (!text) return 0;
  if (size) memcpy(text, data, size);
  text[size] = 0;
  read_plan(text);
  read_config(text);
  free(text);
  return 0;
}
