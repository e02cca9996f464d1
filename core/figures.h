/* figures.h - the table of what is recorded for each episode. The store's columns, the dashboard's plots, the
 * language's names and the documentation all read this one table (figures.c).
 *
 * Order: the general figures, then six for each channel, channel-major, then those of the learner as a whole, then those
 * of bits on the stream: pairs, the observation's and the reward's.
 */
#ifndef BAUD_CORE_FIGURES_H
#define BAUD_CORE_FIGURES_H

#include "baud/plugin.h"

enum figure {
  FIGURE_RETURN, /* sum of the environment's own reward */
  FIGURE_SUCCESS,
  FIGURE_STEPS,
  FIGURE_WIRE, /* + 6 * channel: the funnel of one channel */
  FIGURE_SURPRISE,
  FIGURE_NOISE,
  FIGURE_OFFERED,
  FIGURE_RECEIVED,
  FIGURE_ABSORBED,
  FIGURE_FUNNEL_END = FIGURE_WIRE + 6 * BAUD_CHANNELS,
  FIGURE_OFFERED_ALL = FIGURE_FUNNEL_END, /* over all channels */
  FIGURE_RECEIVED_ALL,
  FIGURE_ABSORBED_ALL,   /* the change since the quiz before, from the memory as it is */
  FIGURE_USEFUL,         /* the same over decisions; a sum where independent, else the mean a decision */
  FIGURE_KNOWN,          /* B: all that the learner can say about the world now, memory kept */
  FIGURE_KNOWN_WIPED,    /* B with memory wiped: what sits in the weights */
  FIGURE_CODE_OBSERVATION, /* code length of the learner's commitments, bits */
  FIGURE_CODE_REWARD,
  FIGURE_SAVED_OBSERVATION, /* reference (uniform) minus learner */
  FIGURE_SAVED_REWARD,
  FIGURE_COMPUTE,        /* useful bits gained since the quiz before while nothing was received: planning's */
  FIGURE_FORMAT,         /* the untrained learner's own score; the first episode only */
  FIGURE_SAVED_MIXTURE_OBSERVATION, /* reference mixture minus learner */
  FIGURE_SAVED_MIXTURE_REWARD,
  FIGURE_BIN_OBSERVATION, /* width of the bins that continuous numbers are scored in */
  FIGURE_BIN_REWARD,
  FIGURE_LOSS_OBSERVATION, /* of a frozen copy on fresh probe episodes, bits a step */
  FIGURE_LOSS_REWARD,
  FIGURE_PROGRESS_OBSERVATION, /* the same of the copy frozen at the last power of two, minus that */
  FIGURE_PROGRESS_REWARD,
  FIGURE_FORGONE_OBSERVATION, /* code length so far minus steps times the loss now */
  FIGURE_FORGONE_REWARD,
  FIGURE_POLICY_CHANGE,  /* sum of KL(policy after || before the episode) over its states */
  FIGURE_PROBE_RETURN,   /* mean return of the probe episodes */
  FIGURES
};
_Static_assert(FIGURES <= 64, "trial_columns.measured has a bit a figure");

/* The figure `of` (FIGURE_WIRE .. FIGURE_ABSORBED) of one channel. */
static inline unsigned figure_of_channel(unsigned of, unsigned channel) { return of + 6u * channel; }

typedef struct figure_info {
  const char *name; /* "offered.reward", "absorbed": as in the store, the language and --figure */
  const char *unit; /* "bits", "steps", "" */
  const char *help; /* one line */
} figure_info;

extern const figure_info figure_table[FIGURES];

/* Index of a figure by name, or -1. */
int figure_find(const char *name);

/* Names of the channels: "observation", "reward", "demonstration". */
extern const char *const channel_name[BAUD_CHANNELS];

/* Provenance marks of SIGNAL.md, as stored: '=' exact, '<' upper bound, '>' lower bound, '~' estimate, '-' unmeasured.
 * mark_text gives them as shown: "=", "≤", "≥", "~", "-". */
const char *mark_text(char mark);

#endif
