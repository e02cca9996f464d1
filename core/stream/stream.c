/* stream.c - see stream.h.
 */
#include "stream/stream.h"

#include <math.h>
#include <stdlib.h>

typedef struct lane_books { /* of a running episode */
  int is_scored;
  uint32_t steps;
  double code[STREAMS], mixture[STREAMS];
} lane_books;

struct stream_books {
  const stage *stage;
  stream_parts parts[STREAMS];
  reference *mixture[STREAMS]; /* null: not compared with it */
  int is_scored;               /* answers have code lengths, and are asked for at some rate */
  lane_books *lane;
  double code[STREAMS], steps; /* of the episodes that have ended */
};

int stream_open(stream_books **out, const stage *s, baud_error *error) {
  stream_books *b = *out = calloc(1, sizeof *b);
  if (!b || !(b->lane = calloc(s->lanes, sizeof *b->lane))) return error_set(error, BAUD_ENOMEM, "out of memory");
  b->stage = s;
  int code = 0;
  for (uint32_t i = 0; i < STREAMS && !code; i++) {
    code = parts_open(&b->parts[i], i, &s->spec, &s->answers, s->config.bin, error);
    int is_scored = s->config.answer_rate != RATE_NEVER && b->parts[i].n > 0;
    b->is_scored |= is_scored;
    if (!code && is_scored && s->config.has_mixture) code = reference_open(&b->mixture[i], &b->parts[i], s->lanes, error);
  }
  return code;
}

void stream_close(stream_books *b) {
  if (!b) return;
  for (uint32_t i = 0; i < STREAMS; i++) {
    reference_close(b->mixture[i]);
    parts_close(&b->parts[i]);
  }
  free(b->lane);
  free(b);
}

const stream_parts *stream_parts_of(const stream_books *b, uint32_t stream) { return &b->parts[stream]; }
int stream_is_answered(const stream_books *b, uint32_t stream) { return b->parts[stream].n > 0; }
int stream_is_scored(const stream_books *b) { return b->is_scored; }
int stream_listens(const stream_books *b) { return b->mixture[STREAM_OBSERVATION] || b->mixture[STREAM_REWARD]; }

void stream_begin(stream_books *b, uint32_t lane, int is_scored) { b->lane[lane] = (lane_books){.is_scored = is_scored}; }

int stream_step(stream_books *b, baud_error *error) {
  const stage *s = b->stage;
  const void *const *before = (const void *const *)s->obs, *const *obs = (const void *const *)s->next_obs;
  for (uint32_t k = 0; k < s->lanes; k++) {
    lane_books *lane = &b->lane[k];
    for (uint32_t i = 0; i < STREAMS; i++) {
      double bits;
      if (b->mixture[i]) lane->mixture[i] += reference_step(b->mixture[i], before, obs, s->rewards, k);
      if (!lane->is_scored || b->parts[i].n == 0) continue;
      int code = parts_score(&b->parts[i], &s->answers, obs, s->rewards, k, &bits, error);
      if (code != 0) return error_at(error, "%s", s->place[SITE_ENV_STEP]);
      lane->code[i] += bits;
    }
    lane->steps++;
  }
  return 0;
}

/* What is declined costs the reference as much as the learner. */
void stream_episode(stream_books *b, uint32_t lane, double figure[FIGURES]) {
  const lane_books *books = &b->lane[lane];
  if (!books->is_scored || !b->is_scored) return;
  for (uint32_t i = 0; i < STREAMS; i++) {
    const stream_parts *p = &b->parts[i];
    if (p->n == 0) continue;
    b->code[i] += books->code[i];
    figure[FIGURE_CODE_OBSERVATION + i] = books->code[i];
    figure[FIGURE_SAVED_OBSERVATION + i] = books->steps * p->uniform - books->code[i];
    if (b->mixture[i]) figure[FIGURE_SAVED_MIXTURE_OBSERVATION + i] = books->mixture[i] + books->steps * p->declined - books->code[i];
    if (!isnan(p->width)) figure[FIGURE_BIN_OBSERVATION + i] = p->width;
  }
  b->steps += books->steps;
}

double stream_code(const stream_books *b, uint32_t stream) { return b->code[stream]; }
double stream_steps(const stream_books *b) { return b->steps; }

void stream_marks(const stream_books *b, char marks[FIGURES]) {
  for (uint32_t i = 0; i < STREAMS && b->is_scored; i++) {
    if (b->parts[i].n == 0) continue;
    marks[FIGURE_CODE_OBSERVATION + i] = marks[FIGURE_SAVED_OBSERVATION + i] = '=';
    if (b->mixture[i]) marks[FIGURE_SAVED_MIXTURE_OBSERVATION + i] = '=';
    if (!isnan(b->parts[i].width)) marks[FIGURE_BIN_OBSERVATION + i] = '=';
  }
}
