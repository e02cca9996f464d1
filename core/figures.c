/* figures.c - the table of figures.h.
 */
#include "figures.h"

#include <string.h>

const char *const channel_name[BAUD_CHANNELS] = {"observation", "reward", "demonstration"};

#define CHANNEL_FIGURES(channel, name)                                                                             \
  [FIGURE_WIRE + 6 * (channel)] = {"wire." name, "bits", "raw symbols sent: log2 of the alphabet, summed"},         \
  [FIGURE_SURPRISE + 6 * (channel)] = {"surprise." name, "bits", "the ideal observer's code length"},              \
  [FIGURE_NOISE + 6 * (channel)] = {"noise." name, "bits", "what one who knows the world cannot predict"},         \
  [FIGURE_OFFERED + 6 * (channel)] = {"offered." name, "bits", "surprise minus noise, of everything emitted"},     \
  [FIGURE_RECEIVED + 6 * (channel)] = {"received." name, "bits", "surprise minus noise, of what crossed to the learner"}, \
  [FIGURE_ABSORBED + 6 * (channel)] = {"absorbed." name, "bits", "change of what the learner can say, by the channel that tells of it"}

#define STREAM_FIGURES(figure, name, unit, help)                    \
  [FIGURE_##figure##_OBSERVATION] = {name ".observation", unit, help}, \
  [FIGURE_##figure##_REWARD] = {name ".reward", unit, help}

const figure_info figure_table[FIGURES] = {
    [FIGURE_RETURN] = {"return", "", "sum of the environment's own reward"},
    [FIGURE_SUCCESS] = {"success", "", "1 when the episode succeeded, else 0"},
    [FIGURE_STEPS] = {"steps", "steps", "length of the episode"},
    CHANNEL_FIGURES(BAUD_CH_OBSERVATION, "observation"),
    CHANNEL_FIGURES(BAUD_CH_REWARD, "reward"),
    CHANNEL_FIGURES(BAUD_CH_DEMONSTRATION, "demonstration"),
    [FIGURE_OFFERED_ALL] = {"offered", "bits", "offered by all channels"},
    [FIGURE_RECEIVED_ALL] = {"received", "bits", "received through all channels"},
    [FIGURE_ABSORBED_ALL] = {"absorbed", "bits", "change of what the learner can say about the world since the quiz before"},
    [FIGURE_USEFUL] = {"useful", "bits", "the same over optimal actions: a sum where independent, else the mean a decision"},
    [FIGURE_KNOWN] = {"known", "bits", "what the learner can say about the world, memory kept"},
    [FIGURE_KNOWN_WIPED] = {"known_wiped", "bits", "the same with memory wiped: what sits in the weights"},
    [FIGURE_CODE_OBSERVATION] = {"code.observation", "bits", "code length of the learner's predictions of observations"},
    [FIGURE_CODE_REWARD] = {"code.reward", "bits", "code length of the learner's predictions of rewards"},
    STREAM_FIGURES(SAVED, "saved", "bits", "uniform code length minus the learner's"),
    [FIGURE_COMPUTE] = {"compute", "bits", "useful bits gained while nothing was received: planning's"},
    [FIGURE_FORMAT] = {"format", "bits", "the untrained learner's own score; the first episode only"},
    STREAM_FIGURES(SAVED_MIXTURE, "saved_mixture", "bits", "code length of the reference mixture minus the learner's"),
    STREAM_FIGURES(BIN, "bin", "", "width of the bins that continuous numbers are scored in"),
    STREAM_FIGURES(LOSS, "loss", "bits a step", "code length of a frozen copy on fresh probe episodes"),
    STREAM_FIGURES(PROGRESS, "progress", "bits a step", "the loss of the copy frozen at the last power of two, minus the loss now"),
    STREAM_FIGURES(FORGONE, "forgone", "bits", "code length so far minus steps times the loss now: the cost of having had to learn"),
    [FIGURE_POLICY_CHANGE] = {"policy_change", "bits", "KL of the policy after the episode from that before, summed over its states"},
    [FIGURE_PROBE_RETURN] = {"probe_return", "", "mean return of the probe episodes, with the learner frozen"},
};

int figure_find(const char *name) {
  for (int f = 0; f < FIGURES; f++)
    if (strcmp(figure_table[f].name, name) == 0) return f;
  return -1;
}

const char *mark_text(char mark) {
  switch (mark) {
    case '=': return "=";
    case '<': return "≤";
    case '>': return "≥";
    case '~': return "~";
    default: return "-";
  }
}
