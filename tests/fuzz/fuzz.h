/* fuzz.h - what a fuzz target is: one function that takes any bytes at all, and the well-formed inputs to begin with.
 *
 * Linked with driver.c a target is a program that mutates its seeds by fixed chance and runs everywhere; with libFuzzer
 * (make fuzz, where clang has it) driver.c stays away. A target checks what it can: a crash, a sanitizer's report or a
 * failed fuzz_expect is a finding.
 */
#ifndef BAUD_FUZZ_H
#define BAUD_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FUZZ_LARGEST = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The index-th well-formed input written to bytes[FUZZ_LARGEST]; its size, 0 after the last. */
size_t fuzz_seed(uint32_t index, uint8_t *bytes);

#define fuzz_expect(what)                                                                  \
  do {                                                                                     \
    if (!(what)) {                                                                         \
      fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #what);             \
      abort();                                                                             \
    }                                                                                      \
  } while (0)

#endif
