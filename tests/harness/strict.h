/* strict.h - one call of a kernel as a strict caller makes it: buffers of exactly the stated size between guards,
 * poison in everything that is to be written, plain weights withheld once they are packed, nothing but the result
 * changed. */
#ifndef GCONV_TESTS_STRICT_H
#define GCONV_TESTS_STRICT_H

#include "buffer.h"
#include "check.h"

typedef struct {
  guard_place place;
  size_t skew; /* of tensors between red zones, bytes: 4 is all the alignment the interface promises */
  bool dirty; /* workspace and result hold ordinary numbers, as another problem may have left them, instead of poison */
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
