/* stream.h - the accounts of bits on a trial's streams: what the learner's sealed answers cost, episode by episode,
 * beside what the host's reference codes would have (SIGNAL.md, Stream bits).
 *
 * There are two streams, observations and rewards (parts.h). Only steps of episodes that are scored count; a reference
 * mixture, where the experiment asks for one, hears every step, since so does the learner. Where nothing is scored and
 * nothing hears, stream_step has nothing to do and need not be called.
 */
#ifndef BAUD_CORE_STREAM_H
#define BAUD_CORE_STREAM_H

#include "loop/stage.h"
#include "stream/reference.h"

typedef struct stream_books stream_books;

/* Over a stage whose learner is there; it and its arrays stay where they are. */
int stream_open(stream_books **out, const stage *s, baud_error *error);
void stream_close(stream_books *b);

const stream_parts *stream_parts_of(const stream_books *b, uint32_t stream);
/* 1 when the learner answers anything about this stream; when some answer has a code length to be scored. */
int stream_is_answered(const stream_books *b, uint32_t stream);
int stream_is_scored(const stream_books *b);
/* 1 when a reference hears every step, scored or not. */
int stream_listens(const stream_books *b);

/* An episode begins in a lane, scored or not. */
void stream_begin(stream_books *b, uint32_t lane, int is_scored);
/* A step of all lanes, as the stage's arrays have it, answers sealed. */
int stream_step(stream_books *b, baud_error *error);
/* Writes the figures of the lane's finished episode, where it was scored. */
void stream_episode(stream_books *b, uint32_t lane, double figure[FIGURES]);

/* Of all scored episodes that have ended: bits by the learner, and steps. */
double stream_code(const stream_books *b, uint32_t stream);
double stream_steps(const stream_books *b);

/* Marks of the figures that stream_episode writes. */
void stream_marks(const stream_books *b, char marks[FIGURES]);

#endif
