/* fuzz_messages.c - what a worker's socket may bring to the supervisor: whatever the bytes, each message that is passed on
 * lies whole within what came, and so does all that is pointed to in it.
 */
#include "fuzz.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "store.h"
#include "supervisor/messages.h"

/* ---- Well-formed ones, as a worker writes them --------------------------------------------------------- */

static message_writer writer;

static void put_columns(uint32_t n, uint64_t measured) {
  static float values[TRIAL_CHUNK];
  static uint64_t steps[TRIAL_CHUNK];
  char marks[FIGURES];
  trial_columns columns = {.first_episode = 1024, .n = n, .measured = measured, .steps = steps};
  for (uint32_t i = 0; i < n; i++) {
    values[i] = i % 3 ? (float)i : NAN;
    steps[i] = 3 * i;
  }
  for (unsigned f = 0; f < FIGURES; f++) {
    columns.figure[f] = values;
    marks[f] = "=<>~-"[f % 5];
  }
  message_put_columns(&writer, 3, &columns, marks);
}

size_t fuzz_seed(uint32_t index, uint8_t *bytes) {
  const message_end end = {.episodes = 5, .steps = 70, .ran_ns = 9, .status = STATUS_FAILED};
  const message_answer answer = {.token = 77};
  const struct { message_change change; char strings[40]; } change = {{.token = 1}, "learner.lr\0000.3\0ann"};
  writer.used = 0;
  writer.fd = -1;
  switch (index) {
    case 0:
      message_put(&writer, MESSAGE_HELLO, 0, NULL, 0);
      message_put(&writer, MESSAGE_BEGIN, 3, NULL, 0);
      put_columns(5, UINT64_C(0x5));
      message_put_text(&writer, MESSAGE_EVENT, 3, "leak alarm");
      message_put_end(&writer, 3, &end, "learner x in learn: fell over");
      break;
    case 1: put_columns(1, UINT64_C(1) << (FIGURES - 1)); break;
    case 2: put_columns(200, UINT64_C(0x1003)); break;
    case 3:
      message_put_answer(&writer, 2, &answer, "learner.lr 1 -> 0.3", "ann");
      message_put(&writer, MESSAGE_CHANGE, 2, &change, sizeof change);
      break;
    default: return 0;
  }
  memcpy(bytes, writer.bytes, writer.used);
  return writer.used;
}

/* ---- Reading ------------------------------------------------------------------------------------------- */

static volatile uint64_t sink; /* so that everything is really read */

static void read_all(const void *from, size_t size) {
  for (size_t i = 0; i < size; i++) sink += ((const uint8_t *)from)[i];
}

static void look_at(const message_head *head, const void *payload) {
  message_columns told;
  trial_columns columns;
  message_end end;
  message_change change;
  message_answer answer;
  const char *strings[MESSAGE_STRINGS], *reason, *text = message_text(payload, head->size);
  if (text) fuzz_expect(strlen(text) < head->size);
  if (message_columns_read(payload, head->size, &told, &columns) == 0) {
    fuzz_expect(columns.n > 0 && columns.n <= TRIAL_CHUNK);
    read_all(columns.steps, columns.n * sizeof *columns.steps);
    for (unsigned f = 0; f < FIGURES; f++)
      if (columns.measured >> f & 1u) read_all(columns.figure[f], columns.n * sizeof(float));
  }
  if (message_end_read(payload, head->size, &end, &reason) == 0) read_all(reason, strlen(reason) + 1);
  if (message_change_read(payload, head->size, &change, strings) == 0)
    for (int i = 0; i < MESSAGE_STRINGS; i++) read_all(strings[i], strlen(strings[i]) + 1);
  if (message_answer_read(payload, head->size, &answer, strings) == 0)
    for (int i = 0; i < 2; i++) read_all(strings[i], strlen(strings[i]) + 1);
}

/* The bytes come in two pieces, as a socket may bring them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  message_buffer in = {NULL, 0, 0, 0};
  message_head head;
  const void *payload;
  int ends[2], next = 0;
  size_t piece[2] = {size ? (data[0] * size) >> 8 : 0, 0};
  piece[1] = size - piece[0];
  for (int k = 0; k < 2 && next >= 0; data += piece[k], k++) {
    if (piece[k] == 0 || piece[k] > 60000 || pipe(ends) != 0) continue; /* a pipe holds 64 kB */
    fuzz_expect(write(ends[1], data, piece[k]) == (ssize_t)piece[k]);
    close(ends[1]);
    while (message_buffer_fill(&in, ends[0]) > 0)
      while ((next = message_next(&in, &head, &payload)) == 1) {
        fuzz_expect((const uint8_t *)payload >= in.bytes && (const uint8_t *)payload + head.size <= in.bytes + in.to);
        look_at(&head, payload);
      }
    close(ends[0]);
  }
  message_buffer_clear(&in);
  return 0;
}
