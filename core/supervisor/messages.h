/* messages.h - what supervisor and workers say to each other: length-prefixed binary messages on a stream socket.
 *
 * Both ends are the same program on the same machine, so members are in its byte order. Every message is a multiple of
 * eight bytes, which keeps payloads aligned in the reader's buffer. The supervisor takes nothing on trust: a plugin
 * may have written to the socket. message_next checks the head, message_columns_read and message_end_read the payload.
 */
#ifndef BAUD_CORE_MESSAGES_H
#define BAUD_CORE_MESSAGES_H

#include <stddef.h>
#include <stdint.h>

#include "trial.h"

enum { MESSAGE_MAGIC = 0x62667231, MESSAGE_LARGEST = 1 << 20 }; /* bytes of a payload */

enum message_kind {
  /* from a worker */
  MESSAGE_HELLO = 1,    /* its plugins are loaded */
  MESSAGE_BEGIN = 2,    /* it starts on `trial` */
  MESSAGE_COLUMNS = 3,  /* message_columns: episodes of `trial` */
  MESSAGE_EVENT = 4,    /* text: a warning about `trial` */
  MESSAGE_END = 5,      /* message_end: `trial` is over */
  MESSAGE_RETURNED = 6, /* `trial` was recalled and had not begun */
  MESSAGE_ANSWER = 7,   /* message_answer: what became of a MESSAGE_CHANGE or MESSAGE_WATCH */
  /* from the supervisor */
  MESSAGE_RUN = 16,     /* message_run: queue this trial */
  MESSAGE_PAUSE = 17,   /* stop advancing, keep everything */
  MESSAGE_RESUME = 18,
  MESSAGE_STOP = 19,    /* end it as stopped, begun or not */
  MESSAGE_RECALL = 20,  /* give it back unless it has begun */
  MESSAGE_QUIT = 21,
  MESSAGE_STEP = 22,    /* uint64_t: so many episodes on, while paused */
  MESSAGE_CHANGE = 23,  /* message_change: a live parameter, or how often it is scored */
  MESSAGE_WATCH = 24    /* message_change with a socket's path as its key: a copy of the trial plays there, step by step */
};

typedef struct message_head {
  uint32_t magic, kind, trial, size; /* size: of the payload in bytes, a multiple of 8 */
} message_head;

/* Then steps[n] (uint64_t), then for each figure in `measured`, ascending, n floats; padded. */
typedef struct message_columns {
  uint64_t first, measured;
  uint32_t n, pad;
  char marks[(FIGURES + 7) / 8 * 8];
} message_columns;

typedef struct message_end { /* then the reason, with its nul */
  uint64_t episodes, steps, ran_ns;
  uint32_t status; /* enum trial_status */
  uint32_t pad;
} message_end;

typedef struct message_run { /* then three strings with their nuls: config, checkpoint to load, to save ("": none) */
  uint64_t seed;
  uint32_t config, pad;
} message_run;

typedef struct message_change { /* then three strings with their nuls: key, value (JSON), who asks */
  uint64_t token; /* comes back with the answer */
} message_change;

typedef struct message_answer { /* then two strings with their nuls: what was changed, or why not; who asked */
  uint64_t token;
  uint32_t is_refused;
  uint32_t is_change; /* the trial is another from here on */
} message_answer;

enum { MESSAGE_STRINGS = 3 };

/* ---- Reading ------------------------------------------------------------------------------------------- */

typedef struct message_buffer {
  unsigned char *bytes;
  size_t room, from, to; /* unread: bytes[from..to) */
} message_buffer;

void message_buffer_clear(message_buffer *b);
/* Reads once. > 0: some came; 0: the other end has closed; -1: nothing now, -2: broken. */
int message_buffer_fill(message_buffer *b, int fd);
/* The next whole message: 1, its payload valid until the next fill; 0: not all here yet; -1: these are no messages. */
int message_next(message_buffer *b, message_head *head, const void **payload);

/* Checks a payload of this size and points into it. 0, or -1 where it is not what it says. */
int message_columns_read(const void *payload, size_t size, message_columns *head, trial_columns *columns);
int message_end_read(const void *payload, size_t size, message_end *end, const char **reason);
int message_change_read(const void *payload, size_t size, message_change *change, const char *strings[MESSAGE_STRINGS]);
int message_answer_read(const void *payload, size_t size, message_answer *answer, const char *strings[MESSAGE_STRINGS]);
/* The payload as text, or null where it holds no nul. */
const char *message_text(const void *payload, size_t size);

/* ---- Writing, from fixed memory, so that it may happen in a signal handler --------------------------------- */

enum { MESSAGE_WRITER_ROOM = 1 << 18 }; /* holds the largest message of a worker */

typedef struct message_writer {
  int fd;
  volatile int is_busy; /* half a message may be on its way: nothing may be added from a signal handler */
  size_t used;
  unsigned char bytes[MESSAGE_WRITER_ROOM];
} message_writer;

/* Each returns 0, or -1 when the other end is gone. Messages gather until a flush. */
int message_put(message_writer *w, enum message_kind kind, uint32_t index, const void *payload, size_t size);
int message_put_text(message_writer *w, enum message_kind kind, uint32_t index, const char *text);
int message_put_columns(message_writer *w, uint32_t index, const trial_columns *columns, const char marks[FIGURES]);
int message_put_end(message_writer *w, uint32_t index, const message_end *end, const char *reason);
int message_put_answer(message_writer *w, uint32_t index, const message_answer *answer, const char *text, const char *who);
int message_flush(message_writer *w);

static inline size_t message_padded(size_t size) { return (size + 7u) & ~(size_t)7u; }

#endif
