/* messages.c - packing and checking messages: messages.h.
 */
#include "supervisor/messages.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store.h"

/* ---- Reading ------------------------------------------------------------------------------------------- */

void message_buffer_clear(message_buffer *b) {
  free(b->bytes);
  memset(b, 0, sizeof *b);
}

/* Room for at least one more read, and for the whole message that has begun. */
static int make_room(message_buffer *b) {
  enum { LEAST = 1 << 16 };
  size_t need = LEAST, held = b->to - b->from;
  if (held >= sizeof(message_head)) {
    message_head head;
    memcpy(&head, b->bytes + b->from, sizeof head);
    if (head.size <= MESSAGE_LARGEST && sizeof head + head.size > need) need = sizeof head + head.size;
  }
  if (b->from > 0 && held > 0) memmove(b->bytes, b->bytes + b->from, held);
  b->from = 0;
  b->to = held;
  if (b->room >= need && b->room > held) return 0;
  size_t room = need > held ? need : held + LEAST;
  unsigned char *more = realloc(b->bytes, room);
  if (!more) return -1;
  b->bytes = more;
  b->room = room;
  return 0;
}

int message_buffer_fill(message_buffer *b, int fd) {
  if (make_room(b) != 0) return -2;
  ssize_t n = read(fd, b->bytes + b->to, b->room - b->to);
  if (n < 0) return errno == EAGAIN || errno == EINTR ? -1 : errno == ECONNRESET ? 0 : -2;
  b->to += (size_t)n;
  return n > 0;
}

int message_next(message_buffer *b, message_head *head, const void **payload) {
  size_t held = b->to - b->from;
  if (held < sizeof *head) return 0;
  memcpy(head, b->bytes + b->from, sizeof *head);
  if (head->magic != MESSAGE_MAGIC || head->size > MESSAGE_LARGEST || head->size % 8 != 0) return -1;
  if (held - sizeof *head < head->size) return 0;
  *payload = b->bytes + b->from + sizeof *head;
  b->from += sizeof *head + head->size;
  return 1;
}

static uint32_t count_figures(uint64_t measured) { return (uint32_t)__builtin_popcountll(measured); }

static int marks_are_known(const char *marks) {
  for (int f = 0; f < FIGURES; f++)
    if (!marks[f] || !strchr("=<>~-", marks[f])) return 0;
  return 1;
}

_Static_assert(sizeof(message_head) + sizeof(message_columns) + TRIAL_CHUNK * (sizeof(uint64_t) + sizeof(float) * FIGURES) + 8 <= MESSAGE_WRITER_ROOM,
               "a writer holds the columns of all figures");

static size_t columns_size(uint64_t measured, uint32_t n) {
  return message_padded(sizeof(message_columns) + n * (sizeof(uint64_t) + sizeof(float) * count_figures(measured)));
}

int message_columns_read(const void *payload, size_t size, message_columns *head, trial_columns *columns) {
  const unsigned char *at = payload;
  if (size < sizeof *head) return -1;
  memcpy(head, at, sizeof *head);
  if (head->n == 0 || head->n > TRIAL_CHUNK || (head->measured >> FIGURES) != 0) return -1;
  if (!marks_are_known(head->marks)) return -1;
  if (size != columns_size(head->measured, head->n)) return -1;
  *columns = (trial_columns){.first_episode = head->first, .n = head->n, .measured = head->measured};
  at += sizeof *head;
  columns->steps = (const uint64_t *)(const void *)at;
  at += head->n * sizeof(uint64_t);
  for (unsigned f = 0; f < FIGURES; f++) {
    if (!(head->measured >> f & 1u)) continue;
    columns->figure[f] = (const float *)(const void *)at;
    at += head->n * sizeof(float);
  }
  for (uint32_t i = 1; i < head->n; i++)
    if (columns->steps[i] < columns->steps[i - 1]) return -1;
  return 0;
}

const char *message_text(const void *payload, size_t size) {
  return size > 0 && memchr(payload, 0, size) ? payload : NULL;
}

int message_end_read(const void *payload, size_t size, message_end *end, const char **reason) {
  if (size < sizeof *end) return -1;
  memcpy(end, payload, sizeof *end);
  *reason = message_text((const char *)payload + sizeof *end, size - sizeof *end);
  int is_end = end->status == STATUS_DONE || end->status == STATUS_FAILED || end->status == STATUS_STOPPED;
  return is_end && *reason ? 0 : -1;
}

/* The n strings behind a head of `from` bytes; -1 where they are not all there. */
static int read_strings(const void *payload, size_t size, size_t from, int n, const char *strings[MESSAGE_STRINGS]) {
  for (int i = 0; i < n; i++) {
    const char *text = from < size ? (const char *)payload + from : NULL, *end = text ? memchr(text, 0, size - from) : NULL;
    if (!end) return -1;
    strings[i] = text;
    from += (size_t)(end - text) + 1;
  }
  return 0;
}

int message_change_read(const void *payload, size_t size, message_change *change, const char *strings[MESSAGE_STRINGS]) {
  if (size < sizeof *change) return -1;
  memcpy(change, payload, sizeof *change);
  return read_strings(payload, size, sizeof *change, 3, strings);
}

int message_answer_read(const void *payload, size_t size, message_answer *answer, const char *strings[MESSAGE_STRINGS]) {
  if (size < sizeof *answer) return -1;
  memcpy(answer, payload, sizeof *answer);
  return read_strings(payload, size, sizeof *answer, 2, strings);
}

/* ---- Writing ------------------------------------------------------------------------------------------- */

static int write_all(int fd, const unsigned char *bytes, size_t size) {
  for (size_t done = 0; done < size;) {
    ssize_t n = write(fd, bytes + done, size - done);
    if (n < 0 && errno == EAGAIN) {
      struct pollfd wait = {fd, POLLOUT, 0};
      poll(&wait, 1, -1);
    } else if (n < 0 && errno != EINTR) {
      return -1;
    }
    if (n > 0) done += (size_t)n;
  }
  return 0;
}

int message_flush(message_writer *w) {
  w->is_busy = 1;
  int code = write_all(w->fd, w->bytes, w->used);
  w->used = 0;
  w->is_busy = 0;
  return code;
}

/* A place for one message's payload with the head before it, or null when the other end is gone. */
static unsigned char *message_open(message_writer *w, enum message_kind kind, uint32_t index, size_t size) {
  message_head head = {MESSAGE_MAGIC, kind, index, (uint32_t)message_padded(size)};
  if (sizeof head + head.size > sizeof w->bytes) return NULL;
  if (w->used + sizeof head + head.size > sizeof w->bytes && message_flush(w) != 0) return NULL;
  w->is_busy = 1;
  unsigned char *at = w->bytes + w->used;
  memcpy(at, &head, sizeof head);
  memset(at + sizeof head + head.size - 8 * (head.size > 0), 0, 8 * (head.size > 0)); /* the padding */
  w->used += sizeof head + head.size;
  return at + sizeof head;
}

int message_put(message_writer *w, enum message_kind kind, uint32_t index, const void *payload, size_t size) {
  unsigned char *at = message_open(w, kind, index, size);
  if (at && size > 0) memcpy(at, payload, size);
  w->is_busy = 0;
  return at ? 0 : -1;
}

int message_put_text(message_writer *w, enum message_kind kind, uint32_t index, const char *text) {
  return message_put(w, kind, index, text, strlen(text) + 1);
}

int message_put_columns(message_writer *w, uint32_t index, const trial_columns *columns, const char marks[FIGURES]) {
  message_columns head = {.first = columns->first_episode, .measured = columns->measured, .n = columns->n};
  size_t n = columns->n;
  memcpy(head.marks, marks, FIGURES);
  unsigned char *at = message_open(w, MESSAGE_COLUMNS, index, columns_size(head.measured, head.n));
  if (at) {
    memcpy(at, &head, sizeof head);
    at += sizeof head;
    memcpy(at, columns->steps, n * sizeof(uint64_t));
    at += n * sizeof(uint64_t);
    for (unsigned f = 0; f < FIGURES; f++) {
      if (!(head.measured >> f & 1u)) continue;
      memcpy(at, columns->figure[f], n * sizeof(float));
      at += n * sizeof(float);
    }
  }
  w->is_busy = 0;
  return at ? 0 : -1;
}

int message_put_end(message_writer *w, uint32_t index, const message_end *end, const char *reason) {
  enum { LONGEST = 1400 };
  unsigned char payload[sizeof *end + LONGEST + 1];
  size_t length = strnlen(reason, LONGEST);
  memcpy(payload, end, sizeof *end);
  memcpy(payload + sizeof *end, reason, length);
  payload[sizeof *end + length] = 0;
  return message_put(w, MESSAGE_END, index, payload, sizeof *end + length + 1);
}

int message_put_answer(message_writer *w, uint32_t index, const message_answer *answer, const char *text, const char *who) {
  enum { LONGEST = 600 };
  char payload[sizeof *answer + 2 * (LONGEST + 1)];
  memcpy(payload, answer, sizeof *answer);
  size_t used = sizeof *answer;
  for (int i = 0; i < 2; i++) {
    const char *string = i == 0 ? text : who;
    size_t length = strnlen(string, LONGEST);
    memcpy(payload + used, string, length);
    used += length;
    payload[used++] = 0;
  }
  return message_put(w, MESSAGE_ANSWER, index, payload, used);
}
