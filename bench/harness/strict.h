/* strict.h - one call of a kernel as a strict caller makes it: buffers of exactly the stated size between guards,
 * poison in everything that is to be written, plain weights withheld once they are packed, nothing but the result
 * changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GCONV_TESTS_STRICT_H
#define GCONV_TESTS_STRICT_H

#include "buffer.h"
#include "check.h"

/* What is in memory that a kernel may only write, before it is called. */
typedef enum {
  STRICT_POISON,
  STRICT_NUMBERS, /* ordinary ones, as another call may have left them */
  STRICT_ZEROS,
} strict_leftovers;

/* Told before and after each call but the first, in which runtimes start threads and allocate. The sentence is what is
 * wrong with the call; false if nothing is. */
struct strict_observer {
  void (*begin)(void);
  bool (*end)(const gconv_plan *plan, char *sentence, size_t size);
};

typedef struct {
  guard_place place;
  size_t skew;                /* of tensors between red zones, bytes: 4 is all the alignment the interface promises */
  strict_leftovers leftovers; /* in the result and in the workspace */
  int calls;                  /* more than one: all must give the same bits, where the plan promises that */
  const strict_observer *observer; /* or NULL */
} strict_conditions;

/* Plans are made before. `plain` are the inputs in NCHW and GOIHW, `result` takes the written tensor in the same. The
 * verdict is PASS if every rule was kept, whatever the result; SKIPPED without memory. */
check_result strict_run(const gconv_plan *plan, const float *const plain[GCONV_TENSORS], strict_conditions how,
                        float *result);

check_result strict_verdict(check_verdict v, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* From now on a crash inside strict_run calls `report` with a sentence that names the step and the nearest buffer, and
 * then ends the process with `code`: nothing it did afterwards could be trusted. */
void strict_catch_crashes(void (*report)(const char *what), int code);

#endif
