/* driver.c - a fuzzer that runs everywhere: inputs are the target's seeds, changed by chance that a number fixes.
 *
 * fuzz_X [--runs N | --seconds T] [--seed S] [--only R]: R is what a failure names; it is made from S and R alone. Prints
 * TAP. fuzz_X --corpus FOLDER writes the seeds into files, for other fuzzers.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "baud/random.h"
#include "fuzz.h"

enum { SECONDS_MOST = 30, CHANGES_MOST = 8 };
static const uint64_t runs_usual = 4000;

static uint64_t run, seed = 1;
static const char *program = "fuzz";

/* ---- Last words --------------------------------------------------------------------------------------- */

static void say_which(void) {
  char text[200];
  int n = snprintf(text, sizeof text, "not ok 1 - input %llu is borne (%s --seed %llu --only %llu)\n", (unsigned long long)run, program,
                   (unsigned long long)seed, (unsigned long long)run);
  ssize_t ignored = write(STDOUT_FILENO, text, n > 0 ? (size_t)n : 0);
  (void)ignored;
}

static void on_fault(int number) {
  say_which();
  signal(number, SIG_DFL);
  raise(number);
}

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static void watch(void) {
  const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], on_fault);
  if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(say_which);
}

/* ---- Inputs ------------------------------------------------------------------------------------------- */

static uint8_t input[FUZZ_LARGEST], other[FUZZ_LARGEST];
static size_t size;

static uint32_t count_seeds(void) {
  uint32_t n = 0;
  while (fuzz_seed(n, other) > 0) n++;
  return n;
}

static size_t place(uint64_t *random) { return size ? baud_below(random, (uint32_t)size) : 0; }

/* A stretch of the input, rather short than long. */
static size_t stretch(uint64_t *random, size_t from) {
  size_t most = size - from;
  size_t wanted = (size_t)1 << baud_below(random, 12);
  size_t length = 1 + baud_below(random, (uint32_t)wanted);
  return length < most ? length : most;
}

static void cut(size_t from, size_t length) {
  memmove(input + from, input + from + length, size - from - length);
  size -= length;
}

static void insert(size_t at, const uint8_t *bytes, size_t length) {
  if (length > FUZZ_LARGEST - size) length = FUZZ_LARGEST - size;
  memmove(input + at + length, input + at, size - at);
  memmove(input + at, bytes, length);
  size += length;
}

static void write_number(uint64_t *random) {
  static const uint64_t numbers[] = {0, 1, 7, 255, 1023, 1024, 1025, 65535, INT32_MAX, UINT32_MAX, INT64_MAX, UINT64_MAX};
  uint64_t number = numbers[baud_below(random, sizeof numbers / sizeof *numbers)];
  size_t at = place(random), length = (size_t)1 << baud_below(random, 4);
  if (length <= size - at) memcpy(input + at, &number, length);
}

static void write_text(uint64_t *random) {
  static const char *const texts[] = {"{", "}", "[", "]", "\"", "null", "true", "-1", "0", "1e999", "18446744073709551616", "0.5", ",",
                                      ":", "\\u0000", "\"\"", "{}", "[]"};
  const char *text = texts[baud_below(random, sizeof texts / sizeof *texts)];
  insert(place(random), (const uint8_t *)text, strlen(text));
}

static void change(uint64_t *random, uint32_t n_seeds) {
  size_t at = place(random), length = size ? stretch(random, at) : 0;
  switch (size ? baud_below(random, 9) : 8) {
    case 0: input[at] ^= (uint8_t)(1u << baud_below(random, 8)); break;
    case 1: input[at] = (uint8_t)baud_random(random); break;
    case 2: cut(at, length); break;
    case 3: size = at; break;
    case 4: /* once more, elsewhere */
      memcpy(other, input + at, length);
      insert(place(random), other, length);
      break;
    case 5: write_number(random); break;
    case 6: write_text(random); break;
    case 7: memset(input + at, (int)baud_below(random, 256), length); break;
    default: { /* a stretch of another seed */
      size_t n = fuzz_seed(baud_below(random, n_seeds), other), from = baud_below(random, (uint32_t)n);
      insert(at, other + from, 1 + baud_below(random, (uint32_t)(n - from)));
    }
  }
}

/* The first inputs are the seeds as they are. */
static void make_input(uint32_t n_seeds) {
  uint64_t random = baud_split(seed, run);
  if (run < n_seeds) {
    size = fuzz_seed((uint32_t)run, input);
    return;
  }
  size = fuzz_seed(baud_below(&random, n_seeds), input);
  for (uint32_t n = 1 + baud_below(&random, CHANGES_MOST); n > 0; n--) change(&random, n_seeds);
}

static void try_input(void) {
  uint8_t *exact = malloc(size ? size : 1); /* of just this size, so that a sanitizer sees what is read beyond */
  if (!exact) abort();
  memcpy(exact, input, size);
  alarm(SECONDS_MOST);
  LLVMFuzzerTestOneInput(exact, size);
  free(exact);
}

static int write_corpus(const char *folder) {
  char path[4096];
  for (uint32_t i = 0; (size = fuzz_seed(i, input)) > 0; i++) {
    snprintf(path, sizeof path, "%s/seed-%u", folder, i);
    FILE *to = fopen(path, "wb");
    if (!to || fwrite(input, 1, size, to) != size || fclose(to) != 0) return perror(path), 1;
  }
  return 0;
}

int main(int argc, char **argv) {
  uint64_t runs = runs_usual, from = 0;
  time_t until = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    uint64_t value = strtoull(argv[i + 1], NULL, 10);
    if (strcmp(argv[i], "--corpus") == 0) return write_corpus(argv[i + 1]);
    if (strcmp(argv[i], "--runs") == 0) runs = value;
    else if (strcmp(argv[i], "--seconds") == 0) until = time(NULL) + (time_t)value, runs = UINT64_MAX;
    else if (strcmp(argv[i], "--seed") == 0) seed = value;
    else if (strcmp(argv[i], "--only") == 0) from = value, runs = value + 1;
  }
  program = argv[0];
  uint32_t n_seeds = count_seeds();
  if (n_seeds == 0) return fprintf(stderr, "there are no seeds\n"), 1;
  watch();
  printf("1..1\n");
  fflush(stdout);
  for (run = from; run < runs && (until == 0 || run % 64 || time(NULL) < until); run++) {
    make_input(n_seeds);
    try_input();
  }
  printf("ok 1 - %llu inputs are borne\n", (unsigned long long)(run - from));
  return 0;
}
