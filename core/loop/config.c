/* config.c - see config.h. Reads what the language resolved; refuses what does not fit, since a plan may also be
 * written by hand.
 */
#include "loop/config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "params.h"

static int read_number(const cJSON *from, const char *key, double low, double high, double missing, double *out, baud_error *error) {
  const cJSON *item = cJSON_GetObjectItemCaseSensitive(from, key);
  *out = missing;
  if (from && !cJSON_IsObject(from) && !cJSON_IsNull(from)) return error_set(error, BAUD_EARG, "config: what holds \"%s\" is not an object", key);
  if (!item) return 0;
  if (!cJSON_IsNumber(item) || !(item->valuedouble >= low && item->valuedouble <= high))
    return error_set(error, BAUD_EARG, "config: \"%s\" must be a number from %g to %g", key, low, high);
  *out = item->valuedouble;
  return 0;
}

int config_read_unit(config_unit *unit, const registry *plugins, const cJSON *from, uint32_t role, const char *key, baud_error *error) {
  const cJSON *id = cJSON_GetObjectItemCaseSensitive(from, "id");
  if (!cJSON_IsString(id)) return error_set(error, BAUD_EARG, "config: \"%s\" names no plugin", key);
  int code = registry_find(plugins, role, id->valuestring, &unit->plugin, error);
  if (code != 0) return code;
  const cJSON *behaviour = cJSON_GetObjectItemCaseSensitive(from, "behaviour");
  if (cJSON_IsNumber(behaviour) && (uint32_t)behaviour->valuedouble != unit->plugin->unit->behaviour)
    return error_set(error, BAUD_EPLUGIN, "%s \"%s\" has behaviour %u, the plan was made with %u: results would not compare; make the plan anew",
                     role_name(role), id->valuestring, unit->plugin->unit->behaviour, (uint32_t)behaviour->valuedouble);
  unit->values = calloc(unit->plugin->unit->n_params + 1u, sizeof *unit->values);
  if (!unit->values) return error_set(error, BAUD_ENOMEM, "out of memory");
  return params_read(unit->plugin->unit, cJSON_GetObjectItemCaseSensitive(from, "params"), unit->values, error);
}

static int read_channels(config *c, baud_error *error) {
  const cJSON *list = cJSON_GetObjectItemCaseSensitive(c->json, "channels"), *item;
  if (!list) return c->channels = (1u << BAUD_CHANNELS) - 1u, 0;
  if (!cJSON_IsArray(list)) return error_set(error, BAUD_EARG, "config: \"channels\" is not a list");
  cJSON_ArrayForEach(item, list) {
    uint32_t k = 0;
    while (k < BAUD_CHANNELS && !(cJSON_IsString(item) && strcmp(item->valuestring, channel_name[k]) == 0)) k++;
    if (k == BAUD_CHANNELS) return error_set(error, BAUD_EARG, "config: channels are \"observation\", \"reward\", \"demonstration\"");
    c->channels |= BAUD_MASK(k);
  }
  return 0;
}

static int read_whole(const cJSON *from, const char *key, double low, double high, double missing, double *out, baud_error *error) {
  int code = read_number(from, key, low, high, missing, out, error);
  return code || floor(*out) == *out ? code : error_set(error, BAUD_EARG, "config: \"%s\" must be a whole number, not %g", key, *out);
}

static int read_mode(config *c, baud_error *error) {
  const cJSON *mode = cJSON_GetObjectItemCaseSensitive(c->json, "mode");
  c->is_evaluation = cJSON_IsString(mode) && strcmp(mode->valuestring, "evaluate") == 0;
  if (!mode || c->is_evaluation || (cJSON_IsString(mode) && strcmp(mode->valuestring, "train") == 0)) return 0;
  return error_set(error, BAUD_EARG, "config: \"mode\" is \"train\" or \"evaluate\"");
}

/* How bits on the stream are measured. */
static int read_stream(config *c, const cJSON *score, baud_error *error) {
  const cJSON *reference = cJSON_GetObjectItemCaseSensitive(score, "reference");
  double rate, steps, most = 9e15;
  int code = read_whole(score, "probe", -1, most, RATE_NEVER, &rate, error);
  if (!code) code = read_whole(score, "probe_steps", 1, 1e9, PROBE_STEPS, &steps, error);
  if (!code) code = read_number(score, "bin", 0, 1e9, 0, &c->bin, error);
  if (code) return code;
  c->probe_rate = (int64_t)rate;
  c->probe_steps = (uint32_t)steps;
  c->has_mixture = cJSON_IsString(reference) && strcmp(reference->valuestring, "mixture") == 0;
  if (!reference || c->has_mixture || (cJSON_IsString(reference) && strcmp(reference->valuestring, "uniform") == 0)) return 0;
  return error_set(error, BAUD_EARG, "config: \"reference\" is \"uniform\" or \"mixture\"");
}

static int read_rest(config *c, baud_error *error) {
  const cJSON *stop = cJSON_GetObjectItemCaseSensitive(c->json, "stop"), *score = cJSON_GetObjectItemCaseSensitive(c->json, "score");
  const cJSON *expert = cJSON_GetObjectItemCaseSensitive(c->json, "demonstrator");
  double lanes, limit, world, answers, quiz, observers, episodes, steps, most = 9e15;
  int code = read_channels(c, error);
  if (!code) code = read_whole(c->json, "lanes", 1, 65536, 1, &lanes, error);
  if (!code) code = read_whole(c->json, "limit", 0, 4e9, 0, &limit, error);
  if (!code) code = read_whole(c->json, "world", 0, most, 0, &world, error);
  if (!code) code = read_whole(score, "answers", -1, most, RATE_DEFAULT, &answers, error);
  if (!code) code = read_whole(score, "quiz", -1, most, RATE_DEFAULT, &quiz, error);
  if (!code) code = read_whole(score, "observers", 0, 1, 1, &observers, error);
  if (!code) code = read_stream(c, score, error);
  if (!code) code = read_whole(stop, "episodes", 0, most, 0, &episodes, error);
  if (!code) code = read_whole(stop, "steps", 0, most, 0, &steps, error);
  if (!code) code = read_number(stop, "seconds", 0, 1e9, 0, &c->stop_seconds, error);
  if (!code) code = read_mode(c, error);
  if (!code) code = read_number(expert, "competence", 0, 1, 1, &c->competence, error);
  if (code) return code;
  c->has_demonstrator = cJSON_IsObject(expert);
  c->lanes = (uint32_t)lanes;
  c->limit = (uint32_t)limit;
  c->world = (uint64_t)world;
  c->answer_rate = (int64_t)answers;
  c->quiz_rate = (int64_t)quiz;
  c->has_observers = observers > 0;
  c->stop_episodes = (uint64_t)episodes;
  c->stop_steps = (uint64_t)steps;
  if (!c->stop_episodes && !c->stop_steps && !(c->stop_seconds > 0))
    return error_set(error, BAUD_EARG, "config: \"stop\" names neither episodes nor steps nor seconds, so the trial would never end");
  return 0;
}

static int read_unit(config_unit *unit, const registry *plugins, const cJSON *json, uint32_t role, const char *key, baud_error *error) {
  return config_read_unit(unit, plugins, cJSON_GetObjectItemCaseSensitive(json, key), role, key, error);
}

int config_read(config *c, const registry *plugins, const char *json, baud_error *error) {
  memset(c, 0, sizeof *c);
  c->json = cJSON_Parse(json);
  if (!cJSON_IsObject(c->json)) return error_set(error, BAUD_EARG, "config: not a JSON object");
  int code = read_unit(&c->env, plugins, c->json, BAUD_ENV, "env", error);
  if (!code) code = read_unit(&c->reward, plugins, c->json, BAUD_REWARD, "reward", error);
  if (!code) code = read_unit(&c->learner, plugins, c->json, BAUD_LEARNER, "learner", error);
  return code ? code : read_rest(c, error);
}

void config_clear(config *c) {
  free(c->env.values);
  free(c->reward.values);
  free(c->learner.values);
  cJSON_Delete(c->json);
  memset(c, 0, sizeof *c);
}
