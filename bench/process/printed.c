/* printed.c - whether standard output arrived, and why not. A write fails somewhere inside printf; by the end of the
 * program errno is that of other calls, "Success" at worst, and the stream remembers only that it failed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "printed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Asks the descriptor again: what refused some of the output nearly always still does. What it does take is an empty
 * line behind output that has a hole already. */
static int refusal(void) {
  errno = 0;
  return write(STDOUT_FILENO, "\n", 1) == 1 ? 0 : errno;
}

int printed_all(const char *tool, int status) {
  const int failed = ferror(stdout);
  errno = 0;
  const int why = fflush(stdout) ? errno : 0;
  if (!failed && !why) return status;
  const int reason = why ? why : refusal();
  fprintf(stderr, "%s: standard output: %s\n", tool,
          reason ? strerror(reason) : "not all of it arrived, though it takes more now");
  return status ? status : 1;
}
