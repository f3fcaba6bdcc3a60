/* interrupt.c - the counts of a run that somebody ends: hours of checks are not to end without a word. A kernel may be
 * under way, in threads that never look at a flag, so the handler itself writes the line. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupt.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

static const tally *counted;

/* stdout is line-buffered and may be locked by what was interrupted: past it, by one call. */
static void interrupted(int number) {
  char line[TALLY_LINE];
  const int length = tally_print(counted, line, sizeof line);
  const ssize_t written = write(STDOUT_FILENO, line, (size_t)length);
  (void)written;
  _exit(128 + number);
}

static void handle(void (*handler)(int)) {
  const struct sigaction action = {.sa_handler = handler};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct sigaction before;
    sigaction(signals[i], NULL, &before);
    if (before.sa_handler != SIG_IGN) sigaction(signals[i], &action, NULL); /* nohup stays */
  }
}

void interrupt_report(const tally *sum) {
  counted = sum;
  handle(interrupted);
}

void interrupt_forget(void) { handle(SIG_DFL); }
