/* parts.h - what the supervisor's files share: one struct, and which file does what to it.
 *
 * supervisor.c  the loop: start, poll, end        schedule.c  which trial is next
 * crew.c        worker processes and their messages  watch.c     limits, silence, what a death means
 * record.c      store and board                    serve.c     the control socket
 * commands.c    pause, stop, resume, rerun, step, change, watch
 */
#ifndef BAUD_CORE_SUPERVISOR_PARTS_H
#define BAUD_CORE_SUPERVISOR_PARTS_H

#include <sys/types.h>

#include "board.h"
#include "supervisor.h"
#include "supervisor/messages.h"
#include "supervisor/schedule.h"

enum { MAX_MEMBERS = 256, MAX_AHEAD = 2, MAX_CLIENTS = 32, REQUEST_SIZE = 2048, WHO_SIZE = 96 };

/* Why the supervisor itself ended a worker. */
enum doom { DOOM_NONE, DOOM_LIMIT, DOOM_STOP, DOOM_GARBAGE };

typedef struct member { /* one worker process; pid 0: a free place */
  pid_t pid;
  int messages_fd, report_fd;
  message_buffer in;
  unsigned char *out; /* what the socket did not take yet */
  size_t out_used, out_room;
  uint32_t held[MAX_AHEAD], n_held; /* trials, the first is the one that runs or is about to */
  int has_begun, is_recalled, is_leaving; /* held[0] runs; held[1] is asked back; told to quit */
  uint64_t began_ns, paused_since_ns, paused_ns, stop_asked_ns, doomed_ns, closed_ns;
  enum doom doom;
  int was_silent;
} member;

typedef struct client {
  int fd; /* -1: a free place */
  uint64_t token; /* of the change whose outcome it waits for, about trial `asked`; 0: none. Its next request waits too */
  uint32_t asked;
  size_t used;
  char line[REQUEST_SIZE];
} client;

typedef struct request { /* what a client asks for; texts are the client's */
  const char *what, *who;
  int64_t index;          /* a trial; -1: the whole run */
  uint64_t episodes;      /* "step" */
  const char *key, *value; /* "change": value as JSON */
  const char *to;          /* "watch": a socket's path */
  client *from;
} request;

typedef struct supervisor {
  const supervisor_options *options;
  char folder[512], socket_path[600], board_path[600];
  int lock_fd, signal_fd, listen_fd;
  plan *plan;
  store *store;
  board *board;
  schedule schedule;
  double *own_seconds;   /* [config]: stop.seconds, 0: none */
  member members[MAX_MEMBERS];
  uint32_t early_deaths; /* workers that died before they began a trial, in a row */
  client clients[MAX_CLIENTS];
  int is_paused, is_stopping, is_leaving;
  char who[WHO_SIZE];    /* asked for the stop */
  uint64_t last_token;
  uint64_t started_ns, committed_ns, looked_at_files_ns;
  int has_open_transaction;
  int broken;            /* a code: the run cannot go on, `why` says why */
  baud_error why;
} supervisor;

/* record.c */
void record_columns(supervisor *s, uint32_t index, const message_columns *head, const trial_columns *columns);
void record_event(supervisor *s, int64_t index, char severity, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void record_run(supervisor *s, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* That the trial had run for so long when it had the episodes it has. */
void record_clock(supervisor *s, uint32_t index, uint64_t ran_ns);
void record_change(supervisor *s, uint32_t index, const char *what, const char *who);
void record_reset(supervisor *s, uint32_t index);
/* In schedule and board; in the store with the next commit. */
void record_status(supervisor *s, uint32_t index, enum trial_status status, const char *reason);
int record_is_open(supervisor *s); /* begins a transaction where none is; 0: the store is broken */
void record_commit(supervisor *s);
void record_counts(supervisor *s);
int record_open_board(supervisor *s, baud_error *error);
void record_break(supervisor *s, int code); /* the store refused: s->why says why */

/* crew.c */
void crew_staff(supervisor *s);                 /* starts workers and hands out trials */
void crew_read(supervisor *s, member *m);       /* takes the messages that have come */
void crew_send(member *m, enum message_kind kind, uint32_t index);
void crew_send_payload(member *m, enum message_kind kind, uint32_t index, const void *payload, size_t size);
void crew_pause(member *m);                     /* these three: the trial that it runs */
void crew_resume(member *m);
void crew_stop(member *m);
void crew_flush(member *m);                     /* what the socket did not take before */
void crew_reap(supervisor *s);                  /* concludes workers that died */
void crew_end(supervisor *s);                   /* ends all workers at once */
member *crew_holder(supervisor *s, uint32_t index); /* who holds a trial, or null */
uint64_t crew_ran_ns(const member *m, uint64_t now);

/* watch.c */
void watch_members(supervisor *s);              /* time limits, silence, orders not followed */
void watch_conclude(supervisor *s, member *m, int exit_status);

/* commands.c */
enum { COMMAND_PENDING = 1 }; /* the worker has been asked: serve_answer says what became of it */
int command_do(supervisor *s, const request *r, baud_error *error);

/* serve.c */
int serve_open(supervisor *s, baud_error *error);
void serve_accept(supervisor *s);
void serve_read(supervisor *s, client *c);
void serve_close(supervisor *s);
/* What became of a change: null `refusal`: done. */
void serve_answer(supervisor *s, uint64_t token, const char *text, const char *refusal);
/* A trial left its worker: whoever waits for an answer about it gets one. */
void serve_give_up(supervisor *s, uint32_t index);

#endif
